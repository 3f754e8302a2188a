"""Steps 7 and 8 for one model: hand the judge each watermark pane once, in order, and ask it for verdicts.

The judge's state and the time it has judged to are stored together, after the partitions' commits: a crash between the
two makes it read the same ripe cells again, which are final.
"""

from collections.abc import Sequence

import msgspec
import numpy as np

from monitor.counting.partition import PartitionState
from monitor.counting.ripe import LABEL_FREE as FREE
from monitor.counting.ripe import RipeCells
from monitor.counting.ripening import ripe_cells
from monitor.judging.judge import Judge
from monitor.judging.rules import DataState
from monitor.judging.said import Statement
from monitor.judging.verdict import StreamVerdict, Verdict
from monitor.ports import StateCorrupt, StateStore
from monitor.service.alarms import StandingAlarms
from monitor.service.cells_forms import Segment
from monitor.service.cells_journal import Journal, NoJournal
from monitor.service.plan import ModelPlan

SERVING_MS = 7 * 86_400_000
"""A revision serves while its last inference lies at most this far (and three panes) behind the model's newest one."""


class Judged(msgspec.Struct, array_like=True):
    """What is stored of one model's judging.

    `restarts` has by flag the event time at which evidence began anew. `restarted` is a flag whose time is not known
    yet: a rebuild runs.
    """

    rules_hash: str
    judged_ms: int
    judge: bytes
    last_seen_ms: dict[str, int]
    restarts: dict[str, int]
    restarted: str | None
    first_seen_ms: dict[str, int] = {}
    journal: list[Segment] = []


