"""Samples of intake and of the process itself, from the view.

Way of an event: step 9; `collector` calls it. Pure.
"""

from typing import Final

from monitor.exporting import catalogue as c
from monitor.exporting.collected import Collected
from monitor.exporting.view import PartitionView, TopicView, View
from monitor.intake.refusal import REASONS

RESULTS: Final = ("accepted", "duplicate", "conflict", "rejected")
UNPAIRED: Final = ("negative_age", "beyond_horizon", "no_inference", "evicted")
"""Why an outcome counts nowhere."""


def add_process(out: Collected, view: View) -> None:
    """Heartbeats, commits, what runs."""
    for stage, time_ms in view.heartbeats_ms.items():
        out.add(c.HEARTBEAT, (stage,), time_ms / 1_000)
    for partition, time_ms in view.commits_ms.items():
        out.add(c.COMMITTED, (str(partition),), time_ms / 1_000)
    for reason, times in view.rebuilds.items():
        out.add(c.REBUILDS, (reason,), times)
    out.add(c.BUILD_INFO, (view.version,), 1)
    out.add(c.CONFIG_INFO, (view.config_hash,), 1)


def add_topic(out: Collected, topic: TopicView) -> None:
    """What was read of one topic. Every result and reason exists from the first scrape on."""
    name = topic.topic
    kinds = list(dict.fromkeys(kind for kind, _ in topic.results))
    for kind in kinds:
        for result in RESULTS:
            out.add(c.EVENTS, (name, kind, result), topic.results.get((kind, result), 0))
    for reason in REASONS:
        out.add(c.EVENTS_REJECTED, (name, reason), topic.rejected.get(reason, 0))
    out.add(c.EVENTS_LATE, (name,), topic.late)
    out.add(c.FIELDS_IGNORED, (name,), topic.fields_ignored)
    if "outcome" in kinds:
        for why in UNPAIRED:
            unpaired = topic.unpaired.get(why)
            out.add(c.UNPAIRED, (name, why), 0 if unpaired is None else unpaired.ever)
    for (kind, model), time_ms in topic.last_event_ms.items():
        out.add(c.LAST_EVENT, (name, kind, model), time_ms / 1_000)
    for (kind, model), time_ms in topic.last_arrival_ms.items():
        out.add(c.LAST_ARRIVAL, (name, kind, model), time_ms / 1_000)


def add_partition(out: Collected, partition: PartitionView) -> None:
    """Where one partition stands."""
    labels = (partition.topic, str(partition.partition))
    out.add(c.POSITION, labels, partition.position)
    out.add(c.COVERAGE, labels, partition.coverage_complete)
    out.add(c.STOPPED, labels, partition.stopped)
    if partition.end is not None:
        out.add(c.LAG, labels, max(0, partition.end - partition.position))
    if partition.watermark_ms is not None:
        out.add(c.WATERMARK, labels, partition.watermark_ms / 1_000)
