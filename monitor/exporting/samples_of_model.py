"""Samples of one model, from what the gate releases.

Way of an event: step 9; `collector` calls it. Pure.
"""

from collections.abc import Mapping
from itertools import product

from monitor.counting.lattice import OVERALL
from monitor.exporting import catalogue as c
from monitor.exporting.collected import Collected, number
from monitor.exporting.drift_shown import drift_shown
from monitor.exporting.gate import GatedCounts, GatedGroup, GatedModel
from monitor.exporting.rates import cases, gap, rate, shows_evidence
from monitor.exporting.standing import rounded_need
from monitor.exporting.view import ModelView
from monitor.judging.blame import CAUSES
from monitor.judging.incidents import incidents
from monitor.judging.verdict import StreamVerdict, Verdict

MODES = ("observe", "shadow", "approve", "auto")


def add_model(out: Collected, model: ModelView) -> None:
    """What is said of the model as a whole; `model` is the gate's `rest`."""
    name = model.model
    for (attribute, kind), values in model.attribute_values.items():
        out.add(c.ATTRIBUTE_VALUES, (name, attribute, kind), values.ever)
        out.add(c.ATTRIBUTE_VALUES_RETRACTED, (name, attribute, kind), values.taken_back)
    for actual, late in enumerate(model.labels_late):
        out.add(c.LABELS_LATE, (name, str(actual)), late.ever)
    out.add(c.PENDING, (name,), model.pending)
    for revision in model.revisions:
        out.add(c.EXPIRED, (name, revision), model.expired.get(revision, 0))
        corrections = model.corrections.get(revision)
        out.add(c.CORRECTIONS, (name, revision), 0 if corrections is None else corrections.ever)
    for edge, n in model.label_ages:
        out.add(c.LABEL_AGE, (name, number(edge)), n)
    if model.label_ages:
        out.add(c.LABEL_AGE, (name, "+Inf"), model.label_ages[-1][1])
    for level, alarms in model.false_alarm_budget.items():
        out.add(c.BUDGET, (name, level), alarms)
    for (attribute, metric, detector, level), nats in model.evidence_thresholds.items():
        out.add(c.THRESHOLD, (name, attribute, metric, detector, level), nats)
    for window in model.windows:
        out.add(c.WINDOW_END, (name, window.name), window.end_ms / 1_000)
        out.add(c.WINDOW_EXACT, (name, window.name), window.exact)
    for revision, role in ((r, role) for r, roles in model.revisions.items() for role in roles):
        out.add(c.REVISION_INFO, (name, revision, role), 1)
    for mode in MODES:
        out.add(c.MODE, (name, mode), mode == model.mode)
    for limit, (value, unit) in model.limits.items():
        out.add(c.LIMIT_SECONDS if unit == "seconds" else c.LIMIT_RATIO, (name, limit), value)
    worst: dict[str, Verdict] = {}
    for verdict in model.verdicts:
        worst[verdict.revision] = max(verdict.verdict, worst.get(verdict.revision, verdict.verdict))
    for revision, state in worst.items():
        _add_state(out, c.MODEL_VERDICT, (name, revision), state)
    causes: dict[str, set[str]] = {}
    for incident in incidents(model.verdicts):
        causes.setdefault(incident.revision, set()).add(incident.blame.cause)
    for revision, found in causes.items():
        for cause in CAUSES:
            out.add(c.BLAME, (name, revision, cause), cause in found)


