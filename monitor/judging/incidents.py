"""Incidents: one cause makes one, however many streams it moves.

Way of an event: end of step 8. Pure. The stream with most evidence per event is named, the others have also moved: a
small group that is hit hard outweighs everybody, who are hit because it is.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from monitor.counting.lattice import CROSS
from monitor.judging.blame import Blame, Cause
from monitor.judging.verdict import StreamVerdict


@dataclass(frozen=True, slots=True)
class Incident:
    """Streams of one revision that are DEGRADED by one cause: the one that is named, and the others, same order."""

    model: str
    revision: str
    blame: Blame
    worst: StreamVerdict
    also_moved: tuple[StreamVerdict, ...]


def evidence_per_event(said: StreamVerdict) -> float:
    """The most nats per event that a detector has; 0 without evidence.

    >>> from monitor.judging.verdict import Evidence, Verdict
    >>> evidence = tuple(Evidence("reference", log_e, 8.0, 10.0, 0.1, 5, n) for log_e, n in ((12.0, 40), (15.0, 900)))
    >>> evidence_per_event(StreamVerdict("m", "r1", "sex", "f", "error_rate", Verdict.DEGRADED, (), 0, evidence))
    0.3
    """
    return max((one.log_e / one.events for one in said.evidence if one.log_e is not None and one.events), default=0.0)


def overlap(one: StreamVerdict, other: StreamVerdict) -> bool:
    """Whether somebody can be in both subgroups: no attribute tells them apart.

    >>> from monitor.judging.verdict import Verdict
    >>> def of(attribute, subgroup):
    ...     return StreamVerdict("m", "r1", attribute, subgroup, "error_rate", Verdict.HEALTHY, (), 0)
    >>> young = of("sex__age", "f__young")
    >>> [overlap(young, of(*group)) for group in (("overall", "overall"), ("age", "young"), ("age", "old"))]
    [True, True, False]
    """
    values, others = (dict(zip(s.attribute.split(CROSS), s.subgroup.split(CROSS), strict=True)) for s in (one, other))
    return all(others.get(attribute, slug) == slug for attribute, slug in values.items())


def incidents(verdicts: Iterable[StreamVerdict]) -> tuple[Incident, ...]:
    """The incidents of one model, most evidence per event first.

    A revision that is blamed explains every rise of the same metric among people who overlap with those it harms.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from monitor.judging.verdict import Evidence, Verdict
    >>> def said(attribute, subgroup, log_e, events, cause):
    ...     evidence = (Evidence("reference", log_e, 8.0, 10.0, 0.1, 5, events),)
    ...     one = StreamVerdict("m", "r1", attribute, subgroup, "error_rate", Verdict.DEGRADED, (), 0, evidence)
    ...     return replace(one, blame=Blame(cause, None, ""))
    >>> everyone, women = said("overall", "overall", 30.0, 900, "unknown"), said("sex", "f", 12.0, 40, "revision")
    >>> [(one.worst.subgroup, [other.subgroup for other in one.also_moved]) for one in incidents([everyone, women])]
    [('f', ['overall'])]
    """
    blamed = [said for said in verdicts if said.blame is not None]
    moved: dict[tuple[str, str, Cause], list[StreamVerdict]] = {}
    for said in blamed:
        moved.setdefault((said.model, said.revision, _cause(said, blamed)), []).append(said)
    found = []
    for (model, revision, cause), streams in moved.items():
        worst = max((one for one in streams if one.blame and one.blame.cause == cause), key=evidence_per_event)
        assert worst.blame is not None
        found.append(Incident(model, revision, worst.blame, worst, tuple(one for one in streams if one is not worst)))
    return tuple(sorted(found, key=lambda one: -evidence_per_event(one.worst)))


def _cause(said: StreamVerdict, blamed: Iterable[StreamVerdict]) -> Cause:
    by_revision = (one for one in blamed if one.blame and one.blame.cause == "revision")
    if any((one.revision, one.metric) == (said.revision, said.metric) and overlap(one, said) for one in by_revision):
        return "revision"
    assert said.blame is not None
    return said.blame.cause
