"""How many outcomes find no inference, lately: a producer that changed its ids is seen here, and nowhere else.

Beside step 3. Cumulative tallies are kept once a day of the log, so that the share is that of the last weeks. Pure.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

DAY_MS: Final = 86_400_000
DAYS: Final = 28
LEAST_OUTCOMES: Final = 200
"""Below so many the share says nothing."""


class Joined(NamedTuple):
    """Tallies of one partition at the end of a day of its log: outcomes accepted, and let go without an inference."""

    day: int
    accepted: int
    unpaired: int


def noted(known: Sequence[Joined], broker_time_ms: int, accepted: int, unpaired: int) -> list[Joined]:
    """The days known, with the tallies as they stand now.

    >>> noted([Joined(0, 10, 1)], DAY_MS, accepted=15, unpaired=1)
    [Joined(day=0, accepted=10, unpaired=1), Joined(day=1, accepted=15, unpaired=1)]
    """
    day = broker_time_ms // DAY_MS
    before = [one for one in known if day - DAYS <= one.day < day]
    return [*before, Joined(day, accepted, unpaired)]


def unpaired_share(partitions: Iterable[Sequence[Joined]]) -> float | None:
    """Share of the outcomes of the last 28 days that were let go without an inference; None of too few.

    An outcome without an inference is let go long after it came: the share is that of a flow, not of a cohort.

    >>> unpaired_share([[Joined(0, 1_000, 0), Joined(1, 1_200, 20)], [Joined(1, 5, 0)]])
    0.1
    >>> unpaired_share([[Joined(0, 0, 0), Joined(1, 199, 199)]]) is None
    True
    """
    spans = [(known[0], known[-1]) for known in partitions if known]
    accepted = sum(last.accepted - first.accepted for first, last in spans)
    unpaired = sum(last.unpaired - first.unpaired for first, last in spans)
    return unpaired / accepted if accepted >= LEAST_OUTCOMES else None
