"""The picture of one stream: rate, evidence and verdict, above one another on one axis of time.

Way of an event: after its end. Pure: values in, SVG out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from monitor.exporting.moments import day
from monitor.exporting.report.markup import Markup, tag
from monitor.exporting.report.scales import Scale, date_ticks, number_ticks
from monitor.exporting.report.story import Bar, ModelStory, StreamStory
from monitor.exporting.report.thinning import Point
from monitor.exporting.report.words import percent, plain

_WIDTH: Final = 640
_LEFT, _RIGHT = 44, 530
"""Between them lies the time; right of it stand the names of lines."""

_RATE_TOP, _RATE_BOTTOM = 22, 140
_EVIDENCE_TOP, _EVIDENCE_BOTTOM = 172, 252
_BAND_TOP, _BAND_HEIGHT = 268, 16
_HEIGHT: Final = 306

_MOST_OVER: Final = 2.5
"""Evidence beyond so many times its highest level is drawn on the edge: the levels stay apart."""

_LETTER: Final = 8.0
_LINE: Final = 12.0
"""About the width of a letter of the band; height of a line of text."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where a panel lies, and its two scales."""

    time: Scale
    value: Scale
    top: float
    bottom: float


class _Label(NamedTuple):
    """What stands right of a panel, at the height of a value."""

    value: float
    text: str
    kind: str


def stream_chart(stream: StreamStory, story: ModelStory) -> Markup:
    """The chart of one stream, as an SVG element with a description for those who do not see it."""
    time = Scale(story.start_ms, max(story.end_ms, story.start_ms + 1), _LEFT, _RIGHT)
    title = f"{plain(stream.said.metric)} of {stream.who}, revision {stream.said.revision}"
    return tag(
        "svg",
        tag("title", title),
        _date_axis(time, story),
        _changes(stream, time),
        _rate_panel(stream, time),
        _evidence_panel(stream, time),
        _band(stream, time),
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        role="img",
        class_="chart",
    )


def _date_axis(time: Scale, story: ModelStory) -> Iterator[Markup]:
    for at_ms, text in date_ticks(story.start_ms, story.end_ms):
        x = time.at(at_ms)
        yield _line(x, _RATE_TOP, x, _BAND_TOP + _BAND_HEIGHT, "grid")
        yield _text(x, _HEIGHT - 6, text, "middle")


def _changes(stream: StreamStory, time: Scale) -> Iterator[Markup]:
    for spell in list(stream.record.spells())[1:]:
        x = time.at(spell.start_ms)
        yield _line(x, _RATE_TOP, x, _BAND_TOP, f"change {spell.verdict.name}")


def _rate_panel(stream: StreamStory, time: Scale) -> Iterator[Markup]:
    tops = [bar.estimate.upper for bars in stream.bars.values() for bar in bars if bar.estimate is not None]
    limits = list(stream.record.tolerated)
    tops += [limit for _, limit in limits]
    high = min(1.0, 1.1 * max(tops, default=0.9) or 0.1)
    frame = _Frame(time, Scale(0, high, _RATE_BOTTOM, _RATE_TOP), _RATE_TOP, _RATE_BOTTOM)
    yield _text(_LEFT, _RATE_TOP - 9, "rate of each window, by time of the prediction")
    yield from _number_axis(frame, [(tick, percent(tick)) for tick in number_ticks(high)])
    labels: list[_Label] = []
    for revision, bars in stream.bars.items():
        kind = "own" if revision == stream.said.revision else "other"
        yield from (_bar(bar, frame, revision, kind) for bar in bars)
        newest = next((bar.estimate for bar in reversed(bars) if bar.estimate is not None), None)
        if newest is not None:
            labels.append(_Label(newest.value, revision, kind))
    if limits:
        yield _steps(limits, frame, stream.record.last_ms, "limit")
        labels.append(_Label(limits[-1][1], f"tolerated {percent(limits[-1][1])}", "limit"))
    yield from _labels(frame, labels)


