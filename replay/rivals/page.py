"""The contest of rates as a part of the page: what was compared and how, two tables, where we lose. Pure."""

from collections.abc import Sequence
from math import isfinite, isnan
from typing import Final

from replay.rivals.contest import RISES, Rates, Result, Size
from replay.rivals.picture import Chart
from replay.rivals.streams import OF_STEP, SEASON, SEASON_STEPS

COMMAND: Final = "`make campaign-comparison`"

_HEAD = """## One rate, event by event

All monitors see the same events: a subgroup and as many
others, {step} of each in a step, usual rate .10, read at the end of each step. False alarms are counted per 100 000
events of the subgroup, on {events:.1f} million of them; a delay is the median over {runs} runs, in events of the
subgroup from the change to the alarm; *never* means that half of the runs or more had no alarm within 10 000 events,
and a percentage in brackets is the share of runs with any, where not all had one. A window that stays out of its limit
is one alarm until it is back within it; the other monitors start anew after an alarm.
Weeks are seven steps, and the change falls into the middle of one. The season moves everybody's rate by
±{season:.2f} over {period} steps, and nobody is harmed by it: alarms in it are false.

### At equal false alarms, event by event

Each is tuned by simulation to at most one false alarm per 100 000 events on one set of quiet streams; the column shows
what it then did on another set. Tuning needs a simulation of one's own traffic; fairdrift's bound needs none (the next
table has it so).

![Median events to the alarm, by monitor and rise](comparison.svg)
"""

_DEFAULTS = """
### As they come, event by event

fairdrift at the threshold that guarantees at most one false alarm per 100 000 events (log of 5 000 steps), not tuned;
the others with the defaults of the tool they are of. At so different numbers of false alarms delays cannot be compared.
"""

_NOTES = """
### How to read it

- D1 and the z test are told the usual rate, the CUSUM the harmful one as well: no service knows that one. *D1, learns*
  is what runs in a service: its first 28 steps are the reference, with the margin for their chance and a tolerance of
  two points. Other monitors get no tolerance.
- In the season D1 without a calendar key raises false alarms, for the rate does rise. With the key, at its guaranteed
  threshold: {calendar:.2f} per 100 000. D2 compares with the others at the same time and needs no key.
- Whatever learns what is normal from the stream itself does not see harm that was there from the first event: *D1,
  learns*, Mann–Whitney, ADWIN, PageHinkley, DDM. Against that fairdrift has D3 and an audited reference, which are not
  in this contest.
- ADWIN and the z test also alarm when a rate falls, and the fixed bound when a gap opens either way: an alarm of theirs
  is counted whatever it is about.
- Mann–Whitney is tuned by its tolerance, at a confidence of .98, on rates of steps; ADWIN by its delta.
"""


def page(seed: int, size: Size, rates: Rates) -> str:
    """All of it, in Markdown."""
    tuned, defaults, calendar = rates
    events = size.quiet_runs * size.quiet_steps * OF_STEP / 1e6
    values = {"step": OF_STEP, "season": SEASON, "period": SEASON_STEPS, "seed": seed, "events": events}
    head = _HEAD.format(runs=size.runs, **values)
    notes = _NOTES.format(calendar=calendar)
    made_by = f"\n*{COMMAND}, or `python -m replay.rivals` for this part alone; seed {seed}*\n"
    return "\n".join([head, table(tuned), made_by, losses(tuned), _DEFAULTS, table(defaults), made_by, notes])


def chart(tuned: Sequence[Result]) -> Chart:
    """The delays of the jumps."""
    ticks = (50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)
    rows = [(one.monitor, one.delay) for one in tuned]
    return Chart("Events to the alarm, at one false alarm per 100 000 events", tuple(RISES)[:3], ticks, rows)


def table(results: Sequence[Result]) -> str:
    """One line a monitor."""
    head = ["monitor", "is told", "setting", "false alarms", "in season", *RISES]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for one in results:
        setting = "none is quiet enough" if one.setting is None else f"{one.setting:.3g}"
        alarms = ["–" if isnan(value) else f"{value:.2f}" for value in (one.false_alarms, one.in_season)]
        delays = [_delay(one, name) for name in RISES]
        lines.append("| " + " | ".join([one.monitor, one.knows or "–", setting, *alarms, *delays]) + " |")
    return "\n".join(lines)


def losses(results: Sequence[Result]) -> str:
    """Where a rival is faster than D1, or quieter in the season: computed, not chosen; D1 told, and D1 that learns."""
    parts = [f"Where *{ours.monitor}* loses at equal false alarms:\n\n{_lost(ours, results)}\n" for ours in results[:2]]
    return "\n" + "\n".join(parts)


def _lost(ours: Result, results: Sequence[Result]) -> str:
    found = []
    for one in results:
        if one.monitor.startswith("fairdrift") or one.setting is None:
            continue
        lost = [
            f"{name} ({_delay(one, name)} against {_delay(ours, name)})" for name in RISES if _beats(one, ours, name)
        ]
        if one.in_season < ours.in_season:
            lost.append(f"quieter in the season ({one.in_season:.2f} against {ours.in_season:.2f})")
        if lost:
            found.append(f"- {one.monitor}: {', '.join(lost)}")
    return "\n".join(found) or "- nowhere in these streams"


def _beats(one: Result, ours: Result, name: str) -> bool:
    return one.delay[name] < ours.delay[name] or (
        one.delay[name] == ours.delay[name] and one.found[name] > ours.found[name]
    )


def _delay(one: Result, name: str) -> str:
    if name not in one.delay:
        return "–"
    found = one.found[name]
    some = "" if found == 1 else f" ({found:.0%})"
    return (f"{one.delay[name]:.0f}" if isfinite(one.delay[name]) else "never") + some
