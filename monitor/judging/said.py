"""What is said of the streams of one revision: as columns, and as verdicts once somebody reads them.

Way of an event: end of step 8. Pure. Panes are judged far more often than verdicts are read: columns are cheap, objects
are not, and one whose numbers did not change is not built again.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.judging import table
from monitor.judging.blame import Blame
from monitor.judging.detected import Detected, evidence
from monitor.judging.facts import Facts
from monitor.judging.rollout import Rollout
from monitor.judging.stream_names import StreamName
from monitor.judging.streams import NO_ONSET
from monitor.judging.verdict import StreamVerdict, Verdict

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_VERDICTS: Final = tuple(Verdict)
"""By number: looking one up a million times must cost little."""


class Said(NamedTuple):
    """One revision; arrays have the shape (metrics, subgroups) and are its own: later steps do not change them.

    Parameters
    ----------
    of_data
        Reasons that name data flags.
    reason
        Code of the reason why nothing can be said; 0: none.
    previous
        -1: no verdict before.
    onset_ms
        `NO_ONSET` where no rise is seen.
    blame
        Of the streams that are DEGRADED, by their number in the arrays.
    """

    model: str
    revision: str
    of_data: tuple[str, ...]
    rollout: Rollout | None
    facts: Facts
    verdict: Ints
    reason: Ints
    has_stopped: Bools
    since_ms: Ints
    previous: Ints
    onset_ms: Ints
    cleared: Bools
    detected: tuple[Detected, ...]
    blame: Mapping[int, Blame]

    def columns(self) -> list[NDArray[Any]]:
        """All that differs between streams, blame and evidence aside."""
        own: list[NDArray[Any]] = [self.verdict, self.reason, self.has_stopped, self.since_ms, self.previous]
        return [*own, self.onset_ms, self.cleared, self.facts.blind_below]


class Statement(NamedTuple):
    """All that is said after a step: of the rates, a revision each; and what stands beside them, which is written."""

    rates: tuple[Said, ...]
    beside: tuple[StreamVerdict, ...]


class Written(NamedTuple):
    """Verdicts, and what they were written of."""

    said: Said
    verdicts: Sequence[StreamVerdict]


def written(said: Said, names: Sequence[StreamName], before: Written | None) -> Written:
    """The verdict of every stream, in the order of the arrays; one that says what it said before is the same object.

    Parameters
    ----------
    names
        Of the streams, in that order.
    before
        What was written of any other time; None: nothing yet.
    """
    verdicts: list[StreamVerdict | None] = list(before.verdicts) if before else [None] * len(names)
    new = np.flatnonzero(~_is_alike(said, before.said)) if before else np.arange(len(names))
    limits = said.facts.limits
    start_ms, former = (None, None) if said.rollout is None else (said.rollout.start_ms, said.rollout.former)
    rows = zip(*(column.reshape(-1)[new].tolist() for column in said.columns()), strict=True)
    for place, found, row in zip(new.tolist(), evidence(said.detected, new), rows, strict=True):
        number, code, has_stopped, since_ms, previous, onset_ms, cleared, blind_below = row
        season, reference = limits.seasons[place], limits.references[place]
        own = season if number > Verdict.STALE or not code else (table.reason(code), *season)
        verdicts[place] = StreamVerdict(
            said.model,
            said.revision,
            *names[place],
            _VERDICTS[number],
            (*own, table.LABELS_STOPPED, *said.of_data) if has_stopped else (*own, *said.of_data),
            since_ms,
            found,
            reference,
            blind_below if reference else None,
            None if onset_ms == NO_ONSET else onset_ms,
            _VERDICTS[previous] if previous >= 0 else None,
            said.blame.get(place),
            start_ms,
            former,
            cleared,
            limits.still_needed[place],
        )
    return Written(said, [one for one in verdicts if one is not None])


def _is_alike(one: Said, other: Said) -> Bools:
    """Streams of which the same is said, by number. Those with a blame are not: it is no column."""
    heads = [(s.model, s.revision, s.of_data, s.rollout, s.facts.limits, len(s.detected)) for s in (one, other)]
    detectors = list(zip(one.detected, other.detected, strict=False))
    if heads[0] != heads[1] or not all(mine.is_of_alike(others) for mine, others in detectors):
        return np.zeros(one.verdict.size, bool)
    pairs = list(zip(one.columns(), other.columns(), strict=True))
    for mine, others in detectors:
        pairs += zip(mine.columns(), others.columns(), strict=True)
    alike = one.verdict != Verdict.DEGRADED
    for column, before in pairs:
        alike &= column == before
    result: Bools = alike.reshape(-1)
    return result
