"""Contents under their digests, each in a file of its own that only its owner reads: exact cells are about few people.

Way of an event: beside step 7. Touches the disk. ``gzip -dc FILE | sha256sum`` gives the name of a file back.
"""

import gzip
import os
import zlib
from collections.abc import Collection, Iterable
from hashlib import sha256
from pathlib import Path
from typing import Final

from monitor.ports import ArchiveGone

MOST_BYTES: Final = 1 << 30
LOOK_EVERY: Final = 64
"""Contents put between two looks at how much there is."""

_PREFIX: Final = "sha256:"
_SUFFIX: Final = ".gz"


class CellsFolder:
    """`ports.CellsArchive` in a folder.

    Parameters
    ----------
    folder
        Made with the first content, readable by its owner only.
    most_bytes
        Beyond it what was mentioned longest ago goes.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     archive = CellsFolder(Path(folder) / "cells")
    ...     name = archive.put(b"all of it")
    ...     name[:15], archive.get(name)
    ('sha256:07630777', b'all of it')
    """

    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES, look_every: int = LOOK_EVERY) -> None:
        self._folder, self._most_bytes, self._look_every = folder, most_bytes, look_every
        self._puts = 0

    def put(self, content: bytes) -> str:
        """Keep a content."""
        name = sha256(content).hexdigest()
        path = self._path(name)
        try:
            if path.exists():
                os.utime(path)
            else:
                self._write(path, gzip.compress(content, mtime=0))
                self._puts += 1
        except OSError as error:
            raise OSError(f"{path}: cannot keep exact cells ({error.strerror}); check its disk and rights") from error
        return _PREFIX + name

    def _write(self, path: Path, packed: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_suffix(".new")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(packed)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)

    def get(self, digest: str) -> bytes:
        """A content."""
        path = self._path(digest.removeprefix(_PREFIX))
        try:
            content = gzip.decompress(path.read_bytes())
        except FileNotFoundError as error:
            raise ArchiveGone(f"{path}: not there: it was let go, or belongs to another archive") from error
        except (OSError, EOFError, zlib.error) as error:
            raise ArchiveGone(f"{path}: cannot be read ({error})") from error
        if _PREFIX + sha256(content).hexdigest() != digest:
            raise ArchiveGone(f"{path}: its content was changed: it has another digest")
        return content

    def touch(self, digests: Iterable[str]) -> None:
        """Mention contents again."""
        for digest in digests:
            path = self._path(digest.removeprefix(_PREFIX))
            if path.exists():
                os.utime(path)

    def prune(self, live: Collection[str]) -> None:
        """Let go of what was mentioned longest ago, if there is too much."""
        if self._puts < self._look_every:
            return
        self._puts = 0
        found = [(path, path.stat()) for path in self._folder.iterdir()]
        total = sum(stat.st_size for _, stat in found)
        for path, stat in sorted(found, key=lambda one: one[1].st_mtime_ns):
            if total <= self._most_bytes:
                return
            if _PREFIX + path.name.removesuffix(_SUFFIX) not in live:
                path.unlink()
                total -= stat.st_size

    def _path(self, name: str) -> Path:
        if len(name) != 64 or not set(name) <= set("0123456789abcdef"):
            raise ArchiveGone(f"{name[:80]!r} is no digest of the archive {self._folder}")
        return self._folder / (name + _SUFFIX)
