"""A release that harms women, told by a monitor that lives in memory; and single views to tell of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from monitor.acting.records import Record, RevisionRecord, StreamRecord, decode
from monitor.adapters.cells_archive import CellsFolder
from monitor.exporting.feed.facts import DataView, ForFeed, Identity, RevisionView
from monitor.exporting.feed.verdict_log import MemoryNumbers, VerdictLog
from monitor.exporting.view import GroupView, ModelView, Tallied, View, WindowCounts, WindowView
from monitor.judging.blame import Blame
from monitor.judging.revision_facts import RevisionFacts
from monitor.judging.verdict import Evidence, ReferenceRate, StreamVerdict, Verdict
from tests.restarting_where_it_stood.lives import World
from tests.way_of_an_event.story import DAY_MS, SETTINGS, Case, cases

NOW_MS = 1_790_000_000_000
RELEASE_MS = NOW_MS - 30 * DAY_MS
DIGESTS = {"r1": "sha256:" + "a" * 64, "r2": "sha256:" + "b" * 64}
TEMPLATES = {"r1": "hash-a", "r2": "hash-b"}
FNR = "false_negative_rate"
WOMEN = ("sex", "female", FNR)

Said = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Served(Case):
    """A patient whose prediction says what served it."""

    says: Mapping[str, str] = field(default_factory=dict)

    def inference(self) -> dict[str, object]:
        named = {"model_digest": DIGESTS[self.revision], "pod_template_hash": TEMPLATES[self.revision]}
        return {**Case.inference(self), **named, **self.says}


def story(share: float = 1.0, now_ms: int = NOW_MS) -> list[Case]:
    """For 30 days r2 has served this share of the patients, and missed two in three women with the outcome."""
    rng = np.random.default_rng(3)
    told: list[Case] = []
    for case in cases(now_ms, days=75, per_day=80):
        is_new = case.time_ms >= now_ms - 30 * DAY_MS and rng.random() < share
        harms = is_new and case.sex == "F" and case.label
        told.append(
            Served(
                **{name: getattr(case, name) for name in Case.__slots__ if name != "revision"},
                revision="r2" if is_new else "r1",
            )
        )
        if harms:
            told[-1] = replace(told[-1], prediction=int(rng.random() > 2 / 3))
    return told


ACTING = "acting: {{target: {{namespace: clinical, deployment: readmission}}}}\n    metrics:"


def settings(text: str = SETTINGS) -> str:
    """The settings of the story: whatever follows may follow."""
    return text.replace("mode: observe", "mode: auto").replace("metrics:", ACTING, 1)


def live(folder: Path, told: Sequence[Case], text: str = "") -> View:
    """What a monitor says once it has read all of it."""
    return archived(folder, told, text).live()


def archived(folder: Path, told: Sequence[Case], text: str = "") -> World:
    """A monitor that has yet to read it, and will keep its exact cells."""
    world = World(folder, NOW_MS, settings=text or settings(), archive=CellsFolder(folder / "cells"))
    world.send(told)
    return world


def records(texts: Sequence[bytes]) -> list[Record]:
    return [decode(text) for text in texts]


def told(log: VerdictLog) -> list[Record]:
    """Everything that is held."""
    found: list[Record] = []
    after = log.pages.first - 1
    while (page := log.pages.read(after, 0)).records:
        found += records(page.records)
        after = page.next - 1
    return found


def memory_log(**kept: int) -> VerdictLog:
    return VerdictLog(MemoryNumbers("memory"), **kept)


def stream_of(found: Sequence[Record], revision: str = "r2", stream: tuple[str, str, str] = WOMEN) -> StreamRecord:
    """The newest record of a stream."""
    mine = [r for r in found if isinstance(r, StreamRecord) and (r.revision, r.stream) == (revision, stream)]
    return mine[-1]


def revision_of(found: Sequence[Record], revision: str) -> RevisionRecord:
    return [r for r in found if isinstance(r, RevisionRecord) and r.revision == revision][-1]


# A single view, made by hand.

COUNTS = WindowCounts(n=760, n_predicted_positive=220, tp=152, fp=38, tn=412, fn=88)
EVIDENCE = (
    Evidence("reference", 15.2, 8.2, 10.7, 0.002, 41, 240),
    Evidence("concurrent_effect", 14.0, 8.0, None, 0.1, 20, 240, rollback=13.1, against="r1"),
)


def said(**changed: Any) -> StreamVerdict:
    """r2 is to blame for harm to women, shown beside r1."""
    known: Said = {
        "model": "readmission",
        "revision": "r2",
        "attribute": "sex",
        "subgroup": "female",
        "metric": FNR,
        "verdict": Verdict.DEGRADED,
        "reasons": (),
        "since_ms": NOW_MS - 2 * DAY_MS,
        "evidence": EVIDENCE,
        "reference": ReferenceRate("ref-7", 0.221, 5_120, 0.241),
        "blind_below": 0.31,
        "onset_ms": NOW_MS - 29 * DAY_MS,
        "previous": Verdict.SUSPECT,
        "blame": Blame("revision", "concurrent", "it is worse than its former revision serving at the same time"),
        "rollout_ms": RELEASE_MS,
        "former": "r1",
    }
    return StreamVerdict(**{**known, **changed})


def group(revision: str, attribute: str, subgroup: str, counts: WindowCounts) -> GroupView:
    return GroupView(revision, attribute, subgroup, {"28d": counts})


def doubled(counts: WindowCounts) -> WindowCounts:
    return WindowCounts(**{name: 2 * getattr(counts, name) for name in WindowCounts.__slots__})


def model(
    *verdicts: StreamVerdict,
    women: WindowCounts = COUNTS,
    former: WindowCounts = COUNTS,
    facts: Mapping[str, Any] | None = None,
    data: Mapping[str, Any] | None = None,
    **changed: Any,
) -> ModelView:
    """A model of which this is said; men are as many as women."""
    groups = [
        one
        for revision, counts in (("r1", former), ("r2", women))
        for one in (
            group(revision, "overall", "overall", doubled(counts)),
            group(revision, "sex", "female", counts),
            group(revision, "sex", "male", counts),
        )
    ]
    known: Said = {
        "model": "readmission",
        "mode": "auto",
        "windows": (WindowView("28d", NOW_MS - 28 * DAY_MS, NOW_MS, exact=True),),
        "groups": tuple(groups),
        "verdicts": verdicts or (said(),),
        "revisions": {"r1": (), "r2": ("serving",)},
        "attribute_values": {},
        "pending": 0,
        "expired": {},
        "corrections": {},
        "labels_late": (Tallied(0), Tallied(0)),
        "label_ages": (),
        "false_alarm_budget": {"page": 1.0, "watch": 13.0},
        "evidence_thresholds": {},
        "limits": {"label_maturity": (0.9, "ratio")},
        "min_cell": 11,
        "series_limit": 1_000,
        "for_feed": for_feed(facts or {}, data or {}),
    }
    return ModelView(**{**known, **changed})


def for_feed(facts: Mapping[str, Any], data: Mapping[str, Any]) -> ForFeed:
    state: Said = {
        "watermark_ms": NOW_MS - 600_000,
        "lag_records": 12,
        "rejected": 0.0004,
        "coverage": True,
        "positions": {"readmission.inference": (81_233, 80_911)},
    }
    revisions = {
        name: RevisionView(
            Identity((DIGESTS[name],), (TEMPLATES[name],)), NOW_MS - days * DAY_MS, NOW_MS - DAY_MS, RevisionFacts()
        )
        for name, days in (("r1", 75), ("r2", 30))
    }
    known: Said = {
        "rules_hash": "d" * 64,
        "timing_may_act": False,
        "labels": (4_000, 3_000),
        "data": DataView(**{**state, **data}),
        "revisions": revisions,
        "cells": "sha256:" + "c" * 64,
    }
    return ForFeed(**{**known, **facts})


def with_revision(name: str, change: Callable[[RevisionView], RevisionView]) -> dict[str, RevisionView]:
    """The revisions of a view, one of them changed."""
    known = dict(for_feed({}, {}).revisions)
    return {**known, name: change(known[name])}


def view(*models: ModelView) -> View:
    return View(published_ms=NOW_MS, version="1.4.0", models=models or (model(),))


def plain(text: bytes) -> Said:
    """A record as any program reads it."""
    found: Said = msgspec.json.decode(text)
    return found
