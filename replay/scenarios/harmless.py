"""Who is wrong where the model errs as before: alarms of each, and what we said instead. Pure."""

from collections.abc import Iterator
from typing import Final

from monitor.simulating.comparison import PAGE, WATCH
from replay.scenarios.measured import AS_IT_COMES, OUR_BUDGET, Measured, Said, Wrong

_HEAD: Final = """### Who acts wrongly

In these the model errs exactly as before, and something else happens; the mean number of alarms a stream from then to
its end, over {runs} streams. An alarm about everybody's season or about a mix of people is not absurd, but who rolls
back for it changes nothing. Rivals at our budget first, as they come after the slash; *blames* is the share of streams
in which fairdrift blamed a revision, without which it never rolls back.
"""

_SAID: Final = """
What fairdrift said instead, in a third of the streams or more, after the moment (*those*: to whom it happens):
"""

_BLAMED: Final = """
Where a subgroup is harmed, the share of streams in which a revision was blamed: {shares}. In *bad_revision* and
*canary* it is to blame, in the others nothing was released.
"""

_NOTES: Final = """
- *selective_verification* is configured as `statistics` has it: rates of those who are looked up at random. Told to
  watch `false_negative_rate` all the same, fairdrift is wrong as everybody is: that rate is not identified there.
- *seasonal* moves everybody by ±30 % within a hundred days. A reference of the first weeks does not know of it.
- In *labels_by_value* the trap is the error rate, whose first labels are all positive under a new revision. The two
  rates watched here need labels of one value each: whoever reads these as they come is not caught.
"""


def harmless(measured: Measured) -> str:
    """The whole part."""
    runs = measured.wrong[0].runs
    return "\n".join(
        [
            _HEAD.format(runs=runs),
            _table(measured),
            "",
            measured.made_by,
            _NOTES,
            _SAID,
            *_said(measured),
            _blamed(measured),
        ]
    )


def _table(measured: Measured) -> str:
    rivals = list(dict.fromkeys(one.monitor for one in measured.wrong if one.monitor not in (PAGE, WATCH)))
    head = ["scenario", PAGE, WATCH, "blames", *rivals]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    by_key = {(one.scenario, one.monitor, one.tuning): one for one in measured.wrong}
    said = {one.scenario: one for one in measured.said}
    for name in dict.fromkeys(one.scenario for one in measured.wrong):
        ours = [_mean(by_key[name, monitor, OUR_BUDGET]) for monitor in (PAGE, WATCH)]
        theirs = [
            " / ".join(_mean(by_key[name, rival, tuning]) for tuning in (OUR_BUDGET, AS_IT_COMES)) for rival in rivals
        ]
        lines.append("| " + " | ".join([name, *ours, _share(said[name]), *theirs]) + " |")
    return "\n".join(lines)


def _mean(one: Wrong) -> str:
    return f"{one.alarms / one.runs:.1f}" if one.runs else "–"


def _share(one: Said) -> str:
    return f"{one.blamed / one.runs:.0%}"


def _said(measured: Measured) -> Iterator[str]:
    names = {one.scenario for one in measured.wrong}
    for one in measured.said:
        if one.scenario in names:
            often = [f"{phrase} ({n / one.runs:.0%})" for phrase, n in one.phrases.items() if n * 3 >= one.runs]
            yield f"- *{one.scenario}*: {'; '.join(often) or 'nothing'}"


def _blamed(measured: Measured) -> str:
    names = {one.scenario for one in measured.found}
    shares = [f"{one.scenario} {_share(one)}" for one in measured.said if one.scenario in names]
    return _BLAMED.format(shares=", ".join(shares))
