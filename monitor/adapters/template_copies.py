"""Our own copies of pod templates, a file each: they outlive the ReplicaSets, and hold what may be secret.

Way of an event: step 12, at the first sight of a template. Touches a folder of the audit trail, mode 0700.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from monitor.ports_acting import AuditUnwritable

FOLDER: Final = "templates"


class TemplateCopies:
    """A folder of copies.

    Parameters
    ----------
    folder
        Made if it is not there.

    Raises
    ------
    AuditUnwritable
        if it cannot be made.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     copies = TemplateCopies(Path(folder) / FOLDER)
    ...     copies.keep("sha256:0af3", {"spec": {"containers": []}})
    ...     copies.all()
    {'sha256:0af3': {'spec': {'containers': []}}}
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise _unwritable(folder, error) from error

    def keep(self, name: str, template: Mapping[str, Any]) -> None:
        """Keep one, whole or not at all; it is on the disk when this returns. `AuditUnwritable` if not."""
        path = self._folder / f"{name.replace(':', '-')}.json"
        part = path.with_suffix(".part")
        try:
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(template, file)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
            _sync(self._folder)
        except OSError as error:
            raise _unwritable(path, error) from error

    def all(self) -> Mapping[str, Mapping[str, Any]]:
        """All that can be read, by name. Whether one is still what its name says is for who uses it to ask."""
        found: dict[str, Mapping[str, Any]] = {}
        for path in sorted(self._folder.glob("*.json")):
            try:
                read = json.loads(path.read_text(encoding="utf-8"))
            except (OSError, ValueError):
                continue
            if isinstance(read, dict):
                found[path.stem.replace("-", ":", 1)] = read
        return found


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unwritable(path: Path, error: OSError) -> AuditUnwritable:
    return AuditUnwritable(f"{path}: {error.strerror}; make room, or give us the right to write there")