class JudgedModel:
    """One model's judge, and how far it has judged.

    Parameters
    ----------
    plan, number
        The model, and its number in the packed cells of its feed.
    judge, store, alarms
        The judge, where its state is kept, and its alarms that stand.
    rules_hash
        Names everything the evidence depends on; stored evidence of other rules is not taken up.
    journal
        Keeps what the judge is given; None: nobody will ask.
    """

    def __init__(
        self,
        plan: ModelPlan,
        number: int,
        judge: Judge,
        store: StateStore,
        alarms: StandingAlarms,
        rules_hash: str,
        journal: Journal | None = None,
    ) -> None:
        self.plan, self.number, self.judge, self.rules_hash = plan, number, judge, rules_hash
        self._store, self._alarms, self._journal = store, alarms, journal or NoJournal()
        self.judged_ms: int | None = None
        self.committed_ms = 0
        self._statement = Statement((), ())
        self._verdicts: tuple[StreamVerdict, ...] | None = None
        self.first_seen_ms: dict[str, int] = {}
        self.last_seen_ms: dict[str, int] = {}
        self.restarts: dict[str, int] = {}
        self._restarted: str | None = None
        self._data = DataState(())
        self._is_dirty = False

    def load(self, *, has_past: bool = False) -> None:
        """Take up stored evidence; what cannot be trusted restarts at zero, flagged: only delay is lost.

        `has_past`: the counts did not begin just now, so that evidence which is not there has been lost. Alarms stand
        as they stood, with or without the evidence for them.
        """
        self._journal.begin(None)
        self._load_evidence(has_past=has_past)
        held = self._alarms.load().difference(self.judge.latched())
        not_judged = self.judge.hold(held)
        self._alarms.leave_out(not_judged)
        self._journal.held(held.difference(not_judged))

    def _load_evidence(self, *, has_past: bool) -> None:
        try:
            stored = self._store.load()
            if stored is None or not stored.slices:
                self._restarted = "evidence_restarted" if has_past else None
                return
            judged = msgspec.msgpack.decode(stored.slices[0], type=Judged)
            if judged.rules_hash != self.rules_hash:
                self._restarted, self.restarts = "config_changed", judged.restarts
                return
            self.judge.restore(judged.judge)
        except (StateCorrupt, msgspec.MsgspecError, ValueError, KeyError):
            self._store.clear()
            self._restarted = "evidence_restarted"
            return
        self.judged_ms = self.committed_ms = judged.judged_ms
        self.first_seen_ms, self.last_seen_ms = judged.first_seen_ms, judged.last_seen_ms
        self.restarts, self._restarted = judged.restarts, judged.restarted
        self._journal.restore(judged.journal, self.judge.state_bytes)

    def flags(self, window_start_ms: int) -> set[str]:
        """Why evidence began anew, while its past is shorter than the window."""
        flags = {flag for flag, restarted_ms in self.restarts.items() if window_start_ms < restarted_ms}
        return flags if self._restarted is None else {*flags, self._restarted}

    def note_whole(self, watermark_ms: int) -> None:
        """Nothing is being rebuilt: evidence that began anew has a past from here on."""
        if self._restarted is not None:
            self.restarts[self._restarted], self._restarted = watermark_ms, None

    def advance(self, states: Sequence[PartitionState], watermark_ms: int, exact_from_ms: int) -> int | None:
        """Judge the next pane the watermark has passed; gives its end, None if there is none.

        Panes that begin before `exact_from_ms` are flagged: shown, never folded into evidence.
        """
        pane_ms = self.plan.pane_ms
        if self.judged_ms is None:
            panes = [state.cells.panes(self.number)[:1] for state in states]
            first = min((pane for found in panes for pane in found), default=None)
            if first is None:
                return None
            self.judged_ms = min(first, watermark_ms // pane_ms) * pane_ms
        if self.judged_ms + pane_ms > watermark_ms:
            return None
        end_ms = self._next_end(states, watermark_ms)
        cells = ripe_cells(states, self.number, end_ms - pane_ms, end_ms, exact_from_ms)
        self._note_serving(cells)
        self._journal.step(end_ms, cells, self.judge.state_bytes)
        self.judge.step(end_ms, cells)
        self.judged_ms, self._is_dirty = end_ms, True
        return end_ms

    def _next_end(self, states: Sequence[PartitionState], watermark_ms: int) -> int:
        """End of the next pane; of the last empty one where a long stretch has none at all."""
        assert self.judged_ms is not None
        pane_ms, last = self.plan.pane_ms, watermark_ms // self.plan.pane_ms * self.plan.pane_ms
        if last - self.judged_ms <= 1_000 * pane_ms:
            return self.judged_ms + pane_ms
        rules = states[0].rules
        # Bins without any label ripen, too: what watches for labels makes events of them.
        bins = (FREE, *range(len(rules.edges[self.number]) - 1))
        panes = {pane for state in states for pane in state.cells.panes(self.number)}
        ripe = [rules.ripe_ms(self.number, pane, age_bin) for pane in panes for age_bin in bins]
        coming = -(-min((one for one in ripe if one > self.judged_ms), default=last) // pane_ms) * pane_ms
        return max(self.judged_ms + pane_ms, min(coming - pane_ms, last))

    def _note_serving(self, cells: RipeCells) -> None:
        for number in np.unique(cells.revision[cells.age_bin == FREE]).tolist():
            mask = (cells.revision == number) & (cells.age_bin == FREE)
            name, panes = cells.revisions[number], cells.pane_start_ms[mask]
            newest = int(panes.max())
            self.first_seen_ms[name] = min(int(panes.min()), self.first_seen_ms.get(name, newest))
            self.last_seen_ms[name] = max(newest, self.last_seen_ms.get(name, newest))

    def serving(self) -> tuple[str, ...]:
        """Revisions that serve, newest first."""
        since = max(self.last_seen_ms.values(), default=0) - max(SERVING_MS, 3 * self.plan.pane_ms)
        alive = [(seen, name) for name, seen in self.last_seen_ms.items() if seen >= since]
        return tuple(name for _, name in sorted(alive, reverse=True))

    def kept(self) -> tuple[str, ...]:
        """Revisions that are shown, newest first."""
        newest = sorted(self.last_seen_ms.items(), key=lambda item: (-item[1], item[0]))
        return tuple(name for name, _ in newest[: self.plan.keep_revisions])

    def assess(self, flags: frozenset[str], stale: frozenset[str]) -> None:
        """Renew the verdicts of what was judged so far, in the light of the state of the data."""
        if self.judged_ms is not None:
            self._data = DataState(self.serving(), flags, stale)
            statement = self.judge.say(self.judged_ms, self._data)
            if statement is not self._statement:
                self._statement, self._verdicts = statement, None

    @property
    def verdicts(self) -> tuple[StreamVerdict, ...]:
        """Verdicts as last assessed, written when they are first read: most panes pass unread."""
        if self._verdicts is None:
            self._verdicts = self.judge.write(self._statement)
        return self._verdicts

    def evidence(self) -> str:
        """Digest of the exact cells that the verdicts came from; empty where nothing can follow, or nobody will ask."""
        is_harm = any(said.verdict == Verdict.DEGRADED for said in self.verdicts)
        return self._journal.evidence(self.judged_ms, self._data) if is_harm and self.judged_ms is not None else ""

    def acknowledge(self, attribute: str, subgroup: str, metric: str) -> None:
        """A person has seen the alarm of a stream. `ValueError` for one that is not judged."""
        self.judge.acknowledge(attribute, subgroup, metric)
        self._journal.acknowledged(attribute, subgroup, metric)
        self._is_dirty = True

    def commit(self) -> None:
        """Store the evidence if it moved. `OSError` if the disk refuses."""
        if self._is_dirty:
            self._alarms.commit(self.judge.latched())
        if self._is_dirty and self.judged_ms is not None:
            past = self.last_seen_ms, self.restarts, self._restarted, self.first_seen_ms
            kept = self.judge.state_bytes(), *past, self._journal.stored()
            judged = Judged(self.rules_hash, self.judged_ms, *kept)
            self._store.commit(b"", (0, msgspec.msgpack.encode(judged)), closes_cycle=True)
            self._is_dirty, self.committed_ms = False, self.judged_ms

    def close(self) -> None:
        """Close the stores."""
        self._store.close()
        self._alarms.close()
