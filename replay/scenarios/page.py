"""The page: what was compared and how, tables, where we lose, and who is wrong about what. Pure."""

from collections.abc import Sequence
from math import isfinite
from typing import Final

from monitor.simulating.comparison import PAGE, WATCH
from replay.rivals.page import COMMAND
from replay.rivals.picture import Chart
from replay.scenarios.harmless import harmless
from replay.scenarios.measured import AS_IT_COMES, OUR_BUDGET, OUR_MEASURE, Found, Measured, Quiet
from replay.scenarios.tuning import BUDGET_PER_YEAR

PICTURE: Final = "comparison-scenarios.svg"

_HEAD: Final = """# Compared with other ways to watch

Written by {command}, seed {seed}; not by hand. Two contests: scenarios as a service meets them, then one rate event by
event. `fairdrift simulate NAME --out DIR` plays any one of the scenarios.

{short}

## Scenarios

Streams of events of known truth, some 200 to 500 a day, with outcomes that come a day to a month later. fairdrift reads
them as it reads any stream: decoded, paired, counted, judged, with the settings of the scenario and the default budget;
what is written here is in its timeline. The naive monitors get the same cases at once when their outcomes arrive, and
watch every subgroup by one attribute: false negative and false positive rate, the two about which fairdrift may page.
They do not know of revisions. An alarm is a change from quiet to loud about one subgroup's rate; a window that stays
out of its limit is one alarm until it is back, river's detectors start anew when they fire.

False alarms a year are those on {streams} fair streams, over all subgroups and rates together, from when a monitor can
first speak; a delay is the median over {runs} streams, in days from the change to the first alarm about the harmed
subgroup and rate. *Never* means that half of the streams or more had none before their end, and a percentage in
brackets is the share of streams that had one, where not all did. Rivals were tuned on {tuning} other fair streams.

### At our budget

fairdrift guarantees at most {budget:.1f} false DEGRADED a year (one in 91 days), with no tuning. Each rival is as loud
as that number allows it to be, by simulation of this very traffic. It also reads each label the moment it comes;
fairdrift waits until all labels of that age are in, so that those that come early cannot mislead it, and that costs
days.

![Median days to the alarm, by monitor and scenario]({picture})
"""

_MEASURE: Final = """
### As quiet as we were

fairdrift had {alarms} false DEGRADED in {years:.1f} years. Here each rival is tuned to that number{at_least}.
"""

_DEFAULTS: Final = """
### As they come

With the defaults of the tool each is of. At so different numbers of false alarms delays cannot be compared.
"""


def page(measured: Measured, of_rates: str) -> str:
    """All of it, in Markdown; `of_rates` is the part about the other contest."""
    ours, runs = _quiet(measured, PAGE, OUR_BUDGET), measured.found[0].runs
    head = _HEAD.format(
        command=COMMAND,
        seed=measured.seed,
        streams=measured.quiet_streams,
        runs=runs,
        tuning=measured.tuning_streams,
        budget=BUDGET_PER_YEAR,
        picture=PICTURE,
        short=in_short(measured),
    )
    at_least = "" if ours.false_alarms else ", or to one in the same time"
    parts = [
        head,
        table(measured, OUR_BUDGET),
        losses(measured, OUR_BUDGET),
        _MEASURE.format(alarms=ours.false_alarms, years=ours.years, at_least=at_least),
        table(measured, OUR_MEASURE),
        losses(measured, OUR_MEASURE),
        _DEFAULTS,
        table(measured, AS_IT_COMES),
        "",
        harmless(measured),
        of_rates,
    ]
    return "\n".join(parts)


def in_short(measured: Measured) -> str:
    """Who is first where, computed: days to the alarm of the soonest rival, and of our page."""
    loud = [one.per_year for one in measured.quiet if one.tuning == AS_IT_COMES]
    ours = _quiet(measured, PAGE, OUR_BUDGET)
    lines = [
        f"- False alarms a year: fairdrift's page {ours.per_year:.2f}, of at most {BUDGET_PER_YEAR:.1f} guaranteed; "
        f"naive monitors as they come {min(loud):.2f} to {max(loud):,.0f}."
    ]
    for mine in _found(measured, ours):
        first = {tuning: _first(measured, mine, tuning) for tuning in (OUR_BUDGET, OUR_MEASURE)}
        lines.append(
            f"- *{mine.scenario}*, days to the alarm: fairdrift's page {_delay(mine)}; the soonest rival, tuned to our "
            f"budget, {first[OUR_BUDGET]}; the soonest as quiet as we were, {first[OUR_MEASURE]}."
        )
    return "\n".join(lines)


