"""Which time is tested, and which is declared normal.

Way of an event: step 7. Pure.
"""

from typing import Final, NamedTuple

from monitor.judging.collecting import Collecting
from monitor.judging.reference import Reference
from monitor.judging.rules import DAY_MS, JudgingRules

REMEMBERED_MS: Final = 28 * DAY_MS
"""A revision's own evidence is kept this long after its last label could come."""


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

    def is_normal(self, end_ms: int) -> bool:
        """Whether gaps between labels in a step that ends here are those of a time that is declared normal."""
        if self.bootstrap is not None:
            return self.bootstrap.complete_ms is None or end_ms <= self.bootstrap.complete_ms
        return self.from_ms is None or end_ms <= self.from_ms + self.rules.horizon_ms + REMEMBERED_MS
