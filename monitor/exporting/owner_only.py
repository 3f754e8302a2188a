"""Files that hold exact numbers: for the owner of the data alone.

Touches the file system.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import Final

MODE: Final = 0o600
NOTICE: Final = "exact numbers, small ones too: for the owner of the data, mode 0600"


@contextmanager
def owner_only(path: Path) -> Iterator[TextIOWrapper]:
    """Open a text file for writing that nobody but its owner can read; one that is there is written anew.

    Raises
    ------
    OSError
        if the folder or the file cannot be written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     with owner_only(Path(folder) / "counts.csv") as file:
    ...         _ = file.write("n")
    ...     oct((Path(folder) / "counts.csv").stat().st_mode & 0o777)
    '0o600'
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, MODE)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        os.fchmod(descriptor, MODE)  # one that was there keeps its mode otherwise
        yield file
