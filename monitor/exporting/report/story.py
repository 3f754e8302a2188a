"""What the report tells of one model: every stream with its rates over time, evidence and verdicts, worst first.

Way of an event: after its end. The one place of the report where exact numbers turn into those that may be shown. Pure.

Rates are of windows that do not overlap, end with the last judged pane and count inferences by their own time, all
outcomes in: no two of them differ by a few people, and the last one is the longest window of the metrics.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from monitor.exporting.gate import GatedCounts, gate_windows
from monitor.exporting.naming import Name, Names
from monitor.exporting.pane_counts import CountsBook, WindowSums
from monitor.exporting.points import Points
from monitor.exporting.rates import Cases, Estimate, cases, rate
from monitor.exporting.recording import Recording, Stream, StreamRecord
from monitor.exporting.reference_shown import shown_verdict
from monitor.exporting.replayed import Replayed
from monitor.exporting.report.thinning import Point, thinned
from monitor.exporting.standing import badness, strongest
from monitor.exporting.view import GroupView, ModelView, WindowCounts
from monitor.judging.verdict import Evidence, StreamVerdict

MOST_WINDOWS: Final = 400
"""Windows that are shown: the last ones."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One window of one stream. `found` is None where it is withheld, `estimate` then and without samples."""

    start_ms: int
    end_ms: int
    found: Cases | None
    estimate: Estimate | None


@dataclass(frozen=True, slots=True)
class StreamStory:
    """One stream.

    Parameters
    ----------
    name, who
        Its subgroup, as in the counts files and for people to read.
    bars
        Rates by revision, this stream's own among them.
    strongest
        The detector that is furthest; None without data.
    points
        Its evidence over time, where that may be shown; `is_open` says whether the last of all may.
    is_current
        Whether its verdict stands; if not, its revision has been replaced.
    """

    name: Name
    who: str
    record: StreamRecord
    bars: Mapping[str, Sequence[Bar]]
    strongest: Evidence | None
    points: Sequence[Point]
    is_open: bool
    is_current: bool

    @property
    def said(self) -> StreamVerdict:
        """The last verdict."""
        return self.record.said

    @property
    def evidence(self) -> Evidence | None:
        """The strongest evidence, if it may be shown."""
        return self.strongest if self.is_open else None

    @property
    def own_bars(self) -> Sequence[Bar]:
        """Windows in which its revision served this subgroup."""
        return self.bars.get(self.said.revision, ())

    @property
    def has_rates(self) -> bool:
        """Whether any rate of it may be shown."""
        return any(bar.estimate is not None for bar in self.own_bars)

    @property
    def last_bar(self) -> Bar | None:
        """The newest window with anything in it."""
        return self.own_bars[-1] if self.own_bars else None


@dataclass(frozen=True, slots=True)
class ModelStory:
    """One model; [start_ms, end_ms] is what the pictures show, `span_ms` the length of a window."""

    view: ModelView
    recording: Recording
    start_ms: int
    end_ms: int
    span_ms: int
    streams: tuple[StreamStory, ...]
    names: Names

    @property
    def current(self) -> tuple[StreamStory, ...]:
        """Streams whose verdict stands."""
        return tuple(stream for stream in self.streams if stream.is_current)


def model_story(view: ModelView, done: Replayed) -> ModelStory | None:
    """The story of one model; None if no pane was judged."""
    recording, counted = done.recordings[view.model], done.book.models[view.model]
    if recording.first_ms is None or recording.last_ms is None:
        return None
    span_ms = max(counted.windows.values())
    windows = _windows(done.book, view, span_ms, recording.last_ms)
    first_pane_ms = min([recording.first_ms - counted.pane_ms, *done.book.starts_ms(view.model)[:1]])
    start_ms = max(first_pane_ms, windows[0][0].start_ms) if windows else first_pane_ms
    names = Names(counted.lattice.coding)
    streams = [
        _stream_story(
            stream, _shown_record(record, view.min_cell), windows, names, is_current=recording.is_current(record)
        )
        for stream, record in recording.streams.items()
    ]
    streams.sort(key=_order)
    return ModelStory(view, recording, start_ms, recording.last_ms, span_ms, tuple(streams), names)


def _order(stream: StreamStory) -> tuple[object, ...]:
    verdict, margin = badness(stream.said)
    return not stream.is_current, verdict, not stream.bars, margin, stream.name, stream.said.metric


_Shown = Mapping[tuple[str, str, str], GatedCounts]
"""By revision, attribute and subgroup."""


def _windows(book: CountsBook, view: ModelView, span_ms: int, end_ms: int) -> list[tuple[WindowSums, _Shown]]:
    found = [sums for sums in book.tumbling(view.model, span_ms, end_ms % span_ms) if sums.end_ms <= end_ms]
    subgroups = book.models[view.model].lattice.subgroups
    windows: list[tuple[WindowSums, _Shown]] = []
    for sums in found[-MOST_WINDOWS:]:
        groups = [
            GroupView(revision, group.attribute, group.slug, {"": WindowCounts(*row)})
            for revision, counts in sums.by_revision.items()
            for group, row in zip(subgroups, counts.tolist(), strict=True)
        ]
        gated = gate_windows(groups, view.min_cell)
        windows.append(
            (sums, {(g.revision, g.attribute, g.subgroup): shown[""] for g, shown in zip(groups, gated, strict=True)})
        )
    return windows


def _shown_record(record: StreamRecord, min_cell: int) -> StreamRecord:
    """Without the limit over time, where a reference of few people would be read off it."""
    said = shown_verdict(record.said, min_cell)
    is_withheld = said.reference is None and record.said.reference is not None
    return replace(record, said=said, tolerated=Points() if is_withheld else record.tolerated)


def _stream_story(
    stream: Stream,
    record: StreamRecord,
    windows: Sequence[tuple[WindowSums, _Shown]],
    names: Names,
    *,
    is_current: bool,
) -> StreamStory:
    bars: dict[str, list[Bar]] = {}
    for sums, shown in windows:
        for revision in sums.by_revision:
            found = cases(stream.metric, shown[revision, stream.attribute, stream.subgroup])
            if found is None or found.n:
                bar = Bar(sums.start_ms, sums.end_ms, found, rate(found) if found else None)
                bars.setdefault(revision, []).append(bar)
    strong = strongest(record.said.evidence)
    points: list[Point] = []
    curtain = _Curtain(bars)
    if strong is not None:
        points = [point for point in record.evidence[strong.detector] if curtain.is_open(point[0])]
    return StreamStory(
        name=names.of(stream.attribute, stream.subgroup),
        who=names.text(stream.attribute, stream.subgroup),
        record=record,
        bars=bars,
        strongest=strong,
        points=thinned(points),
        is_open=curtain.is_open(record.last_ms),
        is_current=is_current,
    )


class _Curtain:
    """Whether evidence of a moment may be shown: it moves with every case, so only where the newest cases are."""

    def __init__(self, bars: Mapping[str, Sequence[Bar]]) -> None:
        is_open: dict[int, bool] = {}
        for bar in (bar for of in bars.values() for bar in of):
            is_open[bar.start_ms] = is_open.get(bar.start_ms, True) and bar.found is not None
        self._windows = sorted(is_open.items())

    def is_open(self, at_ms: int) -> bool:
        newest = bisect_left(self._windows, (at_ms, False)) - 1
        return newest < 0 or self._windows[newest][1]
