"""The counting state of one partition number, and the one place that changes it.

Way of an event: steps 3 and 4. Pure: a fold of the partition's records, whatever the order of its topics, the size of
batches, repetitions and restarts.

The plain case (first inference, first outcome) is folded in columns by `monitor.counting.fold`; everything else takes
the way of `absorb`: take the id's history, count it out, change it, count it in again. A retraction is no special case.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.counting.cells import LATE, ON_TIME, Cells
from monitor.counting.expiry import Expiry
from monitor.counting.history import History
from monitor.counting.lateness import NEVER, Frontier
from monitor.counting.packing import is_same_but_explained, source_of, without_score
from monitor.counting.rows import Rows
from monitor.counting.rules import CountingRules
from monitor.counting.settlement import Cell, Settled, Settlement
from monitor.counting.sources import Sources
from monitor.counting.tallies import LABEL_OF, Tally
from monitor.events import Event, Inference, Label

Ints = NDArray[np.int64]
Pair = tuple[Cell | None, Cell | None]
"""Where an id is published, and where it is in evidence."""


@dataclass(slots=True)
class Progress:
    """One topic of the partition: next offset to read, and its frontier."""

    next_offset: int
    frontier: Frontier


class PartitionState:
    """Counts of one partition number, over all topics of a feed.

    Parameters
    ----------
    rules
        The feed's rules.

    Attributes
    ----------
    rows, cells, sources
        Ids held, what was counted, who said it.
    progress, topics
        By topic: next offset and frontier; and their names, by the number that outcomes remember.
    tallies
        Counts by (name, labels ...): `monitor.counting.tallies`.
    retracted
        What was taken back from a published cell, by (model number, key, is it label-free): what its counter must not
        fall by. To be explained later takes no inference back.
    taken_back
        By how much a tally has fallen, by its key: what its counter must not fall by.
    totals
        Published cells of panes that were let go, by (model number, key, is it label-free).
    gone_before_ms
        Rows and panes older than this were let go; events older than this are let in no more.
    """

    def __init__(self, rules: CountingRules) -> None:
        self.rules = rules
        self.rows = Rows()
        self.cells = Cells()
        self.sources = Sources(rules.numbers)
        self.progress: dict[str, Progress] = {}
        self.topics: list[str] = []
        self.tallies: Counter[Tally] = Counter()
        self.retracted: Counter[tuple[int, int, bool]] = Counter()
        self.taken_back: Counter[Tally] = Counter()
        self.totals: Counter[tuple[int, int, bool]] = Counter()
        self.gone_before_ms = NEVER
        self.touched_rows: list[Ints] = []
        self.dropped_panes: list[tuple[int, int]] = []
        self.expiry = Expiry(rules.bucket_ms)
        self.settlement = Settlement(rules, self.sources.model_of, self.sources.hash_of)

    def topic(self, name: str) -> Progress:
        """The progress of a topic, begun if it is new. Topics are numbered as they are first asked for."""
        known = self.progress.get(name)
        if known is None:
            known = self.progress[name] = Progress(0, Frontier(self.rules.allowed_lateness_ms))
            self.topics.append(name)
        return known

    def topic_number(self, name: str) -> int:
        """Number of a topic that was begun."""
        return self.topics.index(name)

    def watermark(self) -> int | None:
        """The smallest watermark of the topics seen; None while there is none."""
        marks = [p.frontier.watermark_ms for p in self.progress.values()]
        return None if None in marks or not marks else min(mark for mark in marks if mark is not None)

    def tally(self, *key: str, count: int) -> None:
        """Add to a tally."""
        if count:
            self.tallies[key] += count

    def evict_on_arrival(self, topic: str, kind: str, events: Sequence[Event]) -> None:
        """Events older than everything that is held: an inference expires, an outcome is unpaired."""
        self.tally("events", topic, kind, "accepted", count=len(events))
        self.tally("evicted", topic, kind, count=len(events))
        if kind == "outcome":
            self.tally("unpaired", topic, "evicted", count=len(events))
        for event in events:
            if isinstance(event, Inference):
                source = self.sources.known[self.sources.number(event)]
                self.tally("expired", source.model, source.revision, count=1)

    def absorb(self, slot: int, change: Callable[[History], bool]) -> bool:
        """Change the history of one id and move what it counts; False if the change only repeats something.

        The caller tells the rows it changed to `touch`.
        """
        history = self.rows.history(slot)
        before = self.settlement.settle(history)
        is_new = change(history)
        after = self.settlement.settle(history)
        self.rows.remember(slot, history)
        if after != before:
            self._move((before.said, before.said_in_evidence), (after.said, after.said_in_evidence))
            self._move((before.labelled, before.labelled_in_evidence), (after.labelled, after.labelled_in_evidence))
            self._tally_settled(before, after)
            self._tally_taken_back(before, after)
        return is_new

    def touch(self, slots: Ints) -> None:
        """These rows changed: they are stored with the next change, and wait to be let go by their new time."""
        self.touched_rows.append(slots)
        self.expiry.note(self.rows, slots)

    def _move(self, before: Pair, after: Pair) -> None:
        """Count out of one pair of cells and into another. The same pair is not touched: its pane may be gone."""
        if before != after:
            self._count(*before, -1)
            self._count(*after, +1)

    def _count(self, published: Cell | None, evidence: Cell | None, sign: int) -> None:
        if published is not None:
            on_time = published == evidence
            self.cells.add(published[:3], published.key, sign * (ON_TIME if on_time else LATE))
        if evidence is not None and evidence != published:
            self.cells.add(evidence[:3], evidence.key, sign * (ON_TIME - LATE))

    def _tally_settled(self, before: Settled, after: Settled) -> None:
        moved = self._tallied(after)
        moved.subtract(self._tallied(before))
        for key, count in moved.items():
            self.tally(*key, count=count)
            if count < 0 and key[0] != "pending":
                self.taken_back[key] -= count

    def _tallied(self, settled: Settled) -> Counter[Tally]:
        found: Counter[Tally] = Counter()
        if settled.said is None:
            return found
        source = self.sources.known[source_of(settled.said.key)]
        if settled.label is None:
            found["pending", source.model] += 1
        elif settled.label_is_late and settled.label != Label.VOID:
            found["labels_late", source.model, LABEL_OF[Label(settled.label)]] += 1
        found["corrections", source.model, source.revision] += settled.superseded
        for topic, reason in settled.unpaired:
            found["unpaired", self.topics[topic], reason] += 1
        return found

    def _tally_taken_back(self, before: Settled, after: Settled) -> None:
        said, labelled = before.said, before.labelled
        if said is not None and (after.said is None or not is_same_but_explained(said.key, after.said.key)):
            self.retracted[said.model, said.key, True] += 1
        if labelled is None or labelled == after.labelled:
            return
        self.retracted[labelled.model, without_score(labelled.key), False] += 1
        stays = after.labelled
        if stays is None or (labelled.model, labelled.age_bin) != (stays.model, stays.age_bin):
            self.taken_back["label_age", self.rules.models[labelled.model].name, str(labelled.age_bin)] += 1
