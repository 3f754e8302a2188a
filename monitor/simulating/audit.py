"""An audit log and its anchors in memory: the demo needs no file, and tests make what disks do.

Beside the way of an event. Touches nothing.
"""

from collections.abc import Iterator

from monitor.ports_acting import AnchorUnreachable, AuditUnwritable


class MemoryAuditStore:
    """`ports_acting.AuditStore` in memory.

    Parameters
    ----------
    former
        The store that kept this log before, as after a restart; None: an empty log.

    Raises
    ------
    AuditUnwritable
        if the former one is not closed.

    Examples
    --------
    >>> store = MemoryAuditStore()
    >>> store.append(b"first")
    >>> store.is_full = True
    >>> store.append(b"second")
    Traceback (most recent call last):
    monitor.ports_acting.AuditUnwritable: the audit log takes no line, so nothing is done; it was told to be full
    >>> list(store.lines())
    [b'first']
    """

    def __init__(self, former: "MemoryAuditStore | None" = None) -> None:
        if former is not None and not former.is_closed:
            raise AuditUnwritable("another process writes this audit log; stop it, or give this one its own")
        self._lines: list[bytes] = [] if former is None else former._lines
        self._notes: list[bytes] = [] if former is None else former._notes
        self.is_full: bool = False
        self.is_closed: bool = False

    def lines(self) -> Iterator[bytes]:
        """All lines, oldest first."""
        return iter(list(self._lines))

    def append(self, line: bytes) -> None:
        """Add a line."""
        self.probe()
        self._lines.append(line)

    def checkpoints(self) -> Iterator[bytes]:
        """All signed notes, oldest first."""
        return iter(list(self._notes))

    def append_checkpoint(self, note: bytes) -> None:
        """Add a signed note."""
        self.probe()
        self._notes.append(note)

    def probe(self) -> None:
        """Whether a line could be stored now."""
        if self.is_closed:
            raise AuditUnwritable("this audit log was closed")
        if self.is_full:
            raise AuditUnwritable("the audit log takes no line, so nothing is done; it was told to be full")

    def close(self) -> None:
        """Take nothing more; what is there can still be read."""
        self.is_closed = True


class MemoryAnchors:
    """`ports_acting.Anchors` in memory."""

    def __init__(self) -> None:
        self._notes: list[tuple[int, bytes]] = []
        self.is_away = False

    def notes(self) -> Iterator[bytes]:
        """All copies, by rising size."""
        self._reach()
        return iter([note for _, note in sorted(self._notes)])

    def put(self, note: bytes, size: int) -> None:
        """Add a copy."""
        self._reach()
        if (size, note) not in self._notes:
            self._notes.append((size, note))

    def _reach(self) -> None:
        if self.is_away:
            raise AnchorUnreachable("the anchors cannot be reached; they were told to be away")
