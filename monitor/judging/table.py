"""The table of verdicts: what is said of a stream, given what is known of it.

Way of an event: step 8. Pure. The larger of two stands, so a data fault never resolves an alarm, and no data is never
healthy.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.judging.verdict import Verdict

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

REFERENCE_BUILDING: Final = "reference_building"
REFERENCE_TOO_SMALL: Final = "reference_too_small"
UNVERIFIED_NEGATIVES: Final = "unverified_negatives"
NO_LABELS_YET: Final = "no_labels_yet"
NO_INFERENCES_YET: Final = "no_inferences_yet"
NO_INFERENCES_LATELY: Final = "no_inferences_lately"
BLIND: Final = "blind"
LABELS_STOPPED: Final = "labels_stopped"
SEASON: Final = "season_in_reference"
"""No doubt about the data: the reference shows a season that no calendar key explains, so D1 watches and does not page.
"""

INCONCLUSIVE_REASONS: Final = (
    *(REFERENCE_BUILDING, REFERENCE_TOO_SMALL, UNVERIFIED_NEGATIVES, NO_LABELS_YET, NO_INFERENCES_YET),
    *(BLIND, NO_INFERENCES_LATELY),
)
"""Why evidence cannot say anything: no limit to test yet; fewer than ten events in the reference; not one outcome of
people who were passed over in it, so that a rate of misses is not identified; no ripe labelled cell of this revision;
no ripe inference of it; harm of the size to find would go unnoticed for thirty days; a subgroup that is gone, and whose
last labels have ripened. The first that holds is named. `LABELS_STOPPED` makes a stream STALE; every other reason is
the name of a data flag."""


def code(reason: str) -> int:
    """The number of a reason in arrays; 0 is none.

    >>> reason(code(BLIND))
    'blind'
    """
    return 1 + INCONCLUSIVE_REASONS.index(reason)


def reason(number: int) -> str:
    """The reason of a number that is not 0."""
    return INCONCLUSIVE_REASONS[number - 1]


class Known(NamedTuple):
    """What is known of streams, arrays of one shape. `inconclusive` is the `code` of a reason.

    Alarms of all revisions together are those that fall on the revision; the last two are of its comparison with its
    former one."""

    inconclusive: Ints
    is_stale: Bools
    at_watch: Bools
    at_page: Bools
    at_watch_by_revision: Bools
    at_rollback: Bools


def verdicts(known: Known) -> Ints:
    """The verdict of every stream.

    >>> nothing, alarm = np.array([False]), np.array([True])
    >>> known = Known(np.array([6]), alarm, alarm, nothing, nothing, nothing)
    >>> Verdict(verdicts(known)[0]).name                                            # blind, stale, and yet:
    'SUSPECT'
    """
    said = np.where(known.inconclusive > 0, Verdict.INCONCLUSIVE, Verdict.HEALTHY)
    for holds, verdict in (
        (known.is_stale, Verdict.STALE),
        (known.at_watch | known.at_watch_by_revision, Verdict.SUSPECT),
        (known.at_page | known.at_rollback, Verdict.DEGRADED),
    ):
        said = np.maximum(said, np.where(holds, verdict, Verdict.HEALTHY))
    return said
