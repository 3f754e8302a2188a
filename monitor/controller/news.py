"""What the feed says of revisions themselves, as the ledger keeps it: written when it is news.

In the way of an event: step 12, every cycle. Pure.
"""

from collections.abc import Iterator
from typing import Any

from monitor.acting.attribution import why_unattributed
from monitor.acting.hearing import is_in_date
from monitor.acting.known_good import DAY_MS, SERVED_MS, Record
from monitor.acting.records import RevisionRecord, milliseconds
from monitor.controller.moment import Moment


def news(moment: Moment) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each M of which the feed says something the ledger does not know, and the details of the entry about it."""
    if moment.sight is None:
        return
    for model in moment.names:
        known = moment.book.ledger.record(model)
        said = _of_itself(moment, model, known)
        if not known.was_degraded and _is_degraded(moment, model):
            said |= {"degraded": True}
        if said:
            yield model, said


def _of_itself(moment: Moment, model: str, known: Record) -> dict[str, Any]:
    record = moment.revision_record_of(model)
    if record is None or not is_in_date(record, moment.now_ms) or not _is_news(record, known):
        return {}
    return {
        "revision": record.revision,
        "first_served_ms": milliseconds(record.first_served),
        "last_served_ms": milliseconds(record.last_served),
        "baseline": record.baseline,
        "cleared": record.cleared,
        "undetermined": list(record.undetermined),
        "own": record.own,
    }


def _is_news(record: RevisionRecord, known: Record) -> bool:
    """Time that goes on is news once a day, and when it makes a week."""
    served_ms = milliseconds(record.last_served) - milliseconds(record.first_served)
    last_ms = known.last_served_ms
    return (
        last_ms is None
        or milliseconds(record.last_served) - last_ms >= DAY_MS
        or known.served_ms < SERVED_MS <= served_ms
        or (record.baseline, record.cleared, record.undetermined, record.own)
        != (known.baseline, known.cleared, known.undetermined, known.own)
    )


def _is_degraded(moment: Moment, model: str) -> bool:
    if moment.sight is None:
        return False
    return any(
        one.verdict == "DEGRADED"
        and is_in_date(one, moment.now_ms)
        and why_unattributed(one, model, moment.sight.known) is None
        for one in moment.records_of(model)
    )
