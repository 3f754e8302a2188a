"""The report as one HTML file that needs nothing else: it opens from a disk, prints, and follows the reader's theme.

Way of an event: after its end; `replay` and `demo` call it once. Touches the file system.
"""

from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Final

from monitor.exporting.acted import Acted
from monitor.exporting.moments import day
from monitor.exporting.replayed import Replayed
from monitor.exporting.report.chart import stream_chart
from monitor.exporting.report.deeds import done_about
from monitor.exporting.report.looks import drift_table
from monitor.exporting.report.markup import Markup, join, tag
from monitor.exporting.report.overview import harms, tiles
from monitor.exporting.report.story import ModelStory, StreamStory, model_story
from monitor.exporting.report.table import streams_table, verdict_chip
from monitor.exporting.report.words import plain, span
from monitor.exporting.view import TopicView
from monitor.judging.verdict import Verdict

MOST_CHARTS: Final = 40
"""Streams that are drawn, the worst; the others stand in the table."""


def report_page(done: Replayed) -> str:
    """The whole report of all models of the last view, in numbers that may be shown.

    >>> from monitor.exporting.pane_counts import CountsBook
    >>> from monitor.exporting.view import View
    >>> page = report_page(Replayed(View(published_ms=0), CountsBook({}), {}, seconds=1.0))
    >>> page[:38], "src=" in page
    ('<!doctype html>\\n<html lang="en"><head>', False)
    """
    stories = [(model.model, model_story(model, done)) for model in done.view.models]
    names = ", ".join(name for name, _ in stories)
    style, script = _asset("report.css"), _asset("report.js")
    policy = f"default-src 'none'; img-src data:; style-src {_hash(style)}; script-src {_hash(script)}"
    head = (
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("link", rel="icon", href="data:,"),
        tag("title", f"Fairness report: {names}"),
        tag("style", style),
    )
    body = (
        [_model(name, story, done.acted.get(name)) for name, story in stories],
        _intake(done),
        _footer(done),
        tag("script", script),
    )
    return f"<!doctype html>\n{tag('html', tag('head', *head), tag('body', *body), lang='en')}\n"


def write_report(path: Path, done: Replayed) -> None:
    """Write it. `OSError` if the file cannot be written."""
    path.write_text(report_page(done), encoding="utf-8")


def _asset(name: str) -> Markup:
    return Markup("\n" + files(__package__).joinpath(name).read_text(encoding="utf-8"))


def _hash(text: str) -> str:
    """What a browser compares inline text with: nothing else on the page can run or style."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _model(name: str, story: ModelStory | None, acted: Acted | None) -> Markup:
    if story is None:
        return tag(
            "main", tag("h1", name), tag("p", "No pane has been judged: there were too few events.", class_="calm")
        )
    drawn = _drawn(story.streams)
    return tag(
        "main",
        tag("header", tag("h1", name), tag("p", _period(story), class_="period")),
        tiles(story),
        tag("h2", "Who is harmed"),
        harms(story),
        done_about(acted),
        tag("h2", _charts_heading(len(drawn), len(story.streams))),
        _how_to_read(story),
        tag("div", [_card(stream, story) for stream in drawn], class_="cards"),
        tag("h2", "All subgroups and metrics"),
        streams_table(story),
        drift_table(story),
        id=f"model-{name}",
    )


def _drawn(streams: Sequence[StreamStory]) -> Sequence[StreamStory]:
    """The worst, first those in harm, then those of whom anything may be shown."""
    by_use = sorted(streams, key=lambda stream: (stream.said.verdict < Verdict.SUSPECT, not stream.has_rates))
    return by_use[:MOST_CHARTS]


def _period(story: ModelStory) -> str:
    recording = story.recording
    served = ", ".join(dict.fromkeys(stream.said.revision for stream in story.current))
    if recording.said_ms != recording.last_ms and recording.said_ms is not None:
        by = f"verdicts as of {day(recording.said_ms)}, none serves since"
    else:
        by = f"served by {served}" if served else "nothing serves"
    return (
        f"{day(story.start_ms)} to {day(story.end_ms)} UTC · {recording.panes:,} panes judged · "
        f"{len(story.current):,} streams · {by}"
    )


def _charts_heading(drawn: int, streams: int) -> str:
    return "Streams over time" if drawn == streams else f"The {drawn} worst of {streams:,} streams over time"


def _how_to_read(story: ModelStory) -> Markup:
    few = story.view.min_cell
    items = [
        f"Rate: each block is a window of {span(story.span_ms)} of predictions, all outcomes in. The thick line is "
        "the rate, the block its 95 % Wilson interval. Strong: the revision named; pale: others. Dashed: tolerated.",
        "Evidence: how strongly cases speak for harm. It may be looked at for ever: reaching “page” by chance is what "
        "the false-alarm budget counts. It moves when outcomes are known, later than the predictions they belong to.",
        "Verdict: the strip below. Dotted lines mark where it changed.",
    ]
    if few > 1:
        items.append(
            f"Counts of 1 to {few - 1} people, and what would give them away, are withheld: "
            "a dashed stub stands for a block."
        )
    return tag(
        "details", tag("summary", "How to read these charts"), tag("ul", [tag("li", item) for item in items]), open=True
    )


def _card(stream: StreamStory, story: ModelStory) -> Markup:
    said = stream.said
    ended = None if stream.is_current else tag("small", f" until {day(stream.record.last_ms)}")
    return tag(
        "figure",
        tag(
            "figcaption",
            tag("span", verdict_chip(said.verdict), ended),
            tag("strong", tag("bdi", stream.who)),
            tag("span", f"{plain(said.metric)} · {said.revision}", class_="soft"),
        ),
        stream_chart(stream, story),
        class_=f"card {said.verdict.name}",
    )


def _intake(done: Replayed) -> Markup:
    heads = ("topic", "type", "accepted", "duplicate", "conflict", "rejected", "why rejected")
    rows = [row for topic in done.view.topics for row in _topic_rows(topic)]
    table = tag("table", tag("thead", tag("tr", [tag("th", h, scope="col") for h in heads])), tag("tbody", rows))
    return tag("section", tag("h2", "What was read"), tag("div", table, class_="wide"))


def _topic_rows(topic: TopicView) -> Sequence[Markup]:
    why = ", ".join(f"{plain(reason)}: {n:,}" for reason, n in sorted(topic.rejected.items()) if n)
    rows = []
    for kind in sorted({kind for kind, _ in topic.results}):
        found = [topic.results.get((kind, result), 0) for result in ("accepted", "duplicate", "conflict", "rejected")]
        numbers = [tag("td", f"{n:,}", class_="number") for n in found]
        rows.append(tag("tr", tag("td", topic.topic), tag("td", kind), numbers, tag("td", why if found[3] else "")))
    return rows


def _footer(done: Replayed) -> Markup:
    text = (
        f"fairdrift {done.view.version} · settings {done.view.config_hash[:12]} · made in {done.seconds:.1f} s. "
        "Intervals and rates are for looking; verdicts come from the evidence alone. "
        "Exact counts stand in the counts files beside this one, for the owner of the data."
    )
    return tag("footer", join(text))
