"""Folders that a command writes into: looked at before hours of work, not after."""

from pathlib import Path

from monitor.cli.exits import Refused


def can_hold_files(folder: Path, named_by: str = "--out") -> None:
    """Make a folder where there is none.

    Raises
    ------
    Refused
        if it cannot be made, or is something else.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".fairdrift-writes-here").touch()
        (folder / ".fairdrift-writes-here").unlink()
    except OSError as error:
        raise Refused(f"{named_by}: {folder}: cannot hold files ({error.strerror}); name a folder that can") from error
