"""States that wait for the feed: what it says of the revision an incident is about.

In the way of an event: step 12, for `observing`, `suspected`, `attributing`, `undecided`, `population_shift`. Pure.
"""

from collections.abc import Collection
from typing import Any

import msgspec

from monitor.acting.blame_signals import level_signal
from monitor.acting.entries import Kind
from monitor.acting.incidents import Incident
from monitor.acting.policy import Signal, State
from monitor.acting.records import StreamRecord
from monitor.acting.watching import Stream, Watched, leading, signal
from monitor.controller.moment import Moment
from monitor.controller.said import NOTHING, Said

STATES = (State.OBSERVING, State.SUSPECTED, State.ATTRIBUTING, State.UNDECIDED, State.POPULATION_SHIFT)


def watched(moment: Moment, incident: Incident, recovered: Collection[Stream]) -> Said:
    """What one of these states is given.

    Parameters
    ----------
    recovered
        Streams that stood better since a person acknowledged the incident: news of them opens it again.
    """
    noted = moment.noted(incident)
    records = moment.records_of(incident.model_identity)
    if not incident.is_open:
        if moment.target.mode == "observe":
            return NOTHING
        if noted.acknowledged_ms is not None:
            records = tuple(one for one in records if one.stream not in noted.concerned or one.stream in recovered)
    lead = leading(records, moment.now_ms)
    doubt = moment.doubt(incident) if incident.is_open else None
    why = "the feed says nothing of it" if lead is None else moment.why_unattributed(incident, lead)
    if incident.state is State.UNDECIDED and _is_overridden(moment, incident):
        return Said(Signal.OVERRIDE, why="a person asked for a plan")
    seen = Watched(
        records=records,
        concerned=noted.concerned,
        is_attributed=None if moment.sight is None else why is None,
        since_ms=incident.since_ms,
        now_ms=moment.now_ms,
        serves_another=moment.sight is not None and moment.sight.model_identity != incident.model_identity,
        has_ended_twice=incident.has_ended_twice,
        is_carried=doubt is None,
    )
    said = signal(
        incident.state,
        seen,
        timing_may_act=moment.target.timing_may_act,
        decision_ms=moment.target.limits.decision_ms,
    )
    if said is None:
        return NOTHING
    details = _details(moment, incident, records, lead)
    if said is not Signal.NO_DATA:
        return Said(said, details=details)
    if doubt is not None:
        details["is_transient"] = True  # the data are waited for: that is no ending
    return Said(said, doubt, why=why or ("" if doubt is None else str(doubt)), details=details)


def alarmed(records: Collection[StreamRecord], now_ms: int) -> list[list[str]]:
    """Streams at watch level or worse, as details of an entry."""
    levels = (Signal.WATCH, Signal.PAGE)
    return [list(one.stream) for one in records if level_signal(one, now_ms) in levels]


def evidence(record: StreamRecord | None) -> dict[str, Any]:
    """A record as heard, as details of an entry: what the disclosure gate withheld is not in it either."""
    return {} if record is None else {"record": msgspec.to_builtins(record)}


def _details(
    moment: Moment, incident: Incident, records: Collection[StreamRecord], lead: StreamRecord | None
) -> dict[str, Any]:
    said: dict[str, Any] = {"concerned": alarmed(records, moment.now_ms), **evidence(lead)}
    if not incident.is_open and moment.sight is not None:
        since = moment.book.serving_since(moment.sight.uid)
        if since is not None:
            said |= {"epoch": since.epoch, "epoch_start_ms": since.start_ms}
        said["revision"] = "" if lead is None else lead.revision
    return said


def _is_overridden(moment: Moment, incident: Incident) -> bool:
    """Whether a person asked for a plan since this state was entered."""
    for entry in reversed(moment.book.of_incident(incident.id)):
        if entry.kind is Kind.OVERRIDDEN:
            return True
        if entry.state is not None:
            return False
    return False
