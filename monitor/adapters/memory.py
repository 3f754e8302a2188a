"""State that lives as long as the process: a replay needs no file.

Way of an event: step 5. Touches nothing.
"""

from monitor.ports import Stored


class MemoryStateStore:
    """`ports.StateStore` in memory.

    Examples
    --------
    >>> store = MemoryStateStore()
    >>> store.load() is None
    True
    >>> store.commit(b"first", snapshot=(0, b"all"), closes_cycle=True)
    >>> store.load()
    Stored(slices=[b'all'], changes=[b'first'])
    """

    def __init__(self) -> None:
        self._slices: dict[int, bytes] = {}
        self._changes: list[bytes] = []
        self._older = 0  # how many changes are older than the cycle that is open

    def load(self) -> Stored | None:
        """Everything committed."""
        if not self._changes:
            return None
        return Stored([self._slices[number] for number in sorted(self._slices)], list(self._changes))

    def commit(self, change: bytes, snapshot: tuple[int, bytes] | None = None, closes_cycle: bool = False) -> None:
        """Append one change, and replace one slice."""
        self._changes.append(change)
        if snapshot is not None:
            number, body = snapshot
            self._slices[number] = body
        if closes_cycle:
            del self._changes[: self._older]
            self._older = len(self._changes)

    def clear(self) -> None:
        """Forget everything."""
        self._slices.clear()
        self._changes.clear()
        self._older = 0

    def close(self) -> None:
        """Nothing to let go of."""
