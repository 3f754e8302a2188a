"""What replay and demo keep along the way, for the timeline and the report: verdicts, their changes, evidence, limits.

Way of an event: after step 8, once a judged pane. Pure. Its room grows with streams and changes of verdicts, not with
time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from monitor.exporting.points import Points
from monitor.judging.verdict import StreamVerdict, Verdict


class Stream(NamedTuple):
    """What a verdict is about, inside one model."""

    revision: str
    attribute: str
    subgroup: str
    metric: str


def stream_of(said: StreamVerdict) -> Stream:
    """The stream that a verdict is about."""
    return Stream(said.revision, said.attribute, said.subgroup, said.metric)


@dataclass(frozen=True, slots=True)
class Change:
    """A verdict that differs from the one before, or its blame does; `previous` is None for the first of its stream."""

    end_ms: int
    said: StreamVerdict
    previous: Verdict | None


class Spell(NamedTuple):
    """A time over which one verdict stood."""

    start_ms: int
    end_ms: int
    verdict: Verdict


@dataclass(slots=True)
class StreamRecord:
    """What was said of one stream: last of all `said`, at `last_ms`; evidence by detector, and the limit tested."""

    said: StreamVerdict
    last_ms: int
    evidence: dict[str, Points] = field(default_factory=dict)
    tolerated: Points = field(default_factory=Points)
    _turns: list[tuple[int, Verdict | None]] = field(default_factory=list)

    def note(self, end_ms: int, before_ms: int | None, said: StreamVerdict) -> Change | None:
        """Take in the verdict of one pane; gives the change, if any. `before_ms` is the end of the pane before."""
        previous, blame = (self.said.verdict, self.said.blame) if self._turns else (None, None)
        if self._turns and self.last_ms != before_ms:
            self._turns.append((self.last_ms, None))  # its revision did not serve for a while
        if not self._turns or self._turns[-1][1] is not said.verdict:
            self._turns.append((end_ms, said.verdict))
        for evidence in said.evidence:
            if evidence.log_e is not None:
                self.evidence.setdefault(evidence.detector, Points()).add(end_ms, evidence.log_e)
        if said.reference is not None:
            self.tolerated.add(end_ms, said.reference.tolerated)
        self.said, self.last_ms = said, end_ms
        return None if said.verdict is previous and said.blame == blame else Change(end_ms, said, previous)

    def spells(self) -> Iterator[Spell]:
        """Which verdict stood when; times in which nothing was said are left out."""
        ends = [*(at_ms for at_ms, _ in self._turns[1:]), self.last_ms]
        for (start_ms, verdict), end_ms in zip(self._turns, ends, strict=True):
            if verdict is not None:
                yield Spell(start_ms, end_ms, verdict)


class Recording:
    """The verdicts of one model, as they came.

    Parameters
    ----------
    model
        Its name.

    `first_ms` and `last_ms` are the ends of the first and last judged pane, `said_ms` that of the last one in which any
    verdict was said; None before.

    Examples
    --------
    >>> said = StreamVerdict("m", "r1", "sex", "f", "error_rate", Verdict.HEALTHY, (), since_ms=10)
    >>> recording = Recording("m")
    >>> [change.previous for change in recording.note(10, [said])]
    [None]
    >>> recording.note(20, [said]), recording.panes
    ((), 2)
    """

    def __init__(self, model: str) -> None:
        self.model = model
        self.panes = 0
        self.first_ms: int | None = None
        self.last_ms: int | None = None
        self.said_ms: int | None = None
        self.changes: list[Change] = []
        self.streams: dict[Stream, StreamRecord] = {}

    def note(self, end_ms: int, verdicts: Sequence[StreamVerdict]) -> tuple[Change, ...]:
        """Take in all verdicts of one judged pane; gives those that changed, in the same order.

        `end_ms` is the end of the pane, later than that of the pane before; ValueError otherwise, and nothing is kept.
        """
        if self.last_ms is not None and end_ms <= self.last_ms:
            raise ValueError(
                f"{self.model}: the pane that ends at {end_ms} comes after one that ended at {self.last_ms}"
            )
        changes = []
        for said in verdicts:
            stream = stream_of(said)
            record = self.streams.get(stream)
            if record is None:
                record = self.streams[stream] = StreamRecord(said, end_ms)
            change = record.note(end_ms, self.last_ms, said)
            if change is not None:
                changes.append(change)
        self.changes += changes
        self.panes += 1
        self.first_ms = end_ms if self.first_ms is None else self.first_ms
        self.last_ms = end_ms
        self.said_ms = end_ms if verdicts else self.said_ms
        return tuple(changes)

    def is_current(self, record: StreamRecord) -> bool:
        """Whether the stream was spoken of when anything last was; not so once its revision has been replaced.

        At the end of a replay no revision serves, and nothing is said any more: what was said last still stands.
        """
        return record.last_ms == self.said_ms

    def standing(self) -> tuple[StreamVerdict, ...]:
        """The verdicts that stand: those of the last pane in which anything was said."""
        return tuple(record.said for record in self.streams.values() if self.is_current(record))
