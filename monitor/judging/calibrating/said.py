"""What is said of calibration: verdicts in the form of all others, never above SUSPECT.

Way of an event: step 8. Pure.
"""

import numpy as np
from numpy.typing import NDArray

from monitor.judging import table
from monitor.judging.calibrating.calibration import Calibration
from monitor.judging.metrics import CALIBRATION
from monitor.judging.people import People
from monitor.judging.rules import DataState, JudgingRules
from monitor.judging.traffic import Traffic
from monitor.judging.verdict import REFERENCE, Evidence, StreamVerdict, Verdict
from monitor.judging.watch import POOLED

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


def verdicts(
    rules: JudgingRules, people: People, calibration: Calibration, traffic: Traffic, end_ms: int, data: DataState
) -> list[StreamVerdict]:
    """One verdict for each serving revision and single subgroup, in this order; `data.serving` are without shadows."""
    stopped = traffic.labels_stopped()[calibration.groups][None]
    of_data = tuple(sorted(data.flags | data.stale))
    falls = _falls(calibration, traffic, data.serving)
    result: list[StreamVerdict] = []
    for revision, falls_here in zip(data.serving, falls, strict=True):
        nothing = np.zeros(stopped.shape, bool)
        known = table.Known(
            inconclusive=_inconclusive(calibration, revision),
            is_stale=stopped | bool(data.stale),
            at_watch=falls_here & calibration.watched.at(POOLED),
            at_page=nothing,
            at_watch_by_revision=nothing,
            at_rollback=nothing,
        )
        said = table.verdicts(known)
        calibration.history.note(revision, said, end_ms)
        since, before = calibration.history.since_ms(revision)[0], calibration.history.previous(revision)[0]
        for place, group in enumerate(calibration.groups.tolist()):
            subgroup, verdict = people.lattice.subgroups[group], Verdict(int(said[0, place]))
            code = int(known.inconclusive[0, place])
            own = (table.reason(code),) if code and verdict <= Verdict.STALE else ()
            reasons = (*own, table.LABELS_STOPPED, *of_data) if stopped[0, place] else (*own, *of_data)
            previous = Verdict(int(before[place])) if before[place] >= 0 else None
            result.append(
                StreamVerdict(
                    model=rules.model,
                    revision=revision,
                    attribute=subgroup.attribute,
                    subgroup=subgroup.slug,
                    metric=CALIBRATION,
                    verdict=verdict,
                    reasons=reasons,
                    since_ms=int(since[place]),
                    evidence=_evidence(calibration, place),
                    previous=previous,
                )
            )
    return result


def _falls(calibration: Calibration, traffic: Traffic, serving: tuple[str, ...]) -> list[Bools]:
    """Whether an alarm falls on each serving revision: as those of rates do."""
    own = [calibration.watched.at(name) for name in serving]
    if own:
        most = max(range(len(own)), key=lambda place: (traffic.inferences(serving[place]), -place))
        own[most] = own[most] | ~np.any(own, axis=0)
    return own


def _inconclusive(calibration: Calibration, revision: str) -> Ints:
    """Codes of the first reason that holds; 0 for none."""
    blind = calibration.is_blind * table.code(table.BLIND)
    codes = np.where(calibration.has_labels(revision), blind, table.code(table.NO_LABELS_YET))
    codes = np.where(calibration.is_watched, codes, table.code(table.REFERENCE_TOO_SMALL))
    return (codes if calibration.is_tested else np.full_like(codes, table.code(table.REFERENCE_BUILDING)))[None]


def _evidence(calibration: Calibration, place: int) -> tuple[Evidence, ...]:
    if not calibration.is_tested:
        return ()
    evidence, nats = calibration.evidence, float(calibration.evidence.log_m[0, place])
    seen = int(evidence.steps[0, place]), int(evidence.events[0, place])
    levels = float(calibration.watch[0, place]), None, float(calibration.weight[0, place])
    return (Evidence(REFERENCE, None if nats == -np.inf else nats, *levels, *seen),)
