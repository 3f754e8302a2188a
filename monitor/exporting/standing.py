"""Where every stream of a model stands now, worst first, in numbers that may be shown.

Way of an event: step 9; tables, `status` and summaries read it. Pure.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from monitor.exporting.drift_shown import drift_record, drift_shown
from monitor.exporting.gate import gate
from monitor.exporting.moments import rfc3339
from monitor.exporting.rates import Cases, Estimate, cases, rate, shows_evidence
from monitor.exporting.reference_shown import shown_verdict
from monitor.exporting.view import ModelView
from monitor.judging.annotating.drift import DriftScore
from monitor.judging.verdict import Evidence, StreamVerdict


@dataclass(frozen=True, slots=True)
class Standing:
    """One stream: its verdict, and of the longest published window the cases, the rate and the evidence.

    `found`, `estimate` and `evidence`, the strongest, are None where the gate withholds them; `estimate` without
    samples, `evidence` without data, too. `detectors` is the evidence of each, `drift` what statistics of drift say of
    the subgroup; both empty where they are withheld. `reached` is the highest level that any of the evidence is at,
    empty below watch: as little withheld as the verdict is.
    """

    said: StreamVerdict
    found: Cases | None
    estimate: Estimate | None
    evidence: Evidence | None
    detectors: tuple[Evidence, ...] = ()
    reached: str = ""
    drift: tuple[DriftScore, ...] = ()


def reached(evidence: Sequence[Evidence]) -> str:
    """The highest level that any of the evidence is at: rollback, page, watch, or empty.

    >>> reached([Evidence("reference", 9.0, 8.0, 10.0, 0.1, 5), Evidence("gap", None, 8.0, None, 0.1, 0)])
    'watch'
    """
    for level in ("rollback", "page", "watch"):
        for one in evidence:
            nats = getattr(one, level)
            if one.log_e is not None and nats is not None and one.log_e >= nats:
                return level
    return ""


def strongest(evidence: Sequence[Evidence]) -> Evidence | None:
    """The evidence that is furthest on its way to its watch level; None without data.

    >>> strongest([Evidence("reference", 2.0, 8.0, 10.0, 0.1, 5), Evidence("gap", None, 8.0, None, 0.1, 0)]).detector
    'reference'
    """
    speaking = [(one.log_e - one.watch, one) for one in evidence if one.log_e is not None]
    return max(speaking, key=lambda pair: pair[0])[1] if speaking else None


def next_level(evidence: Evidence) -> float:
    """The level, in nats, that evidence has still to reach; the last one it has reached where there is no further.

    Against a reference that is first watch, then page; against a former revision watch, then rollback.

    >>> [next_level(Evidence("reference", log_e, 8.0, 10.0, 0.1, 5)) for log_e in (None, 7.9, 8.1, 12.0)]
    [8.0, 8.0, 10.0, 10.0]
    """
    has_watch = evidence.log_e is not None and evidence.log_e >= evidence.watch
    further = evidence.page if evidence.rollback is None else evidence.rollback
    return further if has_watch and further is not None else evidence.watch


def badness(said: StreamVerdict) -> tuple[int, float]:
    """Sorts streams: by verdict, then by evidence against its watch level; the smallest is the worst."""
    found = strongest(said.evidence)
    margin = float("inf") if found is None or found.log_e is None else found.watch - found.log_e
    return -said.verdict, margin


def standings(model: ModelView) -> tuple[Standing, ...]:
    """All streams of a model, the worst first."""
    windows = {window.name: window.end_ms - window.start_ms for window in model.windows}
    longest = max(windows, key=windows.__getitem__, default="")
    groups = {(group.revision, group.attribute, group.subgroup): group for group in gate(model).groups}
    drift = {key: drift_shown(model, group) for key, group in groups.items()}
    rows = []
    for said in sorted(model.verdicts, key=badness):
        key = (said.revision, said.attribute, said.subgroup)
        shown = groups[key].windows if key in groups else {}
        found = cases(said.metric, shown[longest]) if longest in shown else None
        open_to_all = bool(shown) and all(shows_evidence(said.metric, one) for one in shown.values())
        detectors = said.evidence if open_to_all else ()
        estimate, level = rate(found) if found else None, reached(said.evidence)
        shown_said = shown_verdict(said, model.min_cell)
        rows.append(Standing(shown_said, found, estimate, strongest(detectors), detectors, level, drift.get(key, ())))
    return tuple(rows)


def evidence_record(evidence: Evidence) -> dict[str, Any]:
    """Evidence for programs; without the levels that its detector has not.

    >>> sorted(evidence_record(Evidence("revision_effect", 2.0, 8.0, None, 0.1, 5, 90, rollback=10.5, against="r1")))
    ['against', 'detector', 'events', 'log_e', 'panes', 'rollback', 'watch', 'weight']
    """
    found = {name: value for name, value in asdict(evidence).items() if value is not None}
    return {"detector": evidence.detector, "log_e": None} | found


def rounded_need(still_needed: int | None) -> int | None:
    """Cases that a reference lacks, up to the next ten: exactly, they would tell how few it has.

    >>> rounded_need(7), rounded_need(None)
    (10, None)
    """
    return None if still_needed is None else -(-still_needed // 10) * 10


def standing_record(standing: Standing) -> dict[str, Any]:
    """A standing for programs; what is withheld is None."""
    said, found, estimate, evidence = standing.said, standing.found, standing.estimate, standing.evidence
    return {
        "model": said.model,
        "revision": said.revision,
        "attribute": said.attribute,
        "subgroup": said.subgroup,
        "metric": said.metric,
        "verdict": said.verdict.name,
        "previous": None if said.previous is None else said.previous.name,
        "reasons": list(said.reasons),
        "since": rfc3339(said.since_ms),
        "onset": None if said.onset_ms is None else rfc3339(said.onset_ms),
        "cases": found.k if found else None,
        "samples": found.n if found else None,
        "rate": None if estimate is None else estimate._asdict(),
        "reference": None if said.reference is None else asdict(said.reference),
        "reference_needs": rounded_need(said.still_needed),
        "blind_below": said.blind_below,
        "evidence": None if evidence is None else evidence_record(evidence),
        "reached": standing.reached or None,
        "detectors": [evidence_record(one) for one in standing.detectors],
        "drift": [drift_record(one) for one in standing.drift],
        "cleared": said.cleared,
        "blame": None if said.blame is None else asdict(said.blame) | {"cannot_tell": said.blame.limits},
        "rollout": None if said.rollout_ms is None else rfc3339(said.rollout_ms),
        "former": said.former,
    }
