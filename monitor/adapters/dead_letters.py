"""Rejects as coordinates and reason, in one bounded file: no payload, so no person.

Way of an event: the end of step 2 for a reject. Touches the disk.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

MOST_BYTES: Final = 8 << 20
"""Size of the file at which it is turned over; one older file is kept."""


class DeadLetterFile:
    """Appends one JSON line a reject: topic, partition, offset, reason, field.

    Parameters
    ----------
    path
        The file, readable by its owner only; the older one lies beside it, ``rejects.1.ndjson`` by ``rejects.ndjson``.

    Raises
    ------
    OSError
        if the folder cannot be made or the disk refuses.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> file = DeadLetterFile(Path(folder.name) / "rejects.ndjson")
    >>> file.write("inferences", 0, [(17, "not_json", None), (18, "missing_field", "model")])
    >>> print((Path(folder.name) / "rejects.ndjson").read_text().splitlines()[1])
    {"topic": "inferences", "partition": 0, "offset": 18, "reason": "missing_field", "field": "model"}
    >>> folder.cleanup()
    """

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
        with open(self._path, "a", encoding="utf-8", opener=_for_the_owner) as file:
            file.write("\n".join(lines) + "\n")


def _for_the_owner(path: str, flags: int) -> int:
    return os.open(path, flags, mode=0o600)
