"""What a replay and a demo keep along the way, and the files they leave behind."""

import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from monitor.counting.letting_go import ClosedPane
from monitor.exporting.counts_csv import write_counts
from monitor.exporting.naming import Names
from monitor.exporting.pane_counts import CountedModel, CountsBook
from monitor.exporting.recording import Recording
from monitor.exporting.replayed import Replayed
from monitor.exporting.report.page import write_report
from monitor.exporting.summary import write_summary
from monitor.exporting.timeline import write_timeline
from monitor.exporting.view import View
from monitor.judging.verdict import Verdict
from monitor.service.judged import JudgedModel
from monitor.service.loop import MonitorLoop
from monitor.service.panes import PaneBook
from monitor.service.plan import ModelPlan


class Watching:
    """Looks on while a loop turns over recorded events.

    Parameters
    ----------
    plans
        The models, by name.
    """

    def __init__(self, plans: Mapping[str, ModelPlan]) -> None:
        self._plans, self._began = plans, time.monotonic()
        counted = {name: CountedModel(plan.lattice, plan.pane_ms, plan.windows) for name, plan in plans.items()}
        self._book = CountsBook(counted)
        self.recordings = {name: Recording(name) for name in plans}
        self.view = View(0)

    def on_view(self, view: View) -> None:
        """A new view was published."""
        self.view = view

    def on_step(self, judged: JudgedModel, book: PaneBook) -> None:  # noqa: ARG002  (watchers may look into the book)
        """A pane was judged."""
        if judged.judged_ms is not None:
            self.recordings[judged.plan.name].note(judged.judged_ms, judged.verdicts)

    def on_closed(self, model: str, closed: ClosedPane) -> None:
        """One partition's share of a pane is final."""
        self._book.add(model, closed.pane * self._plans[model].pane_ms, closed.table)

    def finish(self, loop: MonitorLoop) -> Replayed:
        """All events are in: the rest of the panes, and the last view."""
        loop.publish()
        for judged in loop.models:
            name, pane_ms = judged.plan.name, judged.plan.pane_ms
            for pane, table in loop.books[judged.plan.feed].held(judged.number):
                self._book.add(name, pane * pane_ms, table)
        memory_ms = max(feed.plan.counting.memory_ms for feed in loop.feeds.values())
        return Replayed(self.view, self._book, self.recordings, time.monotonic() - self._began, memory_ms)

    def write(self, done: Replayed, out: Path) -> dict[str, Any]:
        """Write every file of a replay; gives the summary. `OSError` if the folder cannot be written."""
        out.mkdir(parents=True, exist_ok=True)
        _clear(out)
        names = {name: Names(plan.lattice.coding) for name, plan in self._plans.items()}
        files = [str(path.relative_to(out)) for path in write_counts(done.book, out)]
        write_timeline(out / "timeline.ndjson", self.recordings.values(), names)
        write_report(out / "report.html", done)
        return write_summary(out / "summary.json", done, [*files, "timeline.ndjson", "report.html", "summary.json"])


def _clear(out: Path) -> None:
    """Take away what a replay before left here, and says so in its summary; nothing else."""
    with suppress(OSError, msgspec.MsgspecError):
        for name in msgspec.json.decode((out / "summary.json").read_bytes(), type=_Summary).files:
            path = out / name
            if path.resolve().is_relative_to(out.resolve()):
                path.unlink(missing_ok=True)


class _Summary(msgspec.Struct):
    files: list[str]


def worst(view: View) -> Verdict | None:
    """The worst verdict of a view; None if nothing was judged."""
    return max((said.verdict for model in view.models for said in model.verdicts), default=None)


def rejected(view: View) -> int:
    """Records that were refused."""
    return sum(sum(topic.rejected.values()) for topic in view.topics)


def stopped(view: View) -> list[str]:
    """Topics of which a flood of refused records stopped the reading."""
    return sorted({partition.topic for partition in view.partitions if partition.stopped})
