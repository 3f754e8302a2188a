"""A log and its anchors in memory, through restarts of the controller that keeps it."""

from monitor.acting.entries import Entry, Kind
from monitor.controller.trail import Signing, Trail
from monitor.simulating.audit import MemoryAnchors, MemoryAuditStore
from tests.acting_safely.keys import Key, ed25519_check
from tests.acting_safely.logs import ORIGIN

KEY = Key(ORIGIN, 1)
SIGNING = Signing(KEY.public, KEY.sign, ed25519_check)
MINUTE_MS = 60_000


class Kept:
    """A log and its anchors, through restarts."""

    def __init__(self) -> None:
        self.store, self.anchors = MemoryAuditStore(), MemoryAnchors()
        self.trail = self.open()

    def open(self, signing: Signing | None = SIGNING) -> Trail:
        self.store = MemoryAuditStore(self.store) if self.store.is_closed else self.store
        self.trail = Trail(self.store, signing, self.anchors)
        return self.trail

    def restart(self, signing: Signing | None = SIGNING) -> Trail:
        self.trail.close()
        return self.open(signing)

    def write(self, times: int = 1) -> Entry:
        for _ in range(times):
            entry = self.trail.write(Kind.JUDGED, at_ms=7, actor="fairdrift", details={"log_e": 15.2})
        return entry

    def sizes(self) -> list[int]:
        """Of the checkpoints beside the log."""
        return [int(note.decode().splitlines()[1]) for note in self.store.checkpoints()]

    def outside(self) -> list[int]:
        self.anchors.is_away = False
        return [int(note.decode().splitlines()[1]) for note in self.anchors.notes()]
