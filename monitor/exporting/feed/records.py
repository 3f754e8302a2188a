"""The two kinds of record of the verdict feed, as JSON objects without their number and times.

Way of an event: step 10; `acting.records` reads them. Pure. What the gate withholds is None, and its path (a JSON
pointer) stands in `suppressed`.
"""

from dataclasses import asdict
from typing import Any, Final

from monitor.counting.lattice import OVERALL
from monitor.exporting.feed.blocks import Block
from monitor.exporting.feed.facts import Identity, rule_version
from monitor.exporting.feed.standing import FeedModel
from monitor.exporting.gate import GatedCounts
from monitor.exporting.moments import rfc3339
from monitor.exporting.rates import RATES, Cases, Estimate, cases, gap, rate
from monitor.exporting.reference_shown import shown_reference
from monitor.exporting.standing import evidence_record, reached
from monitor.exporting.view import WindowView
from monitor.judging.verdict import ReferenceRate, StreamVerdict, Verdict

Json = dict[str, Any]

V: Final = 1
PER: Final = "91d"
_NO_NUMBERS: Final = {"value": None, "lower": None, "upper": None}


def moment(ms: int | None) -> str | None:
    """A moment as text; None stays None."""
    return None if ms is None else rfc3339(ms)


class Withheld:
    """Collects the paths of what is withheld from one record."""

    def __init__(self) -> None:
        self.paths: list[str] = []

    def all_of(self, place: str, record: Json, *names: str) -> Json:
        """The record with these fields None, noted."""
        self.paths += [f"/{place}/{name}" for name in names]
        return record | dict.fromkeys(names)


def stream_body(model: FeedModel, window: WindowView, said: StreamVerdict, blocks: tuple[Block, ...]) -> Json:
    """What is said of one stream.

    Parameters
    ----------
    window
        The published window the rate stands for.
    blocks
        Everything that forbids acting on it.
    """
    withheld, facts = Withheld(), model.facts
    known = model.shown.get((said.revision, said.attribute, said.subgroup), {})
    counts = known.get(window.name, GatedCounts())
    everyone = model.shown.get((said.revision, OVERALL, OVERALL), {}).get(window.name, GatedCounts())
    is_open = all(cases(said.metric, one) is not None for one in known.values()) and bool(known)
    return {
        **_revision_named(said.model, said.revision, model.identity(said.revision)),
        "attribute": said.attribute,
        "subgroup": said.subgroup,
        "metric": said.metric,
        "verdict": said.verdict.name,
        "previous": None if said.previous is None else said.previous.name,
        "reasons": list(said.reasons),
        "since": rfc3339(said.since_ms),
        "rollout": moment(said.rollout_ms),
        "former": said.former,
        "onset": moment(said.onset_ms),
        "onset_after_rollout": _is_after(said.onset_ms, said.rollout_ms),
        "blame": None if said.blame is None else said.blame.cause,
        "blame_by": None if said.blame is None else said.blame.by,
        "blind_below": said.blind_below,
        "window": _window(window, counts, withheld, is_exact="inexact" not in blocks),
        "rate": _rate(said.metric, counts, withheld),
        "gap": _gap(said, counts, everyone, model.view.min_cell, withheld),
        "reference": _reference(said.reference, model.view.min_cell, withheld),
        "evidence": _evidence(said, withheld, is_open=is_open),
        "budget": {
            "per": PER,
            "false_alarms": model.view.false_alarm_budget.get("page"),
            "streams": model.streams,
        },
        "data": {
            "watermark": rfc3339(facts.data.watermark_ms),
            "lag_records": facts.data.lag_records,
            "rejected": facts.data.rejected,
            "coverage": facts.data.coverage,
            "positions": {topic: list(offsets) for topic, offsets in facts.data.positions.items()},
        },
        "cells": facts.cells if said.verdict == Verdict.DEGRADED else "",
        "suppressed": withheld.paths,
        "rule_version": rule_version(facts.rules_hash),
        "may_act": not blocks,
        "blocked_by": list(blocks),
    }