def _bar(bar: Bar, frame: _Frame, revision: str, kind: str) -> Markup:
    x, end = frame.time.at(bar.start_ms), frame.time.at(bar.end_ms)
    when = f"{revision}, {day(bar.start_ms)} to {day(bar.end_ms)}"
    if bar.estimate is None or bar.found is None:
        rect = tag("rect", tag("title", f"{when}: withheld, too few"), x=x, y=frame.bottom - 5, width=end - x, height=5)
        return tag("g", rect, class_=f"withheld {kind}")
    top, bottom = frame.value.at(bar.estimate.upper), frame.value.at(bar.estimate.lower)
    low, high = percent(bar.estimate.lower), percent(bar.estimate.upper)
    return tag(
        "g",
        tag("title", f"{when}: {percent(bar.estimate.value)} ({low} to {high}), {bar.found.k} of {bar.found.n}"),
        tag("rect", x=x, y=top, width=max(end - x, 1), height=bottom - top),
        _line(x, frame.value.at(bar.estimate.value), max(end, x + 1), frame.value.at(bar.estimate.value), ""),
        class_=f"bar {kind}",
    )


def _evidence_panel(stream: StreamStory, time: Scale) -> Iterator[Markup]:
    yield _text(_LEFT, _EVIDENCE_TOP - 9, "evidence of harm in nats, by time it was known")
    strongest = stream.strongest
    if strongest is None or not stream.points:
        yield _text((_LEFT + _RIGHT) / 2, (_EVIDENCE_TOP + _EVIDENCE_BOTTOM) / 2, "none yet, or withheld", "middle")
        return
    levels = [_Label(strongest.watch, f"watch {strongest.watch:.1f}", "watch")]
    if strongest.page is not None:
        levels.append(_Label(strongest.page, f"page {strongest.page:.1f}", "page"))
    edge = _MOST_OVER * max(level.value for level in levels)
    high = min(
        1.15 * max(value for _, value in [*stream.points, *((level.value, level.value) for level in levels)]), edge
    )
    frame = _Frame(time, Scale(0, high, _EVIDENCE_BOTTOM, _EVIDENCE_TOP), _EVIDENCE_TOP, _EVIDENCE_BOTTOM)
    yield from _number_axis(frame, [(tick, f"{tick:g}") for tick in number_ticks(high, 3)])
    for level in levels:
        y = frame.value.at(level.value)
        yield _line(_LEFT, y, _RIGHT, y, f"level {level.kind}")
    yield _steps(stream.points, frame, stream.record.last_ms, "evidence")
    last = stream.points[-1][1]
    now = _Label(last, f"{'↑ ' if last > high else ''}{last:.1f}", "evidence")
    yield from _labels(frame, [now, *levels])


def _steps(points: Sequence[Point], frame: _Frame, end_ms: int, kind: str) -> Markup:
    at = [f"{frame.time.at(ms):.1f},{frame.value.at(value):.1f}" for ms, value in points]
    at.append(f"{frame.time.at(end_ms):.1f},{frame.value.at(points[-1][1]):.1f}")
    return tag("polyline", points=" ".join(at), class_=f"line {kind}")


def _band(stream: StreamStory, time: Scale) -> Iterator[Markup]:
    for spell in stream.record.spells():
        x, end = time.at(spell.start_ms), time.at(spell.end_ms)
        name = spell.verdict.name
        title = tag("title", f"{name} from {day(spell.start_ms)} to {day(spell.end_ms)}")
        yield tag("rect", title, x=x, y=_BAND_TOP, width=max(end - x, 1), height=_BAND_HEIGHT, class_=f"spell {name}")
        if end - x > _LETTER * len(name):
            yield _text((x + end) / 2, _BAND_TOP + 12, name, "middle", f"spell-name {name}")
    yield _text(_RIGHT + 6, _BAND_TOP + 12, "verdict")


def _number_axis(frame: _Frame, ticks: Sequence[tuple[float, str]]) -> Iterator[Markup]:
    for value, text in ticks:
        y = frame.value.at(value)
        yield _line(_LEFT, y, _RIGHT, y, "axis" if value == 0 else "grid")
        yield _text(_LEFT - 5, y + 4, text, "end")


def _labels(frame: _Frame, labels: Sequence[_Label]) -> Iterator[Markup]:
    """Names right of the panel at the height of their values, pushed apart where they would touch."""
    y = frame.top - _LINE
    for label in sorted(labels, reverse=True):
        y = max(y + _LINE, frame.value.at(label.value) + 4)
        yield _text(_RIGHT + 6, y, label.text, kind=f"label of-{label.kind}")


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Markup:
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=kind or None)


def _text(x: float, y: float, text: str, anchor: str | None = None, kind: str | None = None) -> Markup:
    return tag("text", text, x=x, y=y, text_anchor=anchor, class_=kind)
