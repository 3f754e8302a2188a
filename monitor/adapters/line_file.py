"""A file read line by line, packed or not, with an eye on how far it has been read. Touches the disk."""

import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from monitor.ports import SourceRefused

LONGEST_LINE: Final = 1 << 20
"""Bytes. Of a longer line only these are given: it is refused for its size whatever follows, and memory is bounded."""


class LineFile:
    """Lines of bytes, without their ends; an empty line is a line, the end of the last one is none.

    Parameters
    ----------
    path
        The file; a name that ends in ``.gz`` is unpacked.

    Raises
    ------
    SourceRefused
        if the file cannot be opened, and while reading if it is damaged.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> path = Path(folder.name) / "some.ndjson"
    >>> path.write_bytes(b"one\\n\\ntwo\\n")
    9
    >>> file = LineFile(path)
    >>> list(file), file.bytes_read, file.bytes_total
    ([b'one', b'', b'two'], 9, 9)
    >>> file.close()
    >>> folder.cleanup()
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._raw = path.open("rb", buffering=0)
            self.bytes_total = path.stat().st_size
        except OSError as error:
            raise SourceRefused(f"{path}: cannot be opened ({error.strerror}); check the rights of the file") from error
        if path.suffix == ".gz" and not self.bytes_total:
            self._raw.close()
            raise SourceRefused(f"{path}: is empty, which no packed file is; take a good copy of it")
        unpacked = gzip.GzipFile(fileobj=self._raw) if path.suffix == ".gz" else self._raw
        self._stream = io.BufferedReader(unpacked, 1 << 16)

    @property
    def bytes_read(self) -> int:
        """How much of the file as it lies on the disk has been read."""
        return self.bytes_total if self._raw.closed else self._raw.tell()

    def __iter__(self) -> Iterator[bytes]:
        readline = self._stream.readline
        try:
            while line := readline(LONGEST_LINE):
                end = line
                while len(end) == LONGEST_LINE and not end.endswith(b"\n"):
                    end = readline(LONGEST_LINE)
                yield line.rstrip(b"\r\n")
        except (OSError, EOFError, zlib.error) as error:
            raise SourceRefused(f"{self._path}: is damaged ({error}); take a good copy of it") from error

    def close(self) -> None:
        """Close the file. Idempotent."""
        self._stream.close()
        self._raw.close()
