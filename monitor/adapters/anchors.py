"""Copies of checkpoints in a folder beyond the administrator's reach: a write-once mount, a bucket with object lock.

Way of an event: step 13, after a checkpoint; `audit verify` reads them. Touches the disk. A file each, made and never
opened for writing again: no rename and no removal, which such places refuse.
"""

import contextlib
import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

from monitor.ports_acting import AnchorUnreachable

SUFFIX: Final = ".checkpoint"


class AnchorFolder:
    """`ports_acting.Anchors` in a folder, which must be there: a mount that is missing is not replaced by a folder.

    Parameters
    ----------
    folder
        Where the files lie; several logs may share it.
    name
        Of the log; its digest begins the name of each file, so that logs are told apart.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> anchors = AnchorFolder(Path(folder.name), "wards.example/fairdrift")
    >>> anchors.put(b"a signed note", 12)
    >>> list(anchors.notes()), [path.name for path in anchors.files()]
    ([b'a signed note'], ['0b3766ba-000000000012-91c6f669.checkpoint'])
    >>> folder.cleanup()
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._log = sha256(name.encode()).hexdigest()[:8]

    def files(self) -> list[Path]:
        """The files, by rising size of the log. May raise `AnchorUnreachable`."""
        try:
            found = sorted(self._folder.iterdir())
        except OSError as error:
            raise AnchorUnreachable(self._sentence("cannot be read", error)) from error
        return [path for path in found if path.name.startswith(f"{self._log}-") and path.suffix == SUFFIX]

    def notes(self) -> Iterator[bytes]:
        """What is in them."""
        for path in self.files():
            try:
                yield path.read_bytes()
            except OSError as error:
                raise AnchorUnreachable(self._sentence(f"{path.name} cannot be read", error)) from error

    def put(self, note: bytes, size: int) -> None:
        """Add a file; its name holds the digest of what is in it, so the same again is the same file."""
        path = self._folder / f"{self._log}-{size:012}-{sha256(note).hexdigest()[:8]}{SUFFIX}"
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o444)
        except FileExistsError:
            return
        except OSError as error:
            raise AnchorUnreachable(self._sentence(f"{path.name} cannot be made", error)) from error
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(note)
                file.flush()
                os.fsync(file.fileno())
            self._sync()
        except OSError as error:
            raise AnchorUnreachable(self._sentence(f"{path.name} cannot be written", error)) from error

    def _sync(self) -> None:
        handle = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            with contextlib.suppress(OSError):  # not every mount can; the file itself was synced
                os.fsync(handle)
        finally:
            os.close(handle)

    def _sentence(self, what: str, error: OSError) -> str:
        return f"{self._folder}: {what} ({error.strerror}); check audit.anchor_dir: is it mounted, may we write there?"
