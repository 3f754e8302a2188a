"""What naive monitors would have said of a recorded stream: the same records, decoded by the same rules.

After the way of an event: `replay --compare naive` reads the stream a second time. Touches the disk.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
from rich.table import Table

from monitor.adapters.files import FilesSource
from monitor.events import TO_COME, Attributes, Event, Inference, Label, Outcome
from monitor.exporting.moments import rfc3339
from monitor.exporting.naming import Names
from monitor.exporting.owner_only import owner_only
from monitor.exporting.summary import save_summary
from monitor.service.plan import FeedPlan, ModelPlan
from monitor.simulating.comparison import PAGE, TIMELINE_FILE, WATCH, heard_of
from monitor.simulating.labelled import Labelled, members_of
from monitor.simulating.naive.heard import Heard
from monitor.simulating.naive.monitors import said_by_all
from monitor.simulating.scenario import DAY_MS

NAIVE_FILE: Final = "naive.ndjson"
SUMMARY_FILE: Final = "summary.json"
_READ_AT_ONCE: Final = 5_000

Said = dict[str, dict[str, Heard]]
"""Model -> monitor -> what it said."""


def compared(feed: FeedPlan, models: Mapping[str, ModelPlan], stream: Path, out: Path) -> dict[str, Any]:
    """Write what naive monitors say of a stream that was replayed into a folder, and give its summary with that in it.

    Raises
    ------
    SourceRefused
        if the stream cannot be used.
    OSError
        if the folder cannot be written.
    """
    theirs = write_naive(out / NAIVE_FILE, naive_of(stream, feed, models))
    ours = ours_of(out / TIMELINE_FILE)
    summary: dict[str, Any] = msgspec.json.decode((out / SUMMARY_FILE).read_bytes())
    summary["files"] = sorted([*summary["files"], NAIVE_FILE])
    summary["compared"] = {model: {**ours.get(model, {}), **theirs[model]} for model in models}
    save_summary(out / SUMMARY_FILE, summary)
    return summary


def naive_of(stream: Path, feed: FeedPlan, models: Mapping[str, ModelPlan]) -> Said:
    """What each naive monitor says of each model, at the setting it comes with.

    A case is what its first inference says, with the outcome that arrived last; refused records are passed over.

    Parameters
    ----------
    stream, feed
        The folder, and how it is read.
    models
        By name, in the order of the feed.

    Raises
    ------
    SourceRefused
        if the stream cannot be used.
    """
    cases = _Cases(tuple(models), feed.ids_by_model)
    for arrived_ms, event in _events(stream, feed):
        cases.take(arrived_ms, event)
    said: Said = {}
    for name, plan in models.items():
        labelled = cases.labelled(name, plan)
        begin_ms = cases.first_ms // DAY_MS * DAY_MS
        said[name] = dict(said_by_all(labelled, range(begin_ms + DAY_MS, cases.last_ms + 1, DAY_MS)))
    return said


def write_naive(path: Path, said: Said) -> dict[str, Any]:
    """Write every alarm as a line of JSON, readable by the owner only; gives the summary: alarms, and the first one."""
    lines = [
        (alarm, model, monitor)
        for model, heard in said.items()
        for monitor, one in heard.items()
        for alarm in one.alarms
    ]
    with owner_only(path) as file:
        for alarm, model, monitor in sorted(lines):
            record = {
                "event_time": rfc3339(alarm.time_ms),
                "kind": "naive",
                "monitor": monitor,
                "model": model,
                "attribute": alarm.attribute,
                "value": alarm.value,
                "metric": alarm.metric,
            }
            file.write(msgspec.json.encode(record).decode() + "\n")
    return {model: {monitor: _counted(one) for monitor, one in heard.items()} for model, heard in said.items()}


def ours_of(timeline: Path) -> dict[str, dict[str, Any]]:
    """The same summary of what we said, from the timeline: model -> `PAGE` and `WATCH` -> alarms, and the first one."""
    lines = [msgspec.json.decode(line) for line in timeline.read_bytes().splitlines()]
    models = dict.fromkeys(line["model"] for line in lines)
    heard = {model: heard_of(line for line in lines if line["model"] == model) for model in models}
    return {model: {name: _counted(heard[model][name]) for name in (PAGE, WATCH)} for model in models}


def alarms_table(model: str, by_monitor: Mapping[str, Mapping[str, Any]]) -> Table:
    """A row a monitor, for people."""
    title = f"{model}: alarms of each monitor; nobody knows here which of them are false"
    table = Table(title=title, title_justify="left")
    for column in ("monitor", "alarms", "the first one"):
        table.add_column(column, justify="right" if column == "alarms" else "left")
    for monitor, one in by_monitor.items():
        table.add_row(monitor, str(one["alarms"]), one["first"] or "–")
    return table


def _counted(heard: Heard) -> dict[str, Any]:
    first = min((alarm.time_ms for alarm in heard.alarms), default=None)
    return {"alarms": len(heard.alarms), "first": None if first is None else rfc3339(first)}


def _events(stream: Path, feed: FeedPlan) -> Iterator[tuple[int, Event]]:
    """Every event with its time of arrival, in the order of arrival."""
    source = FilesSource(stream, {topic.role: topic.name for topic in feed.topics})
    decoders = {topic.name: topic.decoder for topic in feed.topics}
    try:
        source.seek(dict.fromkeys(((topic.name, 0) for topic in feed.topics), 0))
        while batches := source.poll(0, _READ_AT_ONCE):
            for batch in batches:
                decoded = decoders[batch.topic].decode(batch.records)
                for index, event in zip(decoded.indexes, decoded.events, strict=True):
                    yield batch.records[index].timestamp, event
    finally:
        source.close()


class _Cases:
    """Inferences and outcomes as they are found, joined at the end."""

    def __init__(self, models: Sequence[str], ids_by_model: bool) -> None:
        self._models, self._ids_by_model = models, ids_by_model
        self._said: dict[tuple[str | None, str], Inference] = {}
        self._learnt: dict[tuple[str | None, str], tuple[int, int]] = {}
        self._people: dict[tuple[str | None, str], tuple[int, ...]] = {}
        self.first_ms, self.last_ms = 0, 0

    def take(self, arrived_ms: int, event: Event) -> None:
        """Note one event."""
        self.first_ms = min(self.first_ms or arrived_ms, arrived_ms)
        self.last_ms = max(self.last_ms, arrived_ms)
        key = (event.model if self._ids_by_model else None, event.prediction_id)
        if isinstance(event, Inference):
            self._said.setdefault(key, event)
        elif isinstance(event, Attributes):
            self._people[key] = event.combinations
        elif isinstance(event, Outcome):
            if event.label == Label.VOID:
                self._learnt.pop(key, None)
            else:
                self._learnt[key] = (arrived_ms, event.label % Label.AUDITED_NEGATIVE)

    def labelled(self, model: str, plan: ModelPlan) -> Labelled:
        """The labelled predictions of a model, by the arrival of their labels."""
        number = self._models.index(model)
        rows = []
        for key, (arrived_ms, label) in self._learnt.items():
            said = self._said.get(key)
            if said is None or said.model != model:
                continue
            people = self._people.get(key)
            if said.combination != TO_COME:
                rows.append((arrived_ms, label, said.prediction, said.combination))
            elif people is not None:
                rows.append((arrived_ms, label, said.prediction, people[number]))
        columns = np.array(sorted(rows), dtype=np.int64).reshape(-1, 4)
        names = Names(plan.lattice.coding)
        members = {names.of(*slugs): rows for slugs, rows in members_of(plan.lattice.coding, columns[:, 3]).items()}
        return Labelled(columns[:, 0], columns[:, 2], columns[:, 1], members)
