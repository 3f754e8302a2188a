"""Seeded populations, and the views that show them: cells of every combination, summed over the real lattice."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from monitor.counting.lattice import Lattice
from monitor.exporting.view import (
    GroupView,
    ModelView,
    PartitionView,
    Tallied,
    TopicView,
    View,
    WindowCounts,
    WindowView,
)
from monitor.judging.annotating.drift import DriftScore
from monitor.judging.blame import Blame
from monitor.judging.verdict import Evidence, ReferenceRate, StreamVerdict, Verdict
from monitor.vocabulary import AttributeCoding, Coding

Ints = NDArray[np.int64]

METRICS = ("false_negative_rate", "false_positive_rate", "error_rate", "false_discovery_rate", "selection_rate")

HOUR_MS = 3_600_000


def lattice(*sizes: int, depth: int = 2, also: Sequence[Sequence[str]] = ()) -> Lattice:
    """Attributes a, b, c... with so many declared values each; the reserved subgroups come on top."""
    attributes = [
        AttributeCoding(name, {f"{name}{value}": (f"{name.upper()}{value}",) for value in range(size)})
        for name, size in zip("abcdef", sizes, strict=False)
    ]
    return Lattice(Coding(tuple(attributes)), depth, also)


def people(of: Lattice, rng: np.random.Generator, n: int) -> tuple[Ints, Ints]:
    """`n` inferences: combinations drawn with unequal chances, and counts of shape (combinations, `PARTS`)."""
    chances = rng.dirichlet(np.full(of.coding.size, 0.3))
    sizes = rng.multinomial(n, chances)
    parts = np.array([rng.multinomial(size, rng.dirichlet((4, 1, 1, 6, 0.5, 1, 1))) for size in sizes], np.int64)
    return np.arange(of.coding.size), parts.reshape(-1, 7)


def counts(parts: Sequence[int]) -> WindowCounts:
    """From tp, fn, fp, tn, waiting flagged, waiting passed, explained among the labelled positives."""
    tp, fn, fp, tn, flagged, _, told = parts
    return WindowCounts(
        n=sum(parts),
        n_predicted_positive=tp + fp + flagged + told,
        tp=tp + told,
        fp=fp,
        tn=tn,
        fn=fn,
        explained=told,
        explained_flagged=told,
        explained_sent=sum(parts),
    )


def groups(of: Lattice, windows: Mapping[str, tuple[Ints, Ints]], revision: str = "r1") -> tuple[GroupView, ...]:
    """Every subgroup of one revision; totals are those of the first window."""
    sums = {name: of.sum(combinations.tolist(), parts) for name, (combinations, parts) in windows.items()}
    shown = []
    for index, subgroup in enumerate(of.subgroups):
        by_window = {name: counts(table[index].tolist()) for name, table in sums.items()}
        first = next(iter(by_window.values()))
        shown.append(
            GroupView(
                revision=revision,
                attribute=subgroup.attribute,
                subgroup=subgroup.slug,
                windows=by_window,
                inferences=(first.n - first.n_predicted_positive, first.n_predicted_positive),
                labelled=(first.tn, first.fp, first.fn, first.tp),
                retracted=(0, 0, 0, 0),
            )
        )
    return tuple(shown)


DRIFT = (DriftScore("psi", 0.123456, 4_321, limit=0.0169), DriftScore("adwin", 1, 90))


def stream(group: GroupView, metric: str, verdict: Verdict) -> StreamVerdict:
    """A verdict with all its numbers."""
    return StreamVerdict(
        model="readmission",
        revision=group.revision,
        attribute=group.attribute,
        subgroup=group.subgroup,
        metric=metric,
        verdict=verdict,
        reasons=(),
        since_ms=HOUR_MS,
        evidence=(Evidence("reference", 1.25, 8.5, 10.75, 0.002, 41),),
        reference=ReferenceRate("ref-7", 0.22, 5_120, 0.24),
        blind_below=0.31,
        still_needed=6 if verdict is Verdict.INCONCLUSIVE else None,
        onset_ms=2 * HOUR_MS,
        blame=Blame("population", None, "both revisions have risen alike") if verdict is Verdict.DEGRADED else None,
    )


def model(shown: Sequence[GroupView], *, series_limit: int = 100_000, min_cell: int = 11) -> ModelView:
    """A model that shows these subgroups, each stream with a verdict in turn."""
    names = tuple(shown[0].windows)
    revisions = dict.fromkeys(group.revision for group in shown)
    return ModelView(
        model="readmission",
        mode="shadow",
        windows=tuple(WindowView(name, 0, 28 * 24 * HOUR_MS, exact=True) for name in names),
        groups=tuple(shown),
        verdicts=tuple(
            stream(group, metric, Verdict(index % 5))
            for index, (group, metric) in enumerate((group, metric) for group in shown for metric in METRICS)
        ),
        revisions=dict.fromkeys(revisions, ("serving",)),
        attribute_values={("a", "known"): Tallied(104), ("a", "absent"): Tallied(7)},
        pending=12,
        expired={"r1": 25},
        corrections={"r1": Tallied(5)},
        labels_late=(Tallied(3), Tallied(40)),
        label_ages=((3_600.0, 15), (86_400.0, 90), (31_536_000.0, 120)),
        false_alarm_budget={"page": 1.0, "watch": 13.0},
        evidence_thresholds={("a", metric, "reference", "page"): 10.75 for metric in METRICS},
        limits={"outcome_age": (259_200.0, "seconds"), "unknown": (0.2, "ratio")},
        min_cell=min_cell,
        series_limit=series_limit,
        metrics=METRICS,
        drift={
            (group.revision, group.attribute, group.subgroup): DRIFT for group in shown if "__" not in group.attribute
        },
    )


def view(*models: ModelView) -> View:
    """All of it, with a topic, a partition and a process that are well."""
    topic = TopicView(
        topic="readmission.inference",
        results={("inference", "accepted"): 1_767_225_600, ("inference", "rejected"): 1, ("outcome", "accepted"): 5},
        rejected={"not_json": 1, "bad_time": 0},
        late=2,
        fields_ignored=3,
        unpaired={"no_inference": Tallied(4)},
        last_event_ms={("inference", "readmission"): 1_767_225_600_123},
        last_arrival_ms={("inference", "readmission"): 1_767_225_601_000},
    )
    partition = PartitionView(
        topic=topic.topic,
        partition=0,
        position=90,
        end=100,
        watermark_ms=1_767_225_500_000,
        coverage_complete=True,
        stopped=False,
    )
    return View(
        published_ms=1_767_225_602_000,
        models=models,
        topics=(topic,),
        partitions=(partition,),
        heartbeats_ms={"poll": 1_767_225_602_000},
        commits_ms={0: 1_767_225_602_000},
        rebuilds={"first_start": 1},
        version="0.1.0",
        config_hash="c0ffee",
    )
