"""What the report shows first: how many streams stand at which verdict, and who is harmed.

Way of an event: after its end. Pure.
"""

import re
from collections import Counter
from typing import Final

from monitor.exporting.named import FALSE_SHARE, named
from monitor.exporting.recording import stream_of
from monitor.exporting.report.markup import Markup, join, tag
from monitor.exporting.report.story import ModelStory, StreamStory
from monitor.exporting.report.table import verdict_chip
from monitor.exporting.report.words import (
    VERDICTS,
    blame_sentence,
    budget_sentence,
    number_sentence,
    plain,
    rate_sentence,
    since_sentence,
    sureness_sentence,
)
from monitor.judging.incidents import incidents
from monitor.judging.verdict import Verdict

_MOST: Final = 12
"""Streams that are told of in sentences; the others stand in the table."""


def tiles(story: ModelStory) -> Markup:
    """A tile for each verdict, the worst first; only HEALTHY is green."""
    counts = Counter(stream.said.verdict for stream in story.current)
    return tag("ul", [_tile(verdict, counts[verdict]) for verdict in reversed(Verdict)], class_="tiles")


def _tile(verdict: Verdict, count: int) -> Markup:
    return tag(
        "li",
        tag("strong", f"{count:,}"),
        tag("span", verdict.name, class_="name"),
        tag("small", VERDICTS[verdict]),
        class_=f"tile {verdict.name}" if count else "tile none",
    )


def harms(story: ModelStory) -> Markup:
    """Of each stream at DEGRADED or SUSPECT: who is harmed, how sure that is, since when, how many.

    One cause makes one incident: what else it moved is named with the stream that has most evidence.
    """
    told = incidents(stream.said for stream in story.streams)
    moved = {stream_of(said) for incident in told for said in incident.also_moved}
    worst = {stream_of(incident.worst): [stream_of(said) for said in incident.also_moved] for incident in told}
    harmed = [stream for stream in story.streams if stream.said.verdict >= Verdict.SUSPECT]
    found = [stream for stream in harmed if stream_of(stream.said) not in moved]
    if not found:
        return tag("p", _calm(story), class_="calm")
    who = {stream_of(stream.said): f"{stream.who} ({plain(stream.said.metric)})" for stream in harmed}
    also = {one: [who[other] for other in others] for one, others in worst.items()}
    more = len(found) - _MOST
    return tag(
        "div",
        tag("p", budget_sentence(story.view.false_alarm_budget), class_="soft"),
        tag("div", [_harm(stream, also.get(stream_of(stream.said), [])) for stream in found[:_MOST]], class_="harms"),
        tag("p", f"{more:,} more at SUSPECT or DEGRADED stand in the table below.") if more > 0 else None,
        [tag("p", sentence, class_="soft") for sentence in _named_together(story)],
    )


def _named_together(story: ModelStory) -> list[str]:
    """Which subgroups may be named in one breath, however many were looked at."""
    sentences = []
    for one in named(stream.said for stream in story.streams):
        who = "; ".join(f"{story.names.text(s.attribute, s.subgroup)} ({plain(s.metric)})" for s in one.streams)
        by = (
            "against the reference (e-detector BH, at watch level)"
            if one.revision is None
            else f"worse under {one.revision} (e-BH: at most {FALSE_SHARE:.0%} of those named are named wrongly)"
        )
        sentences.append(f"Of {one.of:,} streams named together, {by}: {who}.")
    return sentences


def _calm(story: ModelStory) -> str:
    if any(stream.said.verdict is Verdict.HEALTHY for stream in story.current):
        return "No stream is SUSPECT or DEGRADED. What is not HEALTHY is undecided, which is not good news."
    return "No stream is SUSPECT or DEGRADED, but none is HEALTHY either: nothing could be decided."


def _harm(stream: StreamStory, also_moved: list[str]) -> Markup:
    said = stream.said
    numbers, blame = number_sentence(stream), blame_sentence(said)
    return tag(
        "article",
        tag("h3", verdict_chip(said.verdict), " ", tag("bdi", stream.who)),
        tag("p", tag("b", f"{plain(said.metric)}, revision {said.revision}: "), _prose(rate_sentence(stream))),
        tag(
            "dl",
            [tag("dt", "How sure"), tag("dd", sureness_sentence(stream))],
            [tag("dt", "Since when"), tag("dd", _prose(since_sentence(stream)))],
            [tag("dt", "Whose doing"), tag("dd", _prose(blame))] if blame else None,
            [tag("dt", "How many"), tag("dd", _prose(numbers))] if numbers else None,
            [tag("dt", "Also moved"), tag("dd", "; ".join(also_moved))] if also_moved else None,
        ),
        class_=f"harm {said.verdict.name}",
    )


def _prose(text: str) -> Markup:
    """Text whose dates are not broken at the end of a line."""
    parts = re.split(r"(\d{4}-\d\d-\d\d(?: \d\d:\d\d)?)", text)
    return join([tag("time", part) if at % 2 else part for at, part in enumerate(parts)])
