"""Which time is tested, and which is declared normal.

Way of an event: step 7. Pure.
"""

from typing import Final, NamedTuple

from monitor.judging.collecting import Collecting
from monitor.judging.reference import Reference
from monitor.judging.rules import DAY_MS, JudgingRules

REMEMBERED_MS: Final = 28 * DAY_MS
"""A revision's own evidence is kept this long after its last label could come."""


class NormalTime(NamedTuple):
    """Panes that begin in [start, end) are declared normal, of this revision; None: of all."""

    start_ms: int
    end_ms: int
    revision: str | None


class TimeJudged(NamedTuple):
    """What decides it: the reference that is collected, else the one that was given; and the first pane seen."""

    rules: JudgingRules
    bootstrap: Collecting | None
    given: Reference | None
    first_pane_ms: int | None

    @property
    def from_ms(self) -> int | None:
        """Start of the first pane that is tested; None while that is not known."""
        if self.bootstrap is not None:
            return self.bootstrap.end_ms if self.bootstrap.progress.is_fixed else None
        if self.given is None or self.first_pane_ms is None:
            return None
        return max(self.given.end_ms, self.first_pane_ms)

    @property
    def normal(self) -> NormalTime | None:
        """The time that scores are compared with, as far as is known; None before the first pane.

        A reference that was given holds no scores: the first 28 days stand for it.
        """
        if self.bootstrap is not None:
            known = self.bootstrap.progress
            return None if known.revision is None else NormalTime(known.start_ms, self.bootstrap.end_ms, known.revision)
        if self.first_pane_ms is None:
            return None
        panes = -(-REMEMBERED_MS // self.rules.pane_ms)
        return NormalTime(self.first_pane_ms, self.first_pane_ms + panes * self.rules.pane_ms, None)

    def is_normal(self, end_ms: int) -> bool:
        """Whether gaps between labels in a step that ends here are those of a time that is declared normal."""
        if self.bootstrap is not None:
            return self.bootstrap.complete_ms is None or end_ms <= self.bootstrap.complete_ms
        return self.from_ms is None or end_ms <= self.from_ms + self.rules.horizon_ms + REMEMBERED_MS
