"""Step 9: one immutable view of everything, for scrapes, pages and reports."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from monitor.counting.windows import COLUMNS, label_age_counts, window
from monitor.exporting.view import GroupView, ModelView, PartitionView, TopicView, WindowCounts, WindowView
from monitor.service.feed import Feed
from monitor.service.for_feed import for_feed
from monitor.service.judged import JudgedModel
from monitor.service.panes import PaneBook, by_combination
from monitor.service.shard import total

Ints = NDArray[np.int64]

_NONE: Ints = np.zeros(len(COLUMNS), np.int64)


def windows_at(judged: JudgedModel, book: PaneBook, end_ms: int) -> dict[str, Mapping[str, Ints]]:
    """Published counts of every window that ends here: window -> revision -> shape (subgroups, `COLUMNS`)."""
    pane_ms = judged.plan.pane_ms
    return {
        name: window(
            book.tables(judged.number, range((end_ms - span_ms) // pane_ms, end_ms // pane_ms)), judged.plan.lattice
        )
        for name, span_ms in judged.plan.windows.items()
    }


def model_view(judged: JudgedModel, feed: Feed, book: PaneBook) -> ModelView:
    """What is said of one model now."""
    plan, number = judged.plan, judged.number
    end_ms = judged.judged_ms
    tallies = total(feed.shards.values())
    combinations, counts = by_combination(book.totals(number))
    label_ages = np.cumsum(label_age_counts(feed.states, number)).tolist() if feed.states else []
    return ModelView(
        model=plan.name,
        mode=plan.mode,
        windows=() if end_ms is None else _window_views(judged, feed, end_ms),
        groups=_groups(judged, book, {} if end_ms is None else windows_at(judged, book, end_ms)),
        verdicts=judged.verdicts,
        revisions={name: ("serving",) if name in judged.serving() else () for name in judged.kept()},
        attribute_values=_attribute_values(judged, combinations, counts[:, 0]),
        pending=tallies["pending", plan.name],
        expired=_by_revision(tallies, "expired", plan.name),
        corrections=_by_revision(tallies, "corrections", plan.name),
        labels_late=(tallies["labels_late", plan.name, "0"], tallies["labels_late", plan.name, "1"]),
        label_ages=tuple(zip((feed.plan.counting.edges[number][1:] / 1_000).tolist(), label_ages, strict=False)),
        false_alarm_budget=judged.judge.budget(),
        evidence_thresholds=judged.judge.thresholds(),
        limits=plan.limits,
        min_cell=plan.min_cell,
        series_limit=plan.series_limit,
        metrics=plan.metrics,
        for_feed=for_feed(judged, feed, _labels(counts)),
    )


def _labels(counts: Ints) -> tuple[int, int]:
    """Outcomes ever counted, by label, of a table of everything."""
    tp, fp, tn, fn = (int(counts[:, COLUMNS.index(name)].sum()) for name in ("tp", "fp", "tn", "fn"))
    return fp + tn, tp + fn


def _window_views(judged: JudgedModel, feed: Feed, end_ms: int) -> tuple[WindowView, ...]:
    spans = judged.plan.windows.items()
    return tuple(
        WindowView(name, end_ms - span_ms, end_ms, exact=not feed.flags(end_ms - span_ms)) for name, span_ms in spans
    )


def _groups(judged: JudgedModel, book: PaneBook, windows: Mapping[str, Mapping[str, Ints]]) -> tuple[GroupView, ...]:
    lattice = judged.plan.lattice
    totals = window(book.totals(judged.number), lattice)
    retracted = book.retracted(judged.number, lattice)
    groups = []
    for revision in judged.kept():
        sums = totals.get(revision)
        taken_back = retracted.get(revision, np.zeros((len(lattice.subgroups), 4), np.int64))
        for index, subgroup in enumerate(lattice.subgroups):
            counts = (_NONE if sums is None else sums[index]).tolist()
            back = tuple(taken_back[index].tolist())
            net = (counts[4], counts[3], counts[5], counts[2])
            groups.append(
                GroupView(
                    revision=revision,
                    attribute=subgroup.attribute,
                    subgroup=subgroup.slug,
                    windows={name: _counts(by.get(revision), index) for name, by in windows.items()},
                    inferences=(counts[0] - counts[1], counts[1]),
                    labelled=(net[0] + back[0], net[1] + back[1], net[2] + back[2], net[3] + back[3]),
                    retracted=(back[0], back[1], back[2], back[3]),
                )
            )
    return tuple(groups)


def _counts(sums: Ints | None, index: int) -> WindowCounts:
    return WindowCounts(*(_NONE if sums is None else sums[index]).tolist())


def _attribute_values(judged: JudgedModel, combinations: Ints, n: Ints) -> dict[tuple[str, str], int]:
    coding = judged.plan.lattice.coding
    values: Counter[tuple[str, str]] = Counter()
    for combination, count in zip(combinations.tolist(), n.tolist(), strict=True):
        for attribute, code in zip(coding.attributes, coding.read(combination), strict=True):
            values[attribute.name, code.kind] += count
    return dict(values)


def _by_revision(tallies: Mapping[tuple[str, ...], int], name: str, model: str) -> dict[str, int]:
    return {key[2]: count for key, count in sorted(tallies.items()) if key[:2] == (name, model)}


def topic_views(feed: Feed) -> list[TopicView]:
    """Intake of each topic of a feed."""
    tallies = total(feed.shards.values())
    extras = [shard.extra for shard in feed.shards.values()]
    views = []
    for topic in feed.topics:
        rejected: Counter[str] = Counter()
        last_event: dict[tuple[str, str], int] = {}
        for extra in extras:
            rejected.update(extra.rejected.get(topic.name, {}))
            for name, time_ms in extra.last_event_ms.items():
                known, role, model = name.split(" ")
                # An event that names no model may be of each of them.
                for one in feed.plan.counting.numbers if not model else (model,):
                    if known == topic.name:
                        last_event[role, one] = max(time_ms, last_event.get((role, one), time_ms))
        results = {key[2:4]: n for key, n in tallies.items() if key[:2] == ("events", topic.name)}
        results[topic.role, "rejected"] = sum(rejected.values())
        views.append(
            TopicView(
                topic=topic.name,
                results={(kind, result): n for (kind, result), n in results.items()},
                rejected=dict(rejected),
                late=tallies["late", topic.name],
                fields_ignored=sum(extra.ignored.get(topic.name, 0) for extra in extras),
                unpaired={key[2]: n for key, n in tallies.items() if key[:2] == ("unpaired", topic.name)},
                last_event_ms=last_event,
                last_arrival_ms={
                    (topic.role, model): feed.arrived_ms[topic.name]
                    for _, model in last_event
                    if topic.name in feed.arrived_ms  # nothing yet since the process began
                },
            )
        )
    return views


def partition_views(feed: Feed) -> Sequence[PartitionView]:
    """Where every partition of a feed stands."""
    return [
        PartitionView(
            topic=topic.name,
            partition=number,
            position=shard.state.topic(topic.name).next_offset,
            end=feed.ends.get((topic.name, number)),
            watermark_ms=shard.state.topic(topic.name).frontier.watermark_ms,
            coverage_complete=feed.is_covered(topic.name, number),
            stopped=topic.name in shard.stopped,
        )
        for topic in feed.topics
        for number, shard in sorted(feed.shards.items())
    ]
