"""Verdicts: what is said of one stream, and in which order two of them are compared.

Way of an event: step 8. Pure. The order is total and written here once: HEALTHY < INCONCLUSIVE < STALE < SUSPECT <
DEGRADED.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from monitor.judging.blame import Blame

REFERENCE: Final = "reference"
"""The detectors: against the reference; a subgroup against everybody else; against the former revision's past, and
against its present."""
GAP: Final = "gap"
REVISION_EFFECT: Final = "revision_effect"
CONCURRENT_EFFECT: Final = "concurrent_effect"


class Verdict(IntEnum):
    """What is said of a stream; the larger of two stands.

    >>> max(Verdict.HEALTHY, Verdict.STALE).name
    'STALE'
    """

    HEALTHY = 0
    INCONCLUSIVE = 1
    STALE = 2
    SUSPECT = 3
    DEGRADED = 4


@dataclass(frozen=True, slots=True)
class Evidence:
    """Evidence of one detector on one stream, in nats, with the levels it is held against; None for one it has not.

    `log_e` is None where nothing was seen yet; what was is so many `panes` with data, and `events` of the revisions
    judged. `against` is the former revision, if it is compared with that one.
    """

    detector: str
    log_e: float | None
    watch: float
    page: float | None
    weight: float
    panes: int
    events: int = 0
    rollback: float | None = None
    against: str | None = None


@dataclass(frozen=True, slots=True)
class ReferenceRate:
    """What a stream is compared with: rate of the reference, its number of samples, and the limit tested (p*)."""

    id: str
    value: float
    samples: int
    tolerated: float


@dataclass(frozen=True, slots=True)
class StreamVerdict:
    """One verdict with every number that made it.

    `reasons` say why INCONCLUSIVE or STALE, and name data flags. `since_ms` is the event time of the last change.
    `blind_below` is the smallest rate found within 30 days at the present traffic; 1: blind; None without reference.
    `blame` is told of a DEGRADED stream alone. `rollout_ms` is when the revision began to serve, None if that was not
    seen; `former` served most before. `cleared`: it was shown to be no more than 10 points worse than that one.
    `still_needed`: cases that a reference which is too small still lacks; None for one that is not.
    """

    model: str
    revision: str
    attribute: str
    subgroup: str
    metric: str
    verdict: Verdict
    reasons: tuple[str, ...]
    since_ms: int
    evidence: tuple[Evidence, ...] = ()
    reference: ReferenceRate | None = None
    blind_below: float | None = None
    onset_ms: int | None = None
    previous: Verdict | None = None
    blame: Blame | None = None
    rollout_ms: int | None = None
    former: str | None = None
    cleared: bool = False
    still_needed: int | None = None
