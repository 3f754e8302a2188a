"""What the loop needs beside the ports: the audit log, a place for templates, and two clocks.

In the way of an event: step 13 for the log. Adapters and `trail` fulfil these by their form alone.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from monitor.acting.entries import Entry, Kind


class Log(Protocol):
    """The audit log, open for writing."""

    @property
    def entries(self) -> Sequence[Entry]:
        """All entries, by rising number; it grows."""
        ...

    @property
    def is_writable(self) -> bool:
        """Whether the last attempt to write succeeded."""
        ...

    @property
    def checkpoint_ms(self) -> int | None:
        """When the last checkpoint was signed; None before the first."""
        ...

    def write(self, kind: Kind, *, at_ms: int, actor: str, **fields: Any) -> Entry:
        """Write an entry; it is on the disk when this returns. `ports_acting.AuditUnwritable` if not."""
        ...

    def tick(self, now_ms: int) -> None:
        """Sign a checkpoint if one is due."""
        ...


class Copies(Protocol):
    """Our own copies of pod templates, by digest; they outlive the ReplicaSets, and leave the machine by no way."""

    def keep(self, name: str, template: Mapping[str, Any]) -> None:
        """Keep one; it is on the disk when this returns. `ports_acting.AuditUnwritable` if not."""
        ...

    def all(self) -> Mapping[str, Mapping[str, Any]]:
        """All that can be read, by name."""
        ...


class Clocks(Protocol):
    """Wall time for what is written down, and a time that cannot jump for durations of a lease."""

    def now_ms(self) -> int:
        """Milliseconds since the epoch, UTC."""
        ...

    def steady_ms(self) -> int:
        """Milliseconds since some moment."""
        ...
