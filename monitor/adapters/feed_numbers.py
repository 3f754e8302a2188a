"""Numbers of feed records, kept in a file beside the judge's: no restart gives one of them to another record.

Way of an event: step 10. Touches the disk, seldom: numbers are set aside a block at a time, before the first of them is
given, so a restart leaves some out. A file that is lost or damaged begins another history, under another name.
"""

import os
import secrets
from pathlib import Path
from typing import Final

import msgspec

BLOCK: Final = 100_000


class _Kept(msgspec.Struct, forbid_unknown_fields=True):
    """What the file holds: the name of the history, and the first number that was never set aside."""

    source: str
    free: int


class FileNumbers:
    """Numbers that outlive the process.

    Parameters
    ----------
    path
        The file; its folder is made, readable by its owner only.

    Raises
    ------
    OSError
        in one sentence, if the file cannot be read or written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     numbers = FileNumbers(Path(folder) / "feed.json")
    ...     first = numbers.take(2), numbers.take(1)
    ...     again = FileNumbers(Path(folder) / "feed.json")
    ...     first, again.take(1), again.source == numbers.source
    ((1, 3), 100001, True)
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            kept = self._kept()
            self.source = kept.source
            self._next = self._end = kept.free
            self._set_aside()
        except OSError as error:
            raise OSError(self._sentence(error)) from error

    def take(self, count: int) -> int:
        """The first of so many numbers in a row."""
        first = self._next
        if first + count > self._end:
            before = self._end
            self._end = first + count
            try:
                self._set_aside()
            except OSError as error:
                self._end = before
                raise OSError(self._sentence(error)) from error
        self._next = first + count
        return first

    def _kept(self) -> _Kept:
        try:
            kept = msgspec.json.decode(self._path.read_bytes(), type=_Kept)
        except (FileNotFoundError, msgspec.MsgspecError, UnicodeDecodeError):
            return _Kept(secrets.token_hex(8), 1)
        return kept if kept.source and kept.free >= 1 else _Kept(secrets.token_hex(8), 1)

    def _set_aside(self) -> None:
        """One more block; on the disk when this returns, or not at all."""
        free, draft = self._end + BLOCK, self._path.with_name(f"{self._path.name}.new")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.write(descriptor, msgspec.json.encode(_Kept(self.source, free)))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        draft.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        self._end = free

    def _sentence(self, error: OSError) -> str:
        return (
            f"{self._path}: cannot keep the numbers of the verdict feed ({error.strerror}); check its disk and rights"
        )
