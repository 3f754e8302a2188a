"""Rejects as coordinates and reason, in one bounded file: no payload, so no person.

Way of an event: the end of step 2 for a reject. Touches the disk.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Final

MOST_BYTES: Final = 8 << 20
"""Size of the file at which it is turned over; one older file is kept."""


class DeadLetterFile:
    """Appends one JSON line a reject: topic, partition, offset, reason, field."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)

    def write(self, topic: str, partition: int, rejects: Iterable[tuple[int, str, str | None]]) -> None:
        """Note rejects as (offset, reason, field). Noting one twice after a restart is harmless."""
        lines = [
            json.dumps({"topic": topic, "partition": partition, "offset": offset, "reason": reason, "field": field})
            for offset, reason, field in rejects
        ]
        if not lines:
            return
        if self._path.exists() and self._path.stat().st_size > MOST_BYTES:
            self._path.replace(self._path.with_suffix(".1.ndjson"))
        with self._path.open("a", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        self._path.chmod(0o600)
