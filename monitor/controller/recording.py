"""How entries are written: what every one of them says, and the book that grows with each.

In the way of an event: step 13. Touches the audit log.
"""

from typing import Any, Final

from monitor.acting.entries import Entry, Kind
from monitor.acting.incidents import Incident
from monitor.controller.book import Book
from monitor.controller.needs import Clocks, Log
from monitor.controller.rules import Target

OURSELVES: Final = "fairdrift"
"""The actor of what no person asked for."""


class Recorder:
    """Writes entries, each on the disk before anything follows from it.

    `lease` names the term in which we lead; empty while we do not.
    """

    def __init__(self, log: Log, clocks: Clocks, version: str) -> None:
        self._log, self._clocks, self._version = log, clocks, version
        self.lease = ""
        self.book = Book()
        self.book.take(log.entries)

    def write(self, kind: Kind, *, actor: str = OURSELVES, **fields: Any) -> Entry:
        """Write one entry. `ports_acting.AuditUnwritable` if it is not on the disk; then nothing has changed."""
        said = {"at_ms": self._clocks.now_ms(), "actor": actor, "code": self._version, "lease": self.lease, **fields}
        entry = self._log.write(kind, **said)
        self.book.take([entry])
        return entry

    def about(self, target: Target, incident: Incident, kind: Kind, **fields: Any) -> Entry:
        """Write one entry about an incident."""
        usual = {
            "incident": incident.id,
            "uid": incident.uid,
            "namespace": target.namespace,
            "deployment": target.deployment,
            "model": target.model,
            "model_identity": incident.model_identity,
            "policy": target.policy,
        }
        return self.write(kind, **{**usual, **fields})
