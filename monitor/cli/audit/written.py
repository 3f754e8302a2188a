"""Files that hold what happened: made anew, for their owner alone."""

import os
from pathlib import Path

from monitor.cli.exits import Refused


def write_owned(path: Path, body: bytes) -> None:
    """Make a file that only its owner may read. `Refused` if it is there already, or cannot be made."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
            file.write(body)
    except FileExistsError as error:
        raise Refused(f"--out: {path}: is there already, and evidence is not written over; name another") from error
    except OSError as error:
        raise Refused(f"--out: {path}: cannot be written ({error.strerror}); name a place that can") from error
