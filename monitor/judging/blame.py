"""Who is to blame for a rise at page level: the revision, the population, both, or nobody knows.

Way of an event: end of step 8; `acting` does nothing without it. Pure. The table is read from the top; its first row
that holds is the blame.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, get_args

from monitor.judging.rules import DAY_MS

Cause = Literal["revision", "population", "mixed", "unknown"]
By = Literal["concurrent", "timing"]

CAUSES: Final[tuple[Cause, ...]] = get_args(Cause)

DEPLOY_HORIZON_MS: Final = 30 * DAY_MS
"""A rise that begins later after a rollout is not taken for its doing."""

LIMITS_OF_TIMING: Final = (
    "Timing cannot tell the release from anything else that began then. A common trend of 4 points a month without an "
    "alarm beforehand is blamed on the release in up to 19 % of simulations, a population shift five weeks after it in "
    "24 %, eight weeks after in under 1 %. Only traffic of both revisions at once can tell them apart."
)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one stream that is at page or rollback level.

    Parameters
    ----------
    reference_at_page
        D1, the rate against its reference, is at page level.
    timing_at_rollback, concurrent_at_rollback
        REV (this revision against its former one) and D3 (both at the same time) are at rollback level.
    stable_at_page
        The former revision's own evidence against the reference is at page level.
    rising_before
        D1-before, the panes before the rollout, is at watch level: an earlier trend.
    strictly_cleared
        Before the alarm the revision was shown to be less than 5 points worse than its former one.
    rollout_ms
        When the revision began to serve; None if no rollout was seen.
    earliest_onset_ms
        First pane at which the rise may credibly have begun; None if that is not known.
    labels_moved
        Completeness or prevalence of the subgroup is at watch, or the join rate is outside its limit.
    concurrent_would_see
        D3 runs, has had the power to see this rise, stays below watch, and both arms have risen.
    former_has_risen
        The former revision serves at the same time, and its rate has risen since, too.
    unsure
        Events of one pane depend on each other in the reference, and evidence that allows for that is below page.
    """

    reference_at_page: bool = False
    timing_at_rollback: bool = False
    concurrent_at_rollback: bool = False
    stable_at_page: bool = False
    rising_before: bool = False
    strictly_cleared: bool = False
    rollout_ms: int | None = None
    earliest_onset_ms: int | None = None
    labels_moved: bool = False
    concurrent_would_see: bool = False
    former_has_risen: bool = False
    unsure: bool = False

    @property
    def begins_with_rollout(self) -> bool:
        """Whether the rise may have begun within the deploy horizon."""
        if self.rollout_ms is None or self.earliest_onset_ms is None:
            return False
        return 0 <= self.earliest_onset_ms - self.rollout_ms <= DEPLOY_HORIZON_MS

    @property
    def begins_later(self) -> bool:
        """Whether the rise began beyond the deploy horizon of the rollout, or there was none."""
        if self.rollout_ms is None:
            return True
        return self.earliest_onset_ms is not None and self.earliest_onset_ms - self.rollout_ms > DEPLOY_HORIZON_MS


@dataclass(frozen=True, slots=True)
class Blame:
    """The blame, for a revision by which evidence, and why in words."""

    cause: Cause
    by: By | None
    because: str

    @property
    def limits(self) -> str | None:
        """What this blame cannot tell apart; None where nothing is to be said."""
        return LIMITS_OF_TIMING if self.by == "timing" else None


def _timing_holds(known: Known) -> bool:
    quiet = not known.strictly_cleared and not known.labels_moved and not known.former_has_risen
    return known.timing_at_rollback and known.begins_with_rollout and quiet and not known.unsure


def _is_alarm(known: Known) -> bool:
    return known.reference_at_page or known.timing_at_rollback


Row = tuple[Callable[[Known], bool], Blame]

TABLE: Final[tuple[Row, ...]] = (
    (
        lambda k: k.concurrent_at_rollback and k.stable_at_page,
        Blame("mixed", None, "it is worse than its former revision at the same time, which is itself at page level"),
    ),
    (
        lambda k: k.timing_at_rollback and k.rising_before,
        Blame("mixed", None, "the rate was rising before the rollout, too"),
    ),
    (
        lambda k: k.concurrent_at_rollback and not k.unsure,
        Blame("revision", "concurrent", "it is worse than its former revision serving at the same time"),
    ),
    (
        _timing_holds,
        Blame("revision", "timing", "it is worse than its former revision was, and the rise begins with the rollout"),
    ),
    (
        lambda k: _is_alarm(k) and k.concurrent_would_see,
        Blame("population", None, "both revisions have risen alike: the former one would show it, too"),
    ),
    (
        lambda k: _is_alarm(k) and k.begins_later,
        Blame(
            "population", None, "no rollout lies in the thirty days before it: the former revision would show it, too"
        ),
    ),
    (
        lambda k: _is_alarm(k) and k.strictly_cleared,
        Blame("population", None, "the revision was shown to be no worse before it: the former one would show it, too"),
    ),
    (
        lambda k: k.timing_at_rollback and k.former_has_risen,
        Blame(
            "unknown", None, "the former revision still serves and has risen, too, with too few cases yet to compare"
        ),
    ),
    (
        lambda k: (k.timing_at_rollback or k.concurrent_at_rollback) and k.unsure,
        Blame("unknown", None, "cases of one pane depend on each other, and evidence that allows for that is missing"),
    ),
    (
        lambda k: k.timing_at_rollback and k.labels_moved,
        Blame("unknown", None, "labels arrive otherwise than before, so the rate may move without the model"),
    ),
)
"""Conditions and what follows, from the top."""

UNKNOWN: Final = Blame("unknown", None, "the evidence names no cause")


def blame(known: Known) -> Blame:
    """The blame for a stream at page or rollback level.

    Examples
    --------
    >>> day = 86_400_000
    >>> release = Known(timing_at_rollback=True, rollout_ms=100 * day, earliest_onset_ms=101 * day)
    >>> blame(release).cause, blame(release).by
    ('revision', 'timing')
    >>> blame(Known(reference_at_page=True, rollout_ms=0, earliest_onset_ms=50 * day)).cause
    'population'
    >>> blame(Known(reference_at_page=True, rollout_ms=0, earliest_onset_ms=5 * day)).cause
    'unknown'
    """
    return next((said for holds, said in TABLE if holds(known)), UNKNOWN)
