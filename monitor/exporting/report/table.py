"""The table of all streams of a model, which can be sorted and filtered in the browser.

Way of an event: after its end. Pure.
"""

from typing import Final

from monitor.exporting.moments import day
from monitor.exporting.rates import Estimate
from monitor.exporting.report.markup import Child, Markup, tag
from monitor.exporting.report.story import ModelStory, StreamStory
from monitor.exporting.report.words import evidence_text, percent, plain
from monitor.exporting.standing import rounded_need
from monitor.judging.verdict import Verdict

_HEADINGS: Final = (
    *("verdict", "subgroup", "metric", "revision", "rate", "95 % interval", "cases / n", "reference", "tolerated"),
    *("evidence / needed", "blind below", "since", "why"),
)
_NUMBERS: Final = range(4, 11)

_Cell = tuple[Child, float | None]
"""What a cell shows, and the number it is sorted by; None: by its text."""


def verdict_chip(verdict: Verdict) -> Markup:
    """The word, in its colour."""
    return tag("span", verdict.name, class_=f"chip {verdict.name}")


def streams_table(story: ModelStory) -> Markup:
    """A row for every stream, the worst first, with a field to search in."""
    head = [
        tag("th", tag("button", heading, type="button"), class_="number" if at in _NUMBERS else None, scope="col")
        for at, heading in enumerate(_HEADINGS)
    ]
    label = tag("label", "Show rows with ", tag("input", type="search", placeholder="a subgroup, a metric, a verdict"))
    return tag(
        "div",
        tag("p", label, " ", tag("output"), class_="filter"),
        tag(
            "div",
            tag("table", tag("thead", tag("tr", head)), tag("tbody", [_row(stream) for stream in story.streams])),
            class_="wide",
        ),
        class_="streams",
    )


def _row(stream: StreamStory) -> Markup:
    said, bar = stream.said, stream.last_bar
    estimate, found = (bar.estimate, bar.found) if bar else (None, None)
    reference, evidence = said.reference, stream.evidence
    until = None if stream.is_current else f" until {day(stream.record.last_ms)}"
    nothing = "withheld" if bar and not found else "–"
    cells: list[_Cell] = [
        ([verdict_chip(said.verdict), until], -said.verdict),
        (tag("bdi", stream.who), None),
        (plain(said.metric), None),
        (said.revision, None),
        (percent(estimate.value) if estimate else nothing, estimate.value if estimate else None),
        (_interval(estimate) if estimate else "", estimate.upper if estimate else None),
        (f"{found.k:,} / {found.n:,}" if found else "", found.n if found else None),
        (percent(reference.value) if reference else "–", reference.value if reference else None),
        (percent(reference.tolerated) if reference else "–", reference.tolerated if reference else None),
        (evidence_text(stream), evidence.log_e if evidence else None),
        (_blind(said.blind_below), said.blind_below),
        (tag("time", day(said.since_ms)), said.since_ms),
        (", ".join([*map(plain, said.reasons), *_need(said.still_needed)]), None),
    ]
    return tag(
        "tr",
        [
            tag(
                "td",
                content,
                data_sort=None if order is None else f"{order:.15g}",
                class_="number" if at in _NUMBERS else None,
            )
            for at, (content, order) in enumerate(cells)
        ],
        class_=None if stream.is_current else "past",
    )


def _interval(estimate: Estimate) -> str:
    return f"{percent(estimate.lower).split()[0]} – {percent(estimate.upper)}"


def _need(still_needed: int | None) -> list[str]:
    return [] if still_needed is None else [f"up to {rounded_need(still_needed)} more cases needed"]


def _blind(below: float | None) -> str:
    return "–" if below is None else "blind" if below >= 1 else percent(below)
