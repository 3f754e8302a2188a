"""Everything a judge was given, step by step, so that what it says can be judged again from the exact cells.

Way of an event: beside step 7. Cells go into an archive, each under its own digest; the journal has their order, and is
stored with the judge. It is bounded: the older half is let go, and the judge's state of then stands in for it.
"""

from collections.abc import Callable, Iterable
from itertools import chain
from typing import Final, Protocol

from monitor.counting.ripe import RipeCells
from monitor.judging.rules import DataState
from monitor.judging.stream_names import StreamName
from monitor.ports import CellsArchive
from monitor.service.cells_forms import Acknowledged, Entry, Evidence, Held, Segment, Step, canonical, canonical_cells

SEGMENT: Final = 1_000
"""Entries from one state of the judge to the next that is kept; there are two such stretches at most."""

BLOCK: Final = 64
"""Entries that are archived together, so that what names all of them stays small."""


class Journal(Protocol):
    """What a judge is given, as it is given."""

    def begin(self, state: bytes | None) -> None:
        """Begin with a new judge, or with one in this state."""
        ...

    def step(self, end_ms: int, cells: RipeCells, state: Callable[[], bytes]) -> None:
        """The judge, whose state is this, is about to be given a pane."""
        ...

    def acknowledged(self, attribute: str, subgroup: str, metric: str) -> None:
        """The judge was told of an acknowledgement."""
        ...

    def held(self, streams: Iterable[StreamName]) -> None:
        """The judge was told to hold streams DEGRADED."""
        ...

    def evidence(self, end_ms: int, data: DataState) -> str:
        """Digest of what the verdicts of now came from; empty if it is not kept."""
        ...

    def stored(self) -> list[Segment]:
        """What to store with the judge."""
        ...

    def restore(self, segments: list[Segment], state: Callable[[], bytes]) -> None:
        """Go on where it was stored; without anything stored, from the judge's state."""
        ...


class NoJournal:
    """Nobody will ask: nothing is kept."""

    def begin(self, state: bytes | None) -> None:
        """Nothing."""

    def step(self, end_ms: int, cells: RipeCells, state: Callable[[], bytes]) -> None:
        """Nothing."""

    def acknowledged(self, attribute: str, subgroup: str, metric: str) -> None:
        """Nothing."""

    def held(self, streams: Iterable[StreamName]) -> None:
        """Nothing."""

    def evidence(self, end_ms: int, data: DataState) -> str:  # noqa: ARG002  (as the others have it)
        """Nothing names it."""
        return ""

    def stored(self) -> list[Segment]:
        """Nothing."""
        return []

    def restore(self, segments: list[Segment], state: Callable[[], bytes]) -> None:
        """Nothing."""


class CellsJournal:
    """The journal of one judge.

    Parameters
    ----------
    archive
        Where cells, states and what names them are kept.
    model, rule_version
        Whose, and of which rules.
    """

    def __init__(self, archive: CellsArchive, model: str, rule_version: str) -> None:
        self._archive, self._model, self._rule_version = archive, model, rule_version
        self._segments: list[Segment] = []
        self._said: tuple[object, str] | None = None

    def begin(self, state: bytes | None) -> None:
        """Begin with a new judge, or with one in this state."""
        self._segments = [Segment("" if state is None else self._archive.put(state), [])]

    def step(self, end_ms: int, cells: RipeCells, state: Callable[[], bytes]) -> None:
        """The judge, whose state is this, is about to be given a pane."""
        if len(self._segments[-1].entries) >= SEGMENT:
            self._segments.append(Segment(self._archive.put(state()), []))
            while len(self._segments) > 2:
                gone = self._segments.pop(0)
                self._archive.touch(names_of(gone))
        name = self._archive.put(canonical(canonical_cells(end_ms, cells))) if len(cells.n) or cells.excluded else ""
        self._segments[-1].entries.append(Step(end_ms, name))

    def acknowledged(self, attribute: str, subgroup: str, metric: str) -> None:
        """The judge was told of an acknowledgement."""
        self._segments[-1].entries.append(Acknowledged(attribute, subgroup, metric))

    def held(self, streams: Iterable[StreamName]) -> None:
        """The judge was told to hold streams DEGRADED."""
        names = sorted(streams)
        if names:
            self._segments[-1].entries.append(Held(names))

    def evidence(self, end_ms: int, data: DataState) -> str:
        """Digest of what the verdicts of now came from; it is archived when this returns."""
        asked = (len(self._segments), len(self._segments[-1].entries), end_ms, data)
        if self._said is None or self._said[0] != asked:
            self._said = (asked, self._archive_evidence(end_ms, data))
        return self._said[1]

    def _archive_evidence(self, end_ms: int, data: DataState) -> str:
        blocks, rest = blocks_of(chain.from_iterable(segment.entries for segment in self._segments))
        found = Evidence(
            model=self._model,
            rule_version=self._rule_version,
            state=self._segments[0].state,
            blocks=[self._archive.put(canonical(block)) for block in blocks],
            entries=rest,
            end_ms=end_ms,
            serving=list(data.serving),
            flags=sorted(data.flags),
            stale=sorted(data.stale),
        )
        name = self._archive.put(canonical(found))
        self._archive.prune(set().union(*map(names_of, self._segments)))
        return name

    def stored(self) -> list[Segment]:
        """What to store with the judge."""
        return self._segments

    def restore(self, segments: list[Segment], state: Callable[[], bytes]) -> None:
        """Go on where it was stored; without anything stored, from the judge's state."""
        self._segments = segments
        if not segments:
            self.begin(state())


def blocks_of(entries: Iterable[Entry]) -> tuple[list[list[Entry]], list[Entry]]:
    """Whole blocks of entries, and the rest."""
    listed = list(entries)
    dealt = [listed[begin : begin + BLOCK] for begin in range(0, len(listed), BLOCK)]
    rest = dealt.pop() if dealt and len(dealt[-1]) < BLOCK else []
    return dealt, rest


def names_of(segment: Segment) -> set[str]:
    """Digests of everything that a stretch of the journal refers to."""
    return {segment.state, *(entry.cells for entry in segment.entries if isinstance(entry, Step))} - {""}
