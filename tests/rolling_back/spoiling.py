"""From a way of being blind, said of a situation, to the record that the monitor would then send.

The ways are those of `tests.acting_safely.blindness`; their times are moved to the story's.
"""

from datetime import datetime
from typing import Any

import msgspec

from monitor.acting.records import StreamRecord
from tests.acting_safely import blindness
from tests.acting_safely.situations import situation
from tests.acting_safely.worlds import NOW_MS, moment

VALID_MS = 900_000
"""How long the record of a story is still valid, when it is said."""


def touches_the_record(spoil: blindness.Spoil) -> bool:
    """Whether a way of being blind changes or takes away the record."""
    before = situation()
    after = spoil(before)
    return after.record is None or after.record != before.record


def spoiled(harm: StreamRecord, spoils: list[blindness.Spoil]) -> StreamRecord | None:
    """The record of harm, spoiled in these ways; None if one takes it away."""
    before, now = situation().record, situation()
    for one in spoils:
        now = one(now)
    if now.record is None or before is None:
        return None
    shift_ms = _ms(harm.valid_until) - NOW_MS - VALID_MS
    changed = _changes(before, now.record, shift_ms)
    for part in ("data", "window"):
        if part in changed:
            below = _changes(getattr(before, part), changed[part], shift_ms)
            changed[part] = msgspec.structs.replace(getattr(harm, part), **below)
    return msgspec.structs.replace(harm, **changed)


def _changes(before: msgspec.Struct, after: msgspec.Struct, shift_ms: int) -> dict[str, Any]:
    names = [name for name in after.__struct_fields__ if getattr(after, name) != getattr(before, name)]
    return {name: _moved(getattr(after, name), shift_ms) for name in names}


def _moved(value: Any, shift_ms: int) -> Any:
    return moment(_ms(value) + shift_ms) if isinstance(value, datetime) else value


def _ms(time: datetime) -> int:
    return round(time.timestamp() * 1000)
