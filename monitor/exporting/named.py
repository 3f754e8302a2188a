"""Which of all streams a report may name together: of those it names few are named wrongly, however many it looked at.

Way of an event: after its end. Pure. Alarms do not pass through here: each has its own share of the budget.
"""

from collections.abc import Iterable
from math import exp, inf, log
from typing import Final, NamedTuple

from monitor.judging.discoveries import e_bh, e_detector_bh
from monitor.judging.metrics import METRICS
from monitor.judging.verdict import CONCURRENT_EFFECT, REFERENCE, REVISION_EFFECT, StreamVerdict

FALSE_SHARE: Final = 0.1
"""Largest mean share of wrong ones among those named of a rollout."""

_MOST_NATS: Final = 600.0
"""e to this is still a number."""


class Named(NamedTuple):
    """Streams named together: of a rollout `revision` by e-BH, None: against the reference by e-detector BH."""

    revision: str | None
    streams: tuple[StreamVerdict, ...]
    of: int


def named(verdicts: Iterable[StreamVerdict]) -> tuple[Named, ...]:
    """What is named, the reference first; sets of nobody are left out.

    Examples
    --------
    >>> from monitor.judging.verdict import Evidence, Verdict
    >>> def said(slug, nats):
    ...     evidence = (Evidence("revision_effect", nats, 8.0, None, 0.1, 5, 90, rollback=10.5, against="r1"),)
    ...     return StreamVerdict("m", "r2", "sex", slug, "error_rate", Verdict.HEALTHY, (), 0, evidence)
    >>> [(one.revision, [s.subgroup for s in one.streams], one.of) for one in named([said("f", 6.0), said("m", 0.1)])]
    [('r2', ['f'], 2)]
    """
    all_of = list(verdicts)
    by_revision = {said.revision: [one for one in all_of if one.revision == said.revision] for said in all_of}
    found = [_against_reference(all_of), *(_of_rollout(revision, some) for revision, some in by_revision.items())]
    return tuple(one for one in found if one.streams)


def _against_reference(verdicts: list[StreamVerdict]) -> Named:
    """Evidence is pooled over revisions: each stream once. A two-sided one is the larger of two: both pay."""
    streams: dict[tuple[str, str, str], tuple[StreamVerdict, float, float]] = {}
    for said in verdicts:
        for one in said.evidence:
            if one.detector == REFERENCE and one.log_e is not None:
                metric = METRICS.get(said.metric)
                nats = one.log_e - (log(2) if metric is not None and metric.two_sided else 0.0)
                steps = exp(one.watch + log(one.weight))  # the level is log(A) + log(1 / v)
                streams.setdefault((said.attribute, said.subgroup, said.metric), (said, nats, steps))
    if not streams:
        return Named(None, (), 0)
    chosen = [said for said, _, _ in streams.values()]
    places = e_detector_bh([nats for _, nats, _ in streams.values()], max(steps for _, _, steps in streams.values()))
    return Named(None, tuple(chosen[place] for place in places.tolist()), len(chosen))


def _of_rollout(revision: str, verdicts: list[StreamVerdict]) -> Named:
    """Where both comparisons run, their mean is the e-value."""
    chosen, e_values = [], []
    for said in verdicts:
        nats = [one.log_e for one in said.evidence if one.detector in (REVISION_EFFECT, CONCURRENT_EFFECT)]
        known = [-inf if one is None else one for one in nats]
        if any(one > -inf for one in known):
            chosen.append(said)
            e_values.append(sum(exp(min(one, _MOST_NATS)) for one in known) / len(known))
    places = e_bh(e_values, FALSE_SHARE).tolist() if e_values else []
    return Named(revision, tuple(chosen[place] for place in places), len(chosen))
