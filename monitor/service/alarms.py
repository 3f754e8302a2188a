"""Alarms that stand until a person acknowledges them, in a file of their own: they outlive the evidence.

Beside step 8. Evidence may be lost, or be of other rules; what was said because of it stays said.
"""

from collections.abc import Iterable

import msgspec

from monitor.judging.stream_names import StreamName
from monitor.ports import StateCorrupt, StateStore


class StandingAlarms:
    """The streams of one model that are held DEGRADED, by name, as they are stored in `store`."""

    def __init__(self, store: StateStore) -> None:
        self._store = store
        self._stored: set[StreamName] = set()
        self._not_judged: set[StreamName] = set()

    def load(self) -> set[StreamName]:
        """Those that stood when they were stored; none if the file cannot be trusted."""
        try:
            stored = self._store.load()
            if stored is not None and stored.slices:
                self._stored = set(msgspec.msgpack.decode(stored.slices[0], type=list[StreamName]))
        except (StateCorrupt, msgspec.MsgspecError):
            self._store.clear()
        return self._stored

    def leave_out(self, not_judged: Iterable[StreamName]) -> None:
        """Note which of them the settings do not let be judged any more; they come back with their streams."""
        self._not_judged = set(not_judged)

    def commit(self, latched: Iterable[StreamName]) -> None:
        """Store those that stand now, if others stood before. `OSError` if the disk refuses."""
        standing = {*latched, *self._not_judged}
        if standing != self._stored:
            self._store.commit(b"", (0, msgspec.msgpack.encode(sorted(standing))), closes_cycle=True)
            self._stored = standing

    def close(self) -> None:
        """Close the store."""
        self._store.close()