def _first(measured: Measured, mine: Found, tuning: str) -> str:
    theirs = [one for one in measured.found if (one.scenario, one.tuning) == (mine.scenario, tuning) and one.runs]
    theirs = [one for one in theirs if one.monitor not in (PAGE, WATCH)]
    first = min(theirs, key=lambda one: (one.days, -one.found), default=None)
    return "none" if first is None else f"{first.monitor} {_delay(first)}"


def table(measured: Measured, tuning: str) -> str:
    """One line a monitor: ours first, then the rivals at a tuning."""
    head = ["monitor", "setting", "false alarms a year", *_names(measured)]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for quiet in _shown(measured, tuning):
        is_ours = quiet.monitor in (PAGE, WATCH)
        setting = "–" if is_ours else "none is quiet enough" if quiet.setting is None else f"{quiet.setting:.3g}"
        alarms = "–" if quiet.setting is None and not is_ours else f"{quiet.per_year:.2f}"
        delays = [_delay(one) for one in _found(measured, quiet)]
        lines.append("| " + " | ".join([quiet.monitor, setting, alarms, *delays]) + " |")
    return "\n".join([*lines, "", measured.made_by])


def losses(measured: Measured, tuning: str) -> str:
    """Where a rival finds harm sooner than our page, or is quieter: computed, not chosen."""
    ours = _quiet(measured, PAGE, OUR_BUDGET)
    mine = _found(measured, ours)
    lines = []
    for quiet in _shown(measured, tuning):
        if quiet.monitor in (PAGE, WATCH) or quiet.setting is None:
            continue
        lost = [
            f"{their.scenario} ({_delay(their)} against {_delay(our)})"
            for their, our in zip(_found(measured, quiet), mine, strict=True)
            if _beats(their, our)
        ]
        if quiet.per_year < ours.per_year:
            lost.append(f"quieter ({quiet.per_year:.2f} a year against {ours.per_year:.2f})")
        if lost:
            lines.append(f"- {quiet.monitor}, {quiet.per_year:.2f} false alarms a year: {', '.join(lost)}")
    return f"\nWhere fairdrift's page loses:\n\n{chr(10).join(lines) or '- nowhere in these streams'}\n"


def chart(measured: Measured) -> Chart:
    """The delays at our budget."""
    rows = [
        (f"{one.monitor}", {found.scenario: found.days for found in _found(measured, one)})
        for one in _shown(measured, OUR_BUDGET)
        if one.setting is not None or one.monitor in (PAGE, WATCH)
    ]
    title = f"Days to the alarm, at {BUDGET_PER_YEAR:.1f} false alarms a year or less"
    return Chart(title, _names(measured), (5, 10, 20, 30, 50, 70, 100), rows)


def _names(measured: Measured) -> Sequence[str]:
    """Scenarios in which somebody is harmed."""
    return list(dict.fromkeys(one.scenario for one in measured.found))


def _shown(measured: Measured, tuning: str) -> Sequence[Quiet]:
    return [one for one in measured.quiet if one.monitor in (PAGE, WATCH) or one.tuning == tuning]


def _quiet(measured: Measured, monitor: str, tuning: str) -> Quiet:
    return next(one for one in measured.quiet if (one.monitor, one.tuning) == (monitor, tuning))


def _found(measured: Measured, quiet: Quiet) -> Sequence[Found]:
    """In the order of `_names`."""
    return [one for one in measured.found if (one.monitor, one.tuning) == (quiet.monitor, quiet.tuning)]


def _beats(their: Found, our: Found) -> bool:
    return their.days < our.days or (their.days == our.days and their.found * our.runs > our.found * their.runs)


def _delay(one: Found) -> str:
    if not one.runs:
        return "–"
    share = one.found / one.runs
    some = "" if share == 1 else f" ({share:.0%})"
    return (f"{one.days:.0f}" if isfinite(one.days) else "never") + some
