"""Step 9: one immutable view of everything, for scrapes, pages and reports."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from monitor.counting.windows import COLUMNS, Table, label_age_counts, window
from monitor.exporting.view import GroupView, ModelView, PartitionView, Tallied, TopicView, WindowCounts, WindowView
from monitor.service.feed import Feed
from monitor.service.for_feed import for_feed
from monitor.service.judged import JudgedModel
from monitor.service.panes import PaneBook, by_combination
from monitor.service.shard import Totals, total

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
    stand, retracted = book.totals(number), book.retracted(number)
    late = _by_last(tallies, "labels_late", plan.name)
    label_ages = np.cumsum(label_age_counts(feed.states, number)).tolist() if feed.states else []
    return ModelView(
        model=plan.name,
        mode=plan.mode,
        windows=() if end_ms is None else _window_views(judged, feed, end_ms),
        groups=_groups(judged, stand, retracted, {} if end_ms is None else windows_at(judged, book, end_ms)),
        verdicts=judged.verdicts,
        revisions={name: ("serving",) if name in judged.serving() else () for name in judged.kept()},
        attribute_values=_attribute_values(judged, stand, retracted),
        pending=tallies.stand["pending", plan.name],
        expired={revision: n.ever for revision, n in _by_last(tallies, "expired", plan.name).items()},
        corrections=_by_last(tallies, "corrections", plan.name),
        labels_late=(late.get("0", Tallied(0)), late.get("1", Tallied(0))),
        label_ages=tuple(zip((feed.plan.counting.edges[number][1:] / 1_000).tolist(), label_ages, strict=False)),
        false_alarm_budget=judged.judge.budget(),
        evidence_thresholds=judged.judge.thresholds(),
        limits=plan.limits,
        min_cell=plan.min_cell,
        series_limit=plan.series_limit,
        metrics=plan.metrics,
        for_feed=for_feed(judged, feed, _labels(stand)),
    )


def _labels(tables: Sequence[Table]) -> tuple[int, int]:
    """Outcomes that stand in tables of everything, by label."""
    tp, fp, tn, fn = (
        sum(int(table.counts[:, COLUMNS.index(name)].sum()) for table in tables) for name in ("tp", "fp", "tn", "fn")
    )
    return fp + tn, tp + fn


def _window_views(judged: JudgedModel, feed: Feed, end_ms: int) -> tuple[WindowView, ...]:
    spans = judged.plan.windows.items()
    return tuple(
        WindowView(name, end_ms - span_ms, end_ms, exact=not feed.flags(end_ms - span_ms)) for name, span_ms in spans
    )


def _groups(
    judged: JudgedModel, stand: Sequence[Table], retracted: Sequence[Table], windows: Mapping[str, Mapping[str, Ints]]
) -> tuple[GroupView, ...]:
    lattice = judged.plan.lattice
    totals, taken_back = window(stand, lattice), window(retracted, lattice)
    groups = []
    for revision in judged.kept():
        for index, subgroup in enumerate(lattice.subgroups):
            now, back = (_by_cell(one.get(revision), index) for one in (totals, taken_back))
            groups.append(
                GroupView(
                    revision=revision,
                    attribute=subgroup.attribute,
                    subgroup=subgroup.slug,
                    windows={name: _counts(by.get(revision), index) for name, by in windows.items()},
                    inferences=(now[0] + back[0], now[1] + back[1]),
                    inferences_retracted=back[:2],
                    labelled=(now[2] + back[2], now[3] + back[3], now[4] + back[4], now[5] + back[5]),
                    retracted=back[2:],
                )
            )
    return tuple(groups)


def _by_cell(sums: Ints | None, index: int) -> tuple[int, int, int, int, int, int]:
    """Inferences by prediction, labelled predictions by (actual, predicted)."""
    n, positive, tp, fp, tn, fn, *_ = (_NONE if sums is None else sums[index]).tolist()
    return n - positive, positive, tn, fp, fn, tp


def _counts(sums: Ints | None, index: int) -> WindowCounts:
    return WindowCounts(*(_NONE if sums is None else sums[index]).tolist())


def _attribute_values(
    judged: JudgedModel, stand: Sequence[Table], retracted: Sequence[Table]
) -> dict[tuple[str, str], Tallied]:
    now, back = _values_of(judged, stand), _values_of(judged, retracted)
    return {key: Tallied(now[key] + back[key], back[key]) for key in now | back}


def _values_of(judged: JudgedModel, tables: Sequence[Table]) -> Counter[tuple[str, str]]:
    coding = judged.plan.lattice.coding
    values: Counter[tuple[str, str]] = Counter()
    combinations, counts = by_combination(tables)
    for combination, count in zip(combinations.tolist(), counts[:, 0].tolist(), strict=True):
        for attribute, code in zip(coding.attributes, coding.read(combination), strict=True):
            values[attribute.name, code.kind] += count
    return values


def _by_last(totals: Totals, *first: str) -> dict[str, Tallied]:
    """Tallies whose key begins so, by what it ends with."""
    return {
        key[-1]: Tallied(count + totals.taken_back[key], totals.taken_back[key])
        for key, count in sorted(totals.stand.items())
        if key[:-1] == first
    }


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
        results = {key[2:4]: n for key, n in tallies.stand.items() if key[:2] == ("events", topic.name)}
        results[topic.role, "rejected"] = sum(rejected.values())
        views.append(
            TopicView(
                topic=topic.name,
                results={(kind, result): n for (kind, result), n in results.items()},
                rejected=dict(rejected),
                late=tallies.stand["late", topic.name],
                fields_ignored=sum(extra.ignored.get(topic.name, 0) for extra in extras),
                unpaired=_by_last(tallies, "unpaired", topic.name),
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
