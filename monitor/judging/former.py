"""The former revision as a reference: what a new revision is compared with, rate by rate.

Way of an event: step 7; begun when a rollout is seen, asked again whenever a bin of label ages opens. Pure. Its panes
are fixed at the rollout, the latest before it; their labels go on ripening.
"""

import msgspec
import numpy as np

from monitor.counting.ripe import LABEL_FREE, RipeCells
from monitor.judging.dispersion import Slots
from monitor.judging.metrics import Rate
from monitor.judging.rollout import Rollout, day_ms
from monitor.judging.served import Served, packed, unpacked
from monitor.judging.tally import Tally, merged, tally


class Stored(msgspec.Struct, array_like=True):
    """What is stored: start of the panes of each rate; day -> cells, compressed."""

    starts_ms: list[int]
    days: dict[int, bytes]


class FormerReference:
    """Counts of the former revision in the panes before a rollout.

    Parameters
    ----------
    rollout
        Its former revision is not None.
    starts_ms
        Start of the panes of each rate; all end where the rollout begins.
    days
        Number -> labelled cells of the days since the first of these starts, as far as they are ripe.
    pane_ms
        Width of a pane; a longer one is a day here.
    """

    def __init__(self, rollout: Rollout, starts_ms: list[int], days: dict[int, Tally], pane_ms: int) -> None:
        self._rollout, self._former = rollout, str(rollout.former)
        self._starts_ms, self._days = starts_ms, days
        self._pane_ms, self._day_ms = pane_ms, day_ms(pane_ms)

    @classmethod
    def at(cls, rollout: Rollout, served: Served, rates: tuple[Rate, ...], pane_ms: int) -> "FormerReference":
        """The reference of a rollout, from what was ripe before it was known."""
        former = str(rollout.former)
        starts_ms = [served.start_ms(former, rate, rollout.start_ms) for rate in rates]
        return cls(rollout, starts_ms, served.days(former, min(starts_ms, default=rollout.start_ms)), pane_ms)

    def take(self, cells: RipeCells) -> None:
        """Take in what ripened in one step, of the former revision in these panes."""
        if self._former not in cells.revisions:
            return
        mine = cells.revision == cells.revisions.index(self._former)
        mine &= (cells.age_bin != LABEL_FREE) & (cells.pane_start_ms < self._rollout.start_ms)
        mine &= cells.pane_start_ms >= min(self._starts_ms, default=self._rollout.start_ms)
        day = cells.pane_start_ms // self._day_ms
        for one in np.unique(day[mine]).tolist():
            known = [self._days[one]] if one in self._days else []
            self._days[one] = merged([*known, tally(cells, mine & (day == one))], self._former)

    def slots(self, rate: int, opened: int) -> Slots:
        """Cells for one rate, day by day, in the bins up to `opened`."""
        first = self._starts_ms[rate] // self._day_ms
        days = [cells.where(cells.age_bin <= opened) for day, cells in sorted(self._days.items()) if day >= first]
        return Slots(days, self._day_ms / self._pane_ms)

    def cells(self, rate: int, opened: int) -> Tally:
        """The same together."""
        return merged(self.slots(rate, opened).cells, self._former)

    def stored(self) -> Stored:
        """What to store."""
        return Stored(self._starts_ms, {day: packed(cells) for day, cells in sorted(self._days.items())})

    @classmethod
    def restored(cls, rollout: Rollout, stored: Stored, pane_ms: int) -> "FormerReference":
        """The reference that was stored. ValueError for cells that are not whole."""
        days = {day: unpacked(rows, str(rollout.former)) for day, rows in stored.days.items()}
        return cls(rollout, list(stored.starts_ms), days, pane_ms)
