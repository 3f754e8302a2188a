"""A seeded world to report on: counts of every day, verdicts of a plain e-detector, a revision that harms some."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from monitor.counting.lattice import Lattice
from monitor.counting.windows import COLUMNS, Table, window
from monitor.exporting.moments import DAY_MS
from monitor.exporting.pane_counts import CountedModel, CountsBook
from monitor.exporting.recording import Recording
from monitor.exporting.replayed import Replayed
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
from monitor.judging.verdict import StreamVerdict
from monitor.vocabulary import AttributeCoding, Coding
from tests.reporting_what_happened.plain_judge import METRICS, PlainJudge

Ints = NDArray[np.int64]

START_MS = 1_735_689_600_000  # 2025-01-01
ONSET_MS = START_MS + 71 * DAY_MS
WINDOWS = {"7d": 7 * DAY_MS, "28d": 28 * DAY_MS}


def coding(*, hostile: bool = False) -> Coding:
    """Race, sex and age. Hostile: raw values that are markup, script and odd letters."""
    races = {"asian": ("Asian",), "black": ("Black",), "white": ("White",)}
    if hostile:
        races = {
            "asian": ("<script>alert(1)</script>",),
            "black": ('"><img src=x onerror=alert(2)>',),
            "white": ("</style>&lt;b&gt; \N{RIGHT-TO-LEFT OVERRIDE} 'x' {{7*7}}",),
        }
    return Coding(
        (
            AttributeCoding("race", races),
            AttributeCoding("sex", {"female": ("F", "female"), "male": ("M",)}),
            AttributeCoding("age_band", bands=(0, 45, 65), source="age"),
        )
    )


@dataclass
class World:
    """A model that is served for some days: r1 and, from day `release` on, r2, which misses women over 65.

    Parameters
    ----------
    days, release
        Days in all, and the day of the release; None: never.
    a_day
        Inferences a day.
    is_silent
        No reference and no evidence: nothing can be decided.
    drained
        Days at the end in which nothing serves and labels trickle in: panes are judged, nothing is said.
    """

    days: int = 120
    release: int | None = 70
    a_day: int = 260
    model: str = "readmission"
    is_silent: bool = False
    drained: int = 0
    hostile: bool = False
    seed: int = 7
    lattice: Lattice = field(init=False)

    def __post_init__(self) -> None:
        self.lattice = Lattice(coding(hostile=self.hostile), depth=2)

    def tables(self) -> dict[int, Table]:
        """Counts of each day by start."""
        rng = np.random.default_rng(self.seed)
        people = [
            ({"race": race, "sex": sex, "age": age}, weight * of_sex * of_age)
            for race, weight in zip(self._races(), (0.02, 0.3, 0.68), strict=True)
            for sex, of_sex in (("F", 0.55), ("M", 0.45))
            for age, of_age in ((30, 0.3), (50, 0.4), (70, 0.3))
        ]
        keys = np.array([self.lattice.coding.encode(person) for person, _ in people])
        chances = np.array([weight for _, weight in people])
        return {
            START_MS + day * DAY_MS: self._table(day, keys, [person for person, _ in people], chances, rng)
            for day in range(self.days)
        }

    def _races(self) -> list[str]:
        attribute = self.lattice.coding.attributes[0]
        return [attribute.raw_of(slug) for slug in ("asian", "black", "white")]

    def _table(
        self,
        day: int,
        keys: Ints,
        people: Sequence[Mapping[str, object]],
        chances: NDArray[np.float64],
        rng: np.random.Generator,
    ) -> Table:
        harms = self.release is not None and day >= self.release
        rows = []
        for person, n in zip(people, rng.multinomial(self.a_day, chances / chances.sum()).tolist(), strict=True):
            missed = 0.55 if harms and person["sex"] == "F" and person["age"] == 70 else 0.2
            positive = rng.binomial(n, 0.35)
            labelled, negative = rng.binomial(positive, 0.97), rng.binomial(n - positive, 0.97)
            fn, fp = rng.binomial(labelled, missed), rng.binomial(negative, 0.15)
            tp, tn = labelled - fn, negative - fp
            waiting = rng.binomial(n - labelled - negative, 0.4)
            rows.append([n, tp + fp + waiting, tp, fp, tn, fn, 0, 0, 0])
        return Table(("r1", "r2"), np.full(len(keys), int(harms)), keys, np.array(rows, np.int64))

    def replayed(self) -> Replayed:
        """Everything that is left when it is over."""
        return together(self)


def together(*worlds: World) -> Replayed:
    """Several models, replayed at once."""
    book = CountsBook({w.model: CountedModel(w.lattice, DAY_MS, WINDOWS) for w in worlds})
    recordings, views = {}, []
    for world in worlds:
        tables = world.tables()
        for start_ms, table in tables.items():
            book.add(world.model, start_ms, table)
        recording = recordings[world.model] = Recording(world.model)
        verdicts: tuple[StreamVerdict, ...] = ()
        judge = PlainJudge(world.model, world.lattice, ONSET_MS, is_silent=world.is_silent)
        for start_ms, table in tables.items():
            verdicts = judge.step(start_ms + DAY_MS, table)
            recording.note(start_ms + DAY_MS, verdicts)
        if world.drained:
            verdicts = ()
        for day in range(world.days, world.days + world.drained):
            recording.note(START_MS + (day + 1) * DAY_MS, ())
        views.append(_model_view(world, tables, verdicts))
    return Replayed(_view(tuple(views)), book, recordings, seconds=2.5)


def _model_view(world: World, tables: Mapping[int, Table], verdicts: tuple[StreamVerdict, ...]) -> ModelView:
    end_ms = START_MS + (world.days + world.drained) * DAY_MS
    sums = {
        name: window([t for at_ms, t in tables.items() if at_ms >= end_ms - span_ms], world.lattice)
        for name, span_ms in WINDOWS.items()
    }
    none = [0] * len(COLUMNS)
    groups = [
        GroupView(
            revision,
            subgroup.attribute,
            subgroup.slug,
            {n: WindowCounts(*(by[revision][i].tolist() if revision in by else none)) for n, by in sums.items()},
            (0, 0),
            (0, 0, 0, 0),
            (0, 0, 0, 0),
        )
        for revision in sorted({revision for by in sums.values() for revision in by}, reverse=True)
        for i, subgroup in enumerate(world.lattice.subgroups)
    ]
    return ModelView(
        model=world.model,
        mode="shadow",
        windows=tuple(WindowView(name, end_ms - span_ms, end_ms, exact=True) for name, span_ms in WINDOWS.items()),
        groups=tuple(groups),
        verdicts=verdicts,
        revisions=dict.fromkeys((said.revision for said in verdicts), ("serving",)),
        attribute_values={("race", "known"): Tallied(1_000), ("race", "absent"): Tallied(3)},
        pending=12,
        expired={"r1": 25},
        corrections={"r1": Tallied(5)},
        labels_late=(Tallied(3), Tallied(40)),
        label_ages=((3_600.0, 15), (86_400.0, 90)),
        false_alarm_budget={"page": 1.0, "watch": 13.0},
        evidence_thresholds={},
        limits={},
        min_cell=11,
        series_limit=10_000,
        metrics=METRICS,
    )


def _view(models: tuple[ModelView, ...]) -> View:
    topic = TopicView(
        topic="readmission.inference",
        results={
            ("inference", "accepted"): 31_200,
            ("inference", "duplicate"): 40,
            ("inference", "conflict"): 1,
            ("inference", "rejected"): 4,
        },
        rejected={"not_json": 3, "bad_time": 1, "empty": 0},
        late=2,
        fields_ignored=3,
        unpaired={"no_inference": Tallied(4)},
        last_event_ms={("inference", model.model): START_MS + 10 * DAY_MS for model in models},
        last_arrival_ms={},
    )
    partition = PartitionView("readmission.inference", 0, 90, 100, START_MS + 9 * DAY_MS, True, False)
    return View(1_767_225_602_000, models, (topic,), (partition,), version="0.1.0", config_hash="c0ffee" * 10)
