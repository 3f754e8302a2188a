"""What goes wrong on the way to the monitor: duplicates, corrections, late records, and records that are none.

Beside the way of an event: between `draws` and the order of arrival. Drawn apart from the cases, which stay the same.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np

from monitor.simulating.malformed import FORMS
from monitor.simulating.scenario import DAY_MS, Faults

TRANSPORT_MS: Final = 60_000
"""Longest way of a record that arrives in time."""

ALLOWED_LATENESS_HOURS: Final = 6
LATE_BY_DAYS: Final = (1.0, 3.0)
CORRECTED_AFTER_DAYS: Final = (1.0, 3.0)
_REPEATED_WITHIN_MS: Final = 3_600_000


class Draft(NamedTuple):
    """A record before it is written: when it arrives, on what, under which key, and what it says."""

    time_ms: int
    role: str
    key: str
    body: dict[str, Any]


class Arrival(NamedTuple):
    """A record as it arrives; ordered by time, role, key and value."""

    time_ms: int
    role: str
    key: bytes
    value: bytes


def written(draft: Draft) -> Arrival:
    """The record of a draft, as flat JSON."""
    return Arrival(draft.time_ms, draft.role, draft.key.encode(), msgspec.json.encode(draft.body))


def damaged(drafts: Sequence[Draft], faults: Faults, rng: np.random.Generator) -> Iterator[Arrival]:
    """The records of one day's cases with everything that goes wrong with them; in no order.

    A corrected outcome is wrong at first and right in the end; a late one is right, and late whatever its label. A
    record that is none comes in addition to the one it was made from, so what is true stays true.

    Parameters
    ----------
    drafts
        As they would arrive if nothing took any time.
    """
    fates = rng.random((len(drafts), 2))
    sizes = rng.random((len(drafts), 4))
    forms = rng.integers(0, 2**31, len(drafts))
    for draft, (fate, other), (way, size, wait, spot), form in zip(
        drafts, fates.tolist(), sizes.tolist(), forms.tolist(), strict=True
    ):
        arriving = draft._replace(time_ms=draft.time_ms + int(way * TRANSPORT_MS))
        if draft.role == "outcome" and fate < faults.late:
            arriving = arriving._replace(time_ms=arriving.time_ms + _between(LATE_BY_DAYS, size))
        elif draft.role == "outcome" and fate < faults.late + faults.corrections:
            wait_ms = _between(CORRECTED_AFTER_DAYS, size)
            right = {**draft.body, "event_time": draft.body["event_time"] + wait_ms}
            yield written(arriving._replace(time_ms=arriving.time_ms + wait_ms, body=right))
            arriving = arriving._replace(body={**draft.body, "label": 1 - draft.body["label"]})
        yield written(arriving)
        if other < faults.duplicates:
            yield written(arriving._replace(time_ms=arriving.time_ms + int(wait * _REPEATED_WITHIN_MS)))
        elif other < faults.duplicates + faults.malformed:
            made = FORMS[draft.role][form % len(FORMS[draft.role])].make(arriving.body)
            yield Arrival(arriving.time_ms + int(spot * TRANSPORT_MS), draft.role, draft.key.encode(), made)


def _between(days: tuple[float, float], share: float) -> int:
    low, high = days
    return int((low + share * (high - low)) * DAY_MS)
