"""The loop of the monitor process: poll, count, commit, judge, publish; one thread, nothing dirty during a poll.

Way of an event: ties steps 1 to 9 together.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from monitor.counting.letting_go import ClosedPane
from monitor.exporting.view import View
from monitor.ports import Clock, SourceUnreachable
from monitor.service.doubts import doubts
from monitor.service.feed import Feed
from monitor.service.judged import JudgedModel
from monitor.service.panes import PaneBook
from monitor.service.publisher import model_view, partition_views, topic_views


class Watcher(Protocol):
    """Who looks on while the loop turns: replay and demo keep what they will report."""

    def on_step(self, judged: JudgedModel, book: PaneBook) -> None:
        """A pane of a model was judged."""
        ...

    def on_closed(self, model: str, closed: ClosedPane) -> None:
        """A pane's counts are final; one partition's share of them."""
        ...


@dataclass(frozen=True, slots=True)
class Pace:
    """How the loop turns: longest wait for records, most records a poll, shortest time between two views."""

    poll_ms: int = 500
    max_records: int = 20_000
    publish_every_ms: int = 1_000


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the loop tells the world, and what it is told of it.

    Parameters
    ----------
    clock
        Wall time, of heartbeats and of the age of events.
    is_live
        Whether wall time says something about the data: not so in a replay.
    publish
        Takes each new view.
    watcher
        Sees every judged and every closed pane.
    version, config_hash
        What runs.
    """

    clock: Clock
    is_live: bool
    publish: Callable[[View], None]
    watcher: Watcher | None = None
    version: str = ""
    config_hash: str = ""


class MonitorLoop:
    """Counts and judges the feeds it is given.

    Parameters
    ----------
    feeds
        By name.
    models
        Each belongs to one of the feeds.
    """

    def __init__(
        self, feeds: Mapping[str, Feed], models: Sequence[JudgedModel], around: Surroundings, pace: Pace | None = None
    ) -> None:
        self.feeds, self.models, self._around = feeds, models, around
        self._pace = pace or Pace()
        self.books = {name: PaneBook() for name in feeds}
        self._heartbeats: dict[str, int] = {}
        self._published_ms = 0
        self.is_started = False

    def start(self) -> None:
        """Restore the state and seek. Raises what `Feed.start` does."""
        for feed in self.feeds.values():
            feed.start()
        for judged in self.models:
            judged.load(has_past=self.feeds[judged.plan.feed].has_past)
        self.is_started = True
        self.publish()

    def tick(self) -> int:
        """One round; gives the number of records read. An unreachable source is no error: verdicts turn STALE.

        Raises
        ------
        SourceRefused
            if a person must act.
        OSError
            if the state cannot be stored: the process must end.
        """
        count = sum(self._take(name) for name in self.feeds)
        self._beat("poll", "count")
        for judged in self.models:
            self._judge(judged)
        self._beat("judge")
        self._hand_on_closed()
        if self._around.clock.now_ms() - self._published_ms >= self._pace.publish_every_ms:
            self.publish()
        return count

    def _take(self, name: str) -> int:
        feed = self.feeds[name]
        judged_ms = [0] * len(feed.plan.counting.numbers)
        for judged in self.models:
            if judged.plan.feed == name:
                judged_ms[judged.number] = judged.committed_ms
        try:
            count = feed.take(self._pace.poll_ms, self._pace.max_records, judged_ms)
        except SourceUnreachable:
            feed.is_unreachable = True
            return 0
        feed.is_unreachable = False
        return count

    def _judge(self, judged: JudgedModel) -> None:
        feed, book = self.feeds[judged.plan.feed], self.books[judged.plan.feed]
        watermark_ms = feed.watermark_ms()
        exact_from_ms = feed.evidence_from_ms()
        if watermark_ms is not None and not feed.is_rebuilding:
            judged.note_whole(watermark_ms)
        while watermark_ms is not None and judged.advance(feed.states, watermark_ms, exact_from_ms) is not None:
            self._assess(judged, feed)
            if self._around.watcher is not None:
                book.refresh({number: shard.state for number, shard in feed.shards.items()})
                self._around.watcher.on_step(judged, book)
        judged.commit()

    def _hand_on_closed(self) -> None:
        for name, feed in self.feeds.items():
            closed, feed.closed = feed.closed, []
            if self._around.watcher is not None:
                names = {m.number: m.plan.name for m in self.models if m.plan.feed == name}
                for pane in closed:
                    self._around.watcher.on_closed(names[pane.model], pane)

    def _assess(self, judged: JudgedModel, feed: Feed) -> None:
        if judged.judged_ms is not None:
            now_ms = self._around.clock.now_ms() if self._around.is_live else None
            start_ms = judged.judged_ms - max(judged.plan.windows.values())
            found = doubts(feed, judged.plan, start_ms, now_ms)
            judged.assess(found.flags | judged.flags(start_ms), found.stale)

    def acknowledge(self, model: str, attribute: str, subgroup: str, metric: str) -> None:
        """Take a person's word that an alarm was seen: stored and published before this returns.

        Raises
        ------
        ValueError
            for a stream that is not judged; nothing is then changed.
        """
        judged = next((one for one in self.models if one.plan.name == model), None)
        if judged is None:
            raise ValueError(f"no model {model} is watched here")
        judged.acknowledge(attribute, subgroup, metric)
        judged.commit()
        self.publish()

    def publish(self) -> None:
        """Swap in a new view of everything."""
        now_ms = self._around.clock.now_ms()
        for judged in self.models:
            self._assess(judged, self.feeds[judged.plan.feed])
        for name, feed in self.feeds.items():
            self.books[name].refresh({number: shard.state for number, shard in feed.shards.items()})
        self._beat("publish")
        rebuilds: dict[str, int] = {}
        for feed in self.feeds.values():
            for reason, times in feed.rebuilds.items():
                rebuilds[reason] = rebuilds.get(reason, 0) + times
        view = View(
            published_ms=now_ms,
            models=tuple(model_view(m, self.feeds[m.plan.feed], self.books[m.plan.feed]) for m in self.models),
            topics=tuple(view for feed in self.feeds.values() for view in topic_views(feed)),
            partitions=tuple(view for feed in self.feeds.values() for view in partition_views(feed)),
            heartbeats_ms=dict(self._heartbeats),
            commits_ms=oldest([feed.committed_ms for feed in self.feeds.values()]),
            rebuilds=rebuilds,
            version=self._around.version,
            config_hash=self._around.config_hash,
        )
        self._published_ms = now_ms
        self._around.publish(view)

    def _beat(self, *stages: str) -> None:
        now_ms = self._around.clock.now_ms()
        self._heartbeats.update(dict.fromkeys(stages, now_ms))

    def close(self) -> None:
        """Let go of sources and stores; everything read is committed."""
        for feed in self.feeds.values():
            feed.close()
        for judged in self.models:
            judged.close()


def oldest(commits_ms: Iterable[Mapping[int, int]]) -> dict[int, int]:
    """By partition number, over all feeds: one that is stuck must not hide behind another."""
    found: dict[int, int] = {}
    for of_feed in commits_ms:
        for number, at_ms in of_feed.items():
            found[number] = min(at_ms, found.get(number, at_ms))
    return found
