"""G5 and G6: whether the data carry a decision, and whether the blame allows one.

Way of an event: steps 12 and 14. Pure. Every comparison is written so that NaN, None and a missing record refuse.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Final

from monitor.acting.attribution import why_another_epoch, why_unattributed
from monitor.acting.guards.refusal import Guard, Number, Refusal
from monitor.acting.guards.situation import Situation
from monitor.acting.hearing import SKEW_MS, is_in_date
from monitor.acting.limits import Limits
from monitor.acting.plan import evidence_digest
from monitor.acting.policy import Signal
from monitor.acting.records import A_PERSON_MAY_ACT, DATA_FAULTS, HARM_METRICS, StreamRecord, milliseconds
from monitor.acting.replica_sets import Revision

REVISION_DETECTORS: Final = ("concurrent_effect", "revision_effect")
"""Detectors whose rollback level stands behind blame on a revision."""


def data(now: Situation) -> Refusal | None:
    """G5: the record is in date, speaks of what runs, names no fault of the data, and its figures are in limits."""
    about = About(now.plan.judged_model, now.known, now.epoch_start_ms, now.pane_ms)
    return data_of(now.record, about, now.limits, now.now_ms)


@dataclass(frozen=True, slots=True)
class About:
    """What a record must speak of: an M, among present revisions, since its epoch began (None: before we looked)."""

    model_identity: str
    known: Sequence[Revision]
    epoch_start_ms: int | None
    pane_ms: int


def data_of(record: StreamRecord | None, about: About, limits: Limits, now_ms: int) -> Refusal | None:
    """What G5 says of a record before there is a plan: nobody is condemned on data that no plan may rest on."""
    if record is None:
        return _doubt("the feed says nothing of it", {})
    if not is_in_date(record, now_ms):
        return _doubt("the feed's record is out of date", {"age_ms": now_ms - milliseconds(record.issued_at)})
    faults = sorted(DATA_FAULTS.intersection(record.blocked_by))
    if faults:
        return _doubt("the monitor says that the data carry no decision", {"blocked_by": ", ".join(faults)})
    unattributed = why_unattributed(record, about.model_identity, about.known) or why_another_epoch(
        record, about.epoch_start_ms, about.pane_ms
    )
    if unattributed is not None:
        return _doubt(unattributed, {"revision": record.revision})
    if not (record.window.exact and record.data.coverage):
        return _doubt("its counts may miss something", {"exact": record.window.exact, "coverage": record.data.coverage})
    return _outside_limits(record, limits, now_ms)


def _outside_limits(record: StreamRecord, limits: Limits, now_ms: int) -> Refusal | None:
    lag, rejected = record.data.lag_records, record.data.rejected
    age_ms = now_ms - milliseconds(record.data.watermark)
    if lag is None or not 0 <= lag <= limits.lag_records:
        return _doubt("the monitor lags", {"lag_records": lag, "limit": limits.lag_records})
    if not -SKEW_MS <= age_ms <= limits.watermark_age_ms:
        return _doubt("the watermark is not of now", {"age_ms": age_ms, "limit_ms": limits.watermark_age_ms})
    if not 0 <= rejected <= limits.rejected:
        return _doubt("too many events were rejected", {"rejected": rejected, "limit": limits.rejected})
    return None


def _doubt(why: str, numbers: dict[str, Number]) -> Refusal:
    return Refusal(Guard.DATA, why, numbers, Signal.NO_DATA)


def blame(now: Situation) -> Refusal | None:
    """G6: a revision is to blame, on a rate of harm, by evidence at rollback level; the monitor lets it be acted on."""
    record = now.record
    if record is None:
        return Refusal(Guard.BLAME, "nobody is blamed", {}, Signal.NO_DATA)
    numbers: dict[str, Number] = {"blame": record.blame, "by": record.blame_by, "verdict": record.verdict}
    if record.blame == "population":
        return Refusal(Guard.BLAME, "the population is to blame", numbers, Signal.POPULATION)
    if record.blame != "revision" or record.blame_by is None:
        return Refusal(Guard.BLAME, "no revision is to blame", numbers, Signal.NO_DATA)
    if record.verdict != "DEGRADED" or record.metric not in HARM_METRICS:
        numbers["metric"] = record.metric
        return Refusal(Guard.BLAME, "it harms nobody at rollback level", numbers, Signal.NO_DATA)
    if not _is_at_rollback(record):
        return Refusal(Guard.BLAME, "its evidence is not at rollback level", _evidence(record), Signal.NO_DATA)
    forbidding = sorted(set(record.blocked_by) - A_PERSON_MAY_ACT)
    if forbidding or (not record.may_act and not record.blocked_by):
        numbers["blocked_by"] = ", ".join(forbidding)
        return Refusal(Guard.BLAME, "the monitor forbids acting on it", numbers, Signal.NO_DATA)
    if now.plan.by != "person" and evidence_digest(record) != now.plan.evidence:
        return Refusal(Guard.BLAME, "the evidence changed since the plan", numbers, Signal.CHANGED)
    return None


def _is_at_rollback(record: StreamRecord) -> bool:
    """A number that is shown is compared; of one that the disclosure gate withheld, the monitor says the level."""
    held = [one for one in record.evidence if one.detector in REVISION_DETECTORS and one.rollback is not None]
    finite = all(isfinite(one.log_e or 0.0) and isfinite(one.rollback or 0.0) for one in held)
    return finite and any(
        one.level == "rollback" if one.log_e is None else one.log_e >= (one.rollback or 0.0) for one in held
    )


def _evidence(record: StreamRecord) -> dict[str, Number]:
    return {f"{one.detector}.{name}": getattr(one, name) for one in record.evidence for name in ("log_e", "rollback")}
