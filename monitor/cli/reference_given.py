"""The reference file that settings name: read, checked, and approved where that is asked for."""

from pathlib import Path

from monitor.cli.exits import Refused
from monitor.judging.reference import Reference
from monitor.judging.reference_file import Declared, read_declared
from monitor.settings.derive import coding_of
from monitor.settings.model import ModelSettings
from monitor.vocabulary import Coding


def read_bytes(path: Path, setting: str = "") -> bytes:
    """A reference file. `Refused`, naming the setting and what to do, if it cannot be read."""
    where = f"{setting}: {path}" if setting else str(path)
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        fix = "make it with `fairdrift reference build`, or correct the path (a relative one counts from the folder in "
        raise Refused(f"{where}: there is no such file: {fix}which the command is started)") from error
    except IsADirectoryError as error:
        raise Refused(f"{where}: this is a folder: name the file in it") from error
    except PermissionError as error:
        raise Refused(f"{where}: the file may not be read: give this user the right") from error
    except OSError as error:
        raise Refused(f"{where}: the file cannot be read: {error.strerror}") from error


def declared(path: Path, coding: Coding, setting: str = "") -> Declared:
    """What a reference file declares. `Refused` for one that cannot be used, with the line."""
    try:
        return read_declared(read_bytes(path, setting), coding)
    except ValueError as error:
        raise Refused(f"{setting}: {path}: {error}" if setting else f"{path}: {error}") from error


def given_reference(model: ModelSettings, name: str) -> Reference | None:
    """The reference that a model's settings name; None where it is collected from events.

    Raises
    ------
    Refused
        for a file that cannot be used, or that nobody approved although somebody must.
    """
    if model.reference is None or model.reference.file is None:
        return None
    path, setting = model.reference.file, f"models.{name}.reference.file"
    found = declared(path, coding_of(model), setting)
    if model.reference.must_be_approved and found.approval is None:
        raise Refused(
            f"{setting}: {path}: nobody has approved it, and must_be_approved is set: a second person runs "
            f"`fairdrift reference approve {path} --by NAME --reason WHY`"
        )
    return found.reference