def _revision_named(model: str, revision: str, identity: Identity) -> Json:
    return {
        "model": model,
        "revision": revision,
        "model_digest": identity.model_digest,
        "pod_template_hashes": list(identity.pod_template_hashes),
    }


def _is_after(onset_ms: int | None, rollout_ms: int | None) -> bool | None:
    return None if onset_ms is None or rollout_ms is None else onset_ms >= rollout_ms


def _window(window: WindowView, counts: GatedCounts, withheld: Withheld, *, is_exact: bool) -> Json:
    record = {
        "name": window.name,
        "start": rfc3339(window.start_ms),
        "end": rfc3339(window.end_ms),
        "exact": is_exact,
        "completeness": None,
    }
    if counts.n is None or counts.n_labelled is None:
        return withheld.all_of("window", record, "completeness")
    return record | {"completeness": counts.n_labelled / counts.n if counts.n else None}


def _rate(metric: str, counts: GatedCounts, withheld: Withheld) -> Json:
    found = cases(metric, counts)
    record: Json = {"cases": None, "samples": None, **_NO_NUMBERS, "method": "wilson95"}
    if found is None:
        return withheld.all_of("rate", record, *list(record)[:-1]) if metric in RATES else record
    return record | {"cases": found.k, "samples": found.n} | _estimate(rate(found))


def _estimate(found: Estimate | None) -> Json:
    return _NO_NUMBERS if found is None else found._asdict()


def _gap(
    said: StreamVerdict, counts: GatedCounts, everyone: GatedCounts, min_cell: int, withheld: Withheld
) -> Json | None:
    """None of everybody, and of a metric without a published rate."""
    if said.attribute == OVERALL or said.metric not in RATES:
        return None
    record: Json = {"rest": None, **_NO_NUMBERS, "method": "newcombe95"}
    found, of_all = cases(said.metric, counts), cases(said.metric, everyone)
    if found is None or of_all is None:
        return withheld.all_of("gap", record, *list(record)[:-1])
    rest = Cases(of_all.k - found.k, of_all.n - found.n)
    if not found.n or rest.n <= 0:
        return record
    estimate = gap(found, of_all, min_cell)
    if estimate is None:
        return withheld.all_of("gap", record, *list(record)[:-1])
    return record | {"rest": rest.k / rest.n} | _estimate(estimate)


def _reference(known: ReferenceRate | None, min_cell: int, withheld: Withheld) -> Json | None:
    if known is None:
        return None
    may = shown_reference(known, min_cell)
    record = asdict(known if may is None else may)
    return withheld.all_of("reference", record, "value", "samples", "tolerated") if may is None else record


def _evidence(said: StreamVerdict, withheld: Withheld, *, is_open: bool) -> list[Json]:
    """Evidence moves with every single case: its numbers show only where the cases do, the level it reached always."""
    records = [evidence_record(one) | {"level": reached([one]) or "below"} for one in said.evidence]
    if is_open:
        return records
    return [
        withheld.all_of(f"evidence/{place}", record, "log_e", "panes", "events") for place, record in enumerate(records)
    ]


def revision_body(model: FeedModel, name: str) -> Json:
    """What the ledger of known-good revisions needs to know of one: exact, and never withheld."""
    known = model.facts.revisions[name]
    facts = known.facts
    first_ms = known.first_served_ms if facts.rollout_ms is None else max(known.first_served_ms, facts.rollout_ms)
    return {
        **_revision_named(model.view.model, name, known.identity),
        "first_served": rfc3339(first_ms),
        "last_served": rfc3339(max(first_ms, known.last_served_ms)),
        "rollout": moment(facts.rollout_ms),
        "former": facts.former,
        "baseline": facts.baseline,
        "cleared": facts.cleared,
        "undetermined": list(facts.undetermined),
        "own": facts.own,
        "rule_version": rule_version(model.facts.rules_hash),
    }
