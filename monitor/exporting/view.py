"""The immutable view that scrapes, pages and reports read.

Way of an event: step 9. `service` swaps a new one in after every published step; readers never lock the loop. Numbers
are exact here: `exporting.gate` decides what leaves.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from monitor.exporting.feed.facts import ForFeed
from monitor.judging.verdict import StreamVerdict


@dataclass(frozen=True, slots=True)
class WindowCounts:
    """Exact published counts of one subgroup of one revision in one window, late outcomes and corrections included."""

    n: int
    n_predicted_positive: int
    tp: int
    fp: int
    tn: int
    fn: int
    explained: int = 0
    explained_flagged: int = 0
    explained_sent: int = 0

    @property
    def n_labelled(self) -> int:
        return self.tp + self.fp + self.tn + self.fn


class Tallied(NamedTuple):
    """A number of things that may be said otherwise later: how many there ever were, and how many were taken back.

    >>> Tallied(5, taken_back=2).stand
    3
    """

    ever: int
    taken_back: int = 0

    @property
    def stand(self) -> int:
        return self.ever - self.taken_back


@dataclass(frozen=True, slots=True)
class GroupView:
    """One subgroup of one revision: counts by window, and totals since the state began.

    `inferences` and `inferences_retracted` have the totals by prediction (0, 1); `labelled` and `retracted` by (actual,
    predicted): index ``2 * actual + predicted``. Retracted is what was said otherwise later, and is in the first, too.
    """

    revision: str
    attribute: str
    subgroup: str
    windows: Mapping[str, WindowCounts]
    inferences: tuple[int, int] = (0, 0)
    inferences_retracted: tuple[int, int] = (0, 0)
    labelled: tuple[int, int, int, int] = (0, 0, 0, 0)
    retracted: tuple[int, int, int, int] = (0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class WindowView:
    """A published window: newest end, and whether it is exact (no data flag lies in it)."""

    name: str
    start_ms: int
    end_ms: int
    exact: bool


@dataclass(frozen=True, slots=True)
class ModelView:
    """Everything said of one model. `limits` are the settings that alerts compare with: name -> (value, unit).

    `for_feed` is what the verdict feed needs beside it; None where nobody listens to one.
    """

    model: str
    mode: str
    windows: tuple[WindowView, ...]
    groups: tuple[GroupView, ...]
    verdicts: tuple[StreamVerdict, ...]
    revisions: Mapping[str, tuple[str, ...]]  # revision -> roles (serving, known_good, condemned)
    attribute_values: Mapping[tuple[str, str], Tallied]  # (attribute, kind) -> inferences
    pending: int
    expired: Mapping[str, int]  # by revision
    corrections: Mapping[str, Tallied]  # by revision
    labels_late: tuple[Tallied, Tallied]  # by actual label
    label_ages: tuple[tuple[float, int], ...]  # (upper edge in seconds, cumulative count)
    false_alarm_budget: Mapping[str, float]  # level -> expected per 91 d
    evidence_thresholds: Mapping[tuple[str, str, str, str], float]  # (attribute, metric, detector, level) -> nats
    limits: Mapping[str, tuple[float, str]]
    min_cell: int
    series_limit: int
    metrics: tuple[str, ...] = ()
    for_feed: ForFeed | None = None


@dataclass(frozen=True, slots=True)
class TopicView:
    """Intake of one topic. `results`: (type, result) -> events; result is accepted, duplicate, conflict or rejected."""

    topic: str
    results: Mapping[tuple[str, str], int]
    rejected: Mapping[str, int]  # by reason
    late: int
    fields_ignored: int
    unpaired: Mapping[str, Tallied]  # by reason
    last_event_ms: Mapping[tuple[str, str], int]  # (type, model) -> event time
    last_arrival_ms: Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class PartitionView:
    """One partition of one topic. `end` is None while it is not known; `watermark_ms` None before the first event."""

    topic: str
    partition: int
    position: int
    end: int | None
    watermark_ms: int | None
    coverage_complete: bool
    stopped: bool


@dataclass(frozen=True, slots=True)
class View:
    """All of it, at one moment."""

    published_ms: int
    models: tuple[ModelView, ...] = ()
    topics: tuple[TopicView, ...] = ()
    partitions: tuple[PartitionView, ...] = ()
    heartbeats_ms: Mapping[str, int] = field(default_factory=dict)  # stage -> wall time
    commits_ms: Mapping[int, int] = field(default_factory=dict)  # partition -> wall time
    rebuilds: Mapping[str, int] = field(default_factory=dict)  # reason -> times
    version: str = ""
    config_hash: str = ""
