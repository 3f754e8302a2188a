"""What a replay came to, as one JSON object.

Way of an event: after its end. Exact totals, for the owner of the data. Touches the file system.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import msgspec

from monitor.exporting.moments import rfc3339
from monitor.exporting.odd_times import odd_times
from monitor.exporting.owner_only import NOTICE, owner_only
from monitor.exporting.replayed import Replayed
from monitor.exporting.standing import standing_record, standings
from monitor.exporting.view import ModelView, TopicView
from monitor.judging.verdict import Verdict

_WORST: Final = 10


def summary(done: Replayed, files: Sequence[str]) -> dict[str, Any]:
    """The summary; `files` are names of what was written beside it.

    >>> from monitor.exporting.pane_counts import CountsBook
    >>> from monitor.exporting.view import View
    >>> whole = summary(Replayed(View(published_ms=0), CountsBook({}), {}, seconds=1.0), ["report.html"])
    >>> whole["models"], whole["watermark"], whole["files"]
    ({}, None, ['report.html'])
    """
    watermarks = [partition.watermark_ms for partition in done.view.partitions]
    known = [watermark for watermark in watermarks if watermark is not None]
    return {
        "v": 1,
        "exact": NOTICE,
        "version": done.view.version,
        "settings": done.view.config_hash,
        "seconds": round(done.seconds, 3),
        "watermark": _time(min(known)) if len(known) == len(watermarks) and known else None,
        "topics": {topic.topic: _topic(topic) for topic in done.view.topics},
        "odd_times": list(odd_times(done)),
        "stopped": sorted({partition.topic for partition in done.view.partitions if partition.stopped}),
        "models": {model.model: _model(model, done) for model in done.view.models},
        "files": sorted(files),
    }


def write_summary(path: Path, done: Replayed, files: Sequence[str]) -> dict[str, Any]:
    """Write it, readable by the owner only, and give it. `OSError` if the file cannot be written."""
    whole = summary(done, files)
    save_summary(path, whole)
    return whole


def save_summary(path: Path, whole: Mapping[str, Any]) -> None:
    """Write a summary as it is, readable by the owner only. `OSError` if the file cannot be written."""
    with owner_only(path) as file:
        file.write(msgspec.json.format(msgspec.json.encode(whole), indent=2).decode() + "\n")


def _topic(topic: TopicView) -> dict[str, Any]:
    return {
        "events": {f"{kind}_{result}": n for (kind, result), n in sorted(topic.results.items())},
        "rejected": {reason: n for reason, n in sorted(topic.rejected.items()) if n},
        "unpaired": {reason: n.stand for reason, n in sorted(topic.unpaired.items()) if n.stand},
        "late": topic.late,
        "fields_ignored": topic.fields_ignored,
    }


def _model(model: ModelView, done: Replayed) -> dict[str, Any]:
    recording, panes = done.recordings[model.model], done.book.starts_ms(model.model)
    model = replace(model, verdicts=recording.standing())
    rows = standings(model)
    references = {said.reference.id for said in model.verdicts if said.reference is not None}
    return {
        "panes_judged": recording.panes,
        "judged_until": _time(recording.last_ms),
        "verdicts_of": _time(recording.said_ms),
        "first_pane": _time(panes[0] if panes else None),
        "last_event": _last_events(model.model, done.view.topics),
        "verdicts": {v.name: sum(row.said.verdict is v for row in rows) for v in reversed(Verdict)},
        "changes": len(recording.changes),
        "worst": [standing_record(row) for row in rows[:_WORST] if row.said.verdict >= Verdict.SUSPECT],
        "references": {name: _samples(name, model) for name in sorted(references)},
        "false_alarm_budget_per_91d": dict(model.false_alarm_budget),
        "pending": model.pending,
        "expired": dict(model.expired),
        "corrections": {revision: n.stand for revision, n in model.corrections.items()},
        "labels_late": {label: n.stand for label, n in zip(("0", "1"), model.labels_late, strict=True)},
        "attribute_values": {
            f"{name}_{kind}": n.stand for (name, kind), n in sorted(model.attribute_values.items()) if n.stand
        },
    }


def _last_events(model: str, topics: Sequence[TopicView]) -> dict[str, str | None]:
    newest: dict[str, int] = {}
    for topic in topics:
        for (kind, name), at_ms in topic.last_event_ms.items():
            if name == model:
                newest[kind] = max(at_ms, newest.get(kind, at_ms))
    return {kind: _time(at_ms) for kind, at_ms in sorted(newest.items())}


def _samples(reference: str, model: ModelView) -> dict[str, int]:
    """Size of a reference: its samples by metric, of everyone, else of the largest subgroup that it has."""
    sizes: dict[str, int] = {}
    for said in model.verdicts:
        if said.reference is not None and said.reference.id == reference:
            sizes[said.metric] = max(said.reference.samples, sizes.get(said.metric, 0))
    return sizes


def _time(at_ms: int | None) -> str | None:
    return None if at_ms is None else rfc3339(at_ms)
