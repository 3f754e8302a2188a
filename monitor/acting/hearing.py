"""What was heard from the feed last: the newest record of each stream and of each revision.

Way of an event: step 11. The feed repeats and may be replayed, so a record that is not newer changes nothing. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from monitor.acting.records import Record, RevisionRecord, StreamRecord, milliseconds

StreamKey = tuple[str, str, str, str, str]

SKEW_MS: Final = 60_000
"""How far the monitor's clock may be ahead of ours; beyond it a record is from nowhere."""


@dataclass(frozen=True, slots=True)
class Heard:
    """The newest record of each stream and revision.

    >>> Heard().streams_of("readmission", "r42", now_ms=0)
    ()
    """

    streams: Mapping[StreamKey, StreamRecord] = field(default_factory=dict)
    revisions: Mapping[tuple[str, str], RevisionRecord] = field(default_factory=dict)
    newest_seq: int = -1

    def take(self, record: Record) -> "Heard":
        """With this record, if it is newer than the one it replaces; else the same value."""
        if isinstance(record, RevisionRecord):
            name = (record.model, record.revision)
            known = self.revisions.get(name)
            if known is not None and record.seq <= known.seq:
                return self
            grown = replace(self, revisions={**self.revisions, name: record})
        else:
            key = (record.model, record.revision, *record.stream)
            before = self.streams.get(key)
            if before is not None and record.seq <= before.seq:
                return self
            grown = replace(self, streams={**self.streams, key: record})
        return replace(grown, newest_seq=max(self.newest_seq, record.seq))

    def streams_of(self, model: str, revision: str, now_ms: int) -> tuple[StreamRecord, ...]:
        """Standing records of a revision, in the order of their streams; those past their time are left out."""
        return tuple(
            record
            for key, record in sorted(self.streams.items())
            if key[:2] == (model, revision) and is_in_date(record, now_ms)
        )


def is_in_date(record: Record, now_ms: int) -> bool:
    """Whether a record may still be acted on: issued, and not past `valid_until`."""
    return milliseconds(record.issued_at) <= now_ms + SKEW_MS and now_ms < milliseconds(record.valid_until)