def add_subgroups(out: Collected, model: GatedModel) -> None:
    """What is said of every subgroup and of every stream."""
    name = model.rest.model
    everyone = {group.revision: group.windows for group in model.groups if group.attribute == OVERALL}
    by_stream = {(group.revision, group.attribute, group.subgroup): group for group in model.groups}
    for group in model.groups:
        labels = (name, group.revision, group.attribute, group.subgroup)
        _add_totals(out, labels, group)
        for window, counts in group.windows.items():
            _add_shares(out, labels, window, counts)
            for metric in model.rest.metrics:
                rest = None if group.attribute == OVERALL else everyone[group.revision][window]
                _add_rate(out, (*labels, metric, window), counts, rest, model.rest.min_cell)
        for one in drift_shown(model.rest, group):
            out.add(c.DRIFT_SCORE, (*labels, one.detector), one.value)
            if one.detector == "psi" and one.limit is not None:
                out.add(c.DRIFT_SCORE, (*labels, "psi_limit"), one.limit)
    for verdict in model.rest.verdicts:
        stream = by_stream.get((verdict.revision, verdict.attribute, verdict.subgroup))
        _add_stream(out, verdict, {} if stream is None else stream.windows)


def _add_totals(out: Collected, labels: tuple[str, ...], group: GatedGroup) -> None:
    for predicted, n in enumerate(group.inferences):
        out.add(c.INFERENCES, (*labels, str(predicted)), n)
        out.add(c.INFERENCES_RETRACTED, (*labels, str(predicted)), group.inferences_retracted[predicted])
    for index, cell in enumerate(product("01", repeat=2)):
        out.add(c.LABELLED, (*labels, *cell), group.labelled[index])
        out.add(c.RETRACTED, (*labels, *cell), group.retracted[index])


def _add_shares(out: Collected, labels: tuple[str, ...], window: str, counts: GatedCounts) -> None:
    if not counts.n:
        return
    if counts.n_labelled is not None:
        out.add(c.COMPLETENESS, (*labels, window), counts.n_labelled / counts.n)
    if counts.explained is not None:
        out.add(c.EXPLAINED, (*labels, window, "all"), counts.explained / counts.n)
    if counts.explained_flagged is not None and counts.n_predicted_positive:
        out.add(c.EXPLAINED, (*labels, window, "flagged"), counts.explained_flagged / counts.n_predicted_positive)


def _add_rate(
    out: Collected, labels: tuple[str, ...], counts: GatedCounts, everyone: GatedCounts | None, min_cell: int
) -> None:
    found = cases(labels[4], counts)
    if found is None:
        return
    out.add(c.WINDOW_CASES, labels, found.k)
    out.add(c.WINDOW_SAMPLES, labels, found.n)
    estimate = rate(found)
    if estimate is not None:
        out.add(c.RATE, labels, estimate.value)
        out.add(c.RATE_LOWER, labels, estimate.lower)
        out.add(c.RATE_UPPER, labels, estimate.upper)
    all_cases = None if everyone is None else cases(labels[4], everyone)
    difference = None if all_cases is None else gap(found, all_cases, min_cell)
    if difference is not None:
        out.add(c.GAP, labels, difference.value)
        out.add(c.GAP_LOWER, labels, difference.lower)
        out.add(c.GAP_UPPER, labels, difference.upper)


def _add_stream(out: Collected, said: StreamVerdict, windows: Mapping[str, GatedCounts]) -> None:
    labels = (said.model, said.revision, said.attribute, said.subgroup, said.metric)
    _add_state(out, c.VERDICT, labels, said.verdict)
    if said.reference is not None:
        out.add(c.REFERENCE, labels, said.reference.value)
        out.add(c.TOLERATED, labels, said.reference.tolerated)
    if said.still_needed is not None:
        out.add(c.REFERENCE_NEEDS, labels, float(rounded_need(said.still_needed) or 0))
    if said.blind_below is not None:
        out.add(c.BLIND_BELOW, labels, said.blind_below)
    if said.onset_ms is not None and said.verdict >= Verdict.SUSPECT:
        out.add(c.ONSET, labels, said.onset_ms / 1_000)
    if all(shows_evidence(said.metric, counts) for counts in windows.values()):
        for evidence in said.evidence:
            if evidence.log_e is not None:
                out.add(c.EVIDENCE, (*labels, evidence.detector), evidence.log_e)


def _add_state(out: Collected, series: c.Series, labels: tuple[str, ...], state: Verdict) -> None:
    for one in Verdict:
        out.add(series, (*labels, one.name), one is state)
