"""`fairdrift reference approve`: a second person's word for a reference, written into its file and sealed.

Touches the file: it is replaced by one with the approval, or stays as it was.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from monitor.cli.exits import Exit, Refused
from monitor.cli.output import Output, show
from monitor.cli.reference_given import read_bytes
from monitor.exporting.owner_only import owner_only
from monitor.judging.reference_form import read_file, sealed, text_of


def run_approve(file: Path, by: str, reason: str, output: Output) -> int:
    """Approve a reference file; gives the exit code.

    Raises
    ------
    Refused
        for a file that cannot be used, for an approval without name or reason, and for one by who built it.
    """
    text = read_bytes(file)
    try:
        found = read_file(text, check_approval=False)
        approved = sealed(found, by.strip(), f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", reason.strip())
    except ValueError as error:
        raise Refused(f"{file}: {error}") from error
    beside = file.with_name(f".{file.name}.new")
    with owner_only(beside) as written:
        written.write(text_of(approved).decode())
        written.flush()
        os.fsync(written.fileno())
    beside.replace(file)
    result = {"file": str(file), "model": found.model, "built_by": found.built_by}
    result |= {"approval": msgspec.to_builtins(approved.approval)}
    said = f"{file}: approved by {by.strip()}; built by {found.built_by or 'unknown'}. A change of it is now refused"
    return show("reference approve", Exit.GOOD, result, output, said)
