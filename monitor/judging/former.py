"""The former revision as a reference: what a new revision is compared with, rate by rate.

Way of an event: step 7; begun when a rollout is seen, asked again whenever a bin of label ages opens. Pure. Its panes
are fixed at the rollout, the latest before it; their labels go on ripening.
"""

from typing import Final

import msgspec

from monitor.counting.ripe import LABEL_FREE, RipeCells
from monitor.judging.metrics import Rate
from monitor.judging.reference import Reference
from monitor.judging.rollout import Rollout
from monitor.judging.rules import JudgingRules
from monitor.judging.served import Served, packed, unpacked
from monitor.judging.tally import Tally, merged, tally

SOURCE: Final = "former revision"


class Stored(msgspec.Struct, array_like=True):
    """What is stored: start of the panes of each rate; start -> cells, compressed."""

    starts_ms: list[int]
    cells: dict[int, bytes]


class FormerReference:
    """Counts of the former revision in the panes before a rollout.

    Parameters
    ----------
    rollout
        Its former revision is not None.
    starts_ms
        Start of the panes of each rate; all end where the rollout begins.
    cells
        Start -> labelled cells of these panes, as far as they are ripe.
    """

    def __init__(self, rollout: Rollout, starts_ms: list[int], cells: dict[int, Tally]) -> None:
        self._rollout, self._former = rollout, str(rollout.former)
        self._starts_ms, self._cells = starts_ms, cells

    @classmethod
    def at(cls, rollout: Rollout, served: Served, rates: tuple[Rate, ...]) -> "FormerReference":
        """The reference of a rollout, from what was ripe before it was known."""
        former = str(rollout.former)
        starts_ms = [served.start_ms(former, rate, rollout.start_ms) for rate in rates]
        return cls(rollout, starts_ms, {start_ms: served.cells(former, start_ms) for start_ms in set(starts_ms)})

    def take(self, cells: RipeCells) -> None:
        """Take in what ripened in one step, of the former revision in these panes."""
        if self._former not in cells.revisions:
            return
        mine = cells.revision == cells.revisions.index(self._former)
        mine &= (cells.age_bin != LABEL_FREE) & (cells.pane_start_ms < self._rollout.start_ms)
        for start_ms, known in self._cells.items():
            chosen = mine & (cells.pane_start_ms >= start_ms)
            if chosen.any():
                self._cells[start_ms] = merged([known, tally(cells, chosen)], self._former)

    def cells(self, rate: int, opened: int) -> Tally:
        """Cells for one rate, in the bins up to `opened`."""
        cells = self._cells[self._starts_ms[rate]]
        return cells.where(cells.age_bin <= opened)

    def reference(self, rate: int, opened: int, rules: JudgingRules) -> Reference:
        """The same as a reference with an id."""
        cells, start_ms = self.cells(rate, opened), self._starts_ms[rate]
        return Reference(
            rules.model,
            SOURCE,
            self._former,
            start_ms,
            self._rollout.start_ms,
            rules.edges_ms,
            cells.age_bin,
            cells.combination,
            cells.counts,
        )

    def stored(self) -> Stored:
        """What to store."""
        return Stored(self._starts_ms, {start_ms: packed(cells) for start_ms, cells in sorted(self._cells.items())})

    @classmethod
    def restored(cls, rollout: Rollout, stored: Stored) -> "FormerReference":
        """The reference that was stored. ValueError for cells that are not whole."""
        cells = {start_ms: unpacked(rows, str(rollout.former)) for start_ms, rows in stored.cells.items()}
        return cls(rollout, list(stored.starts_ms), cells)
