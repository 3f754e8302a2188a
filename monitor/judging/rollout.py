"""Rollouts, from the inferences alone: when a revision began to serve people, and whom it followed.

Way of an event: step 7, before all evidence; `releases` compares the revisions it names. Pure. Label-free cells are
ripe first, so a rollout is known before any label of it can be read.
"""

from collections.abc import Mapping
from typing import Final

import msgspec
import numpy as np

from monitor.counting.ripe import LABEL_FREE, RipeCells
from monitor.judging.rules import DAY_MS
from monitor.judging.shadow import without_shadows

AWAY_MS: Final = 7 * DAY_MS
"""A revision that did not serve for so long and then does is rolled out again."""

FORMER_MS: Final = 28 * DAY_MS
"""The time before a rollout in which its former revision served most."""

_SHARED: Final = 0.05
"""Share of the inferences from which on the former revision still serves beside the new one."""


class Rollout(msgspec.Struct, frozen=True, array_like=True):
    """A revision that begins to serve.

    Parameters
    ----------
    former
        The revision with most inferences in the 28 days before; None if no other served.
    start_ms
        Start of its first pane: the rollout lies within it.
    is_shared
        Whether the former revision still has 5 % of the inferences of the first whole pane, the next one with any;
        None before that is ripe. If so, both are compared at the same time, too.
    """

    revision: str
    former: str | None
    start_ms: int
    is_shared: bool | None = None


class Stored(msgspec.Struct, array_like=True):
    """What is stored: last pane of each revision, inferences by day and revision, and rollouts, oldest first."""

    has_begun: bool
    last_ms: dict[str, int]
    days: dict[int, dict[str, int]]
    known: list[Rollout]


def day_ms(pane_ms: int) -> int:
    """Width of the days that history is kept in: a pane at least."""
    return max(pane_ms, DAY_MS)


class Rollouts:
    """The newest rollout of every revision. What serves when watching begins was not rolled out.

    Parameters
    ----------
    pane_ms
        Width of a pane.

    Examples
    --------
    >>> rollouts = Rollouts(DAY_MS)
    >>> def pane(day, **inferences):
    ...     n = np.array(list(inferences.values()))
    ...     same = [np.full(len(n), one) for one in (day * DAY_MS, LABEL_FREE, 0, 1, LABEL_FREE)]
    ...     return RipeCells(tuple(inferences), np.arange(len(n)), *same, n)
    >>> rollouts.take(pane(0, r1=900)), rollouts.take(pane(1, r1=850, r2=50))
    ((), (Rollout(revision='r2', former='r1', start_ms=86400000, is_shared=None),))
    >>> rollouts.take(pane(2, r1=700, r2=200)), rollouts.of("r2").is_shared, rollouts.of("r1")
    ((), True, None)
    """

    def __init__(self, pane_ms: int) -> None:
        self._pane_ms = pane_ms
        self._has_begun = False
        self._last_ms: dict[str, int] = {}
        self._days: dict[int, dict[str, int]] = {}
        self._known: dict[str, Rollout] = {}

    def of(self, revision: str) -> Rollout | None:
        """The newest rollout of a revision; None if none was seen."""
        return self._known.get(revision)

    def take(self, cells: RipeCells) -> tuple[Rollout, ...]:
        """Take in what ripened in one step; gives the rollouts that it shows, by name of the revision."""
        cells = without_shadows(cells)
        free = cells.age_bin == LABEL_FREE
        found: list[Rollout] = []
        for start_ms in np.unique(cells.pane_start_ms[free]).tolist():
            here = free & (cells.pane_start_ms == start_ms)
            total = np.bincount(cells.revision[here], weights=cells.n[here], minlength=len(cells.revisions))
            said = sorted(zip(cells.revisions, total.astype(int).tolist(), strict=True))
            found += self._pass_pane(start_ms, {name: n for name, n in said if n})
        return tuple(found)

    def _pass_pane(self, start_ms: int, inferences: Mapping[str, int]) -> list[Rollout]:
        self._see_sharing(start_ms, inferences)
        new = [name for name in inferences if self._is_new(name, start_ms)] if self._has_begun else []
        found = [Rollout(name, self._former(name, start_ms), start_ms) for name in new]
        for rollout in found:
            self._known.pop(rollout.revision, None)
            self._known[rollout.revision] = rollout
        self._note(start_ms, inferences)
        return found

    def _see_sharing(self, start_ms: int, inferences: Mapping[str, int]) -> None:
        total = sum(inferences.values())
        for name, one in self._known.items():
            if one.is_shared is None and start_ms > one.start_ms:
                share = inferences.get(one.former, 0) / total if one.former is not None else 0.0
                self._known[name] = msgspec.structs.replace(one, is_shared=share >= _SHARED)

    def _is_new(self, revision: str, start_ms: int) -> bool:
        last_ms = self._last_ms.get(revision)
        return last_ms is None or start_ms - (last_ms + self._pane_ms) >= AWAY_MS

    def _former(self, revision: str, start_ms: int) -> str | None:
        total: dict[str, int] = {}
        first = (start_ms - FORMER_MS) // day_ms(self._pane_ms)
        for day, inferences in self._days.items():
            for name, n in inferences.items():
                if day >= first and name != revision:
                    total[name] = total.get(name, 0) + n
        return min(total, key=lambda name: (-total[name], name), default=None)

    def _note(self, start_ms: int, inferences: Mapping[str, int]) -> None:
        self._has_begun = True
        day = start_ms // day_ms(self._pane_ms)
        seen = self._days.setdefault(day, {})
        for name, n in inferences.items():
            seen[name] = seen.get(name, 0) + n
            self._last_ms[name] = start_ms
        oldest = day - FORMER_MS // day_ms(self._pane_ms) - 1
        self._days = {one: seen for one, seen in self._days.items() if one >= oldest}
        self._last_ms = {name: ms for name, ms in self._last_ms.items() if start_ms - ms <= FORMER_MS}

    def forget(self, revision: str) -> None:
        """Let the rollout of a revision go."""
        self._known.pop(revision, None)

    def stored(self) -> Stored:
        """What to store."""
        days = {day: dict(sorted(seen.items())) for day, seen in sorted(self._days.items())}
        return Stored(self._has_begun, dict(sorted(self._last_ms.items())), days, list(self._known.values()))

    def restore(self, stored: Stored) -> None:
        """Take up what was stored."""
        self._has_begun, self._last_ms, self._days = stored.has_begun, dict(stored.last_ms), dict(stored.days)
        self._known = {one.revision: one for one in stored.known}
