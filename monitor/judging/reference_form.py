"""The form of a reference in a file: what may stand in it, and who built and approved it.

Way of an event: read before the first one; `fairdrift reference` writes it. Pure: bytes in, bytes out.

Counts stand either in `cells`, added up over time (an audit), or in `panes` (what `fairdrift reference build` writes):
only panes show seasons, and whether events depend on each other.
"""

from hashlib import blake2b
from typing import Any, Literal

import msgspec

from monitor.judging.json_place import line_of, steps_of
from monitor.judging.reference import FORM


class Cell(msgspec.Struct, forbid_unknown_fields=True):
    """`n` predictions of people with these values: label-free (`age_bin` and `actual` null), or with a label of that
    age. `audited`: the outcome was looked up at random."""

    values: list[str]
    age_bin: int | None
    predicted: Literal[0, 1]
    actual: Literal[0, 1] | None
    n: int
    audited: bool = False


class Row(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    """The same in one pane: place in `people`, age bin, predicted, actual, how many, and how many of them audited."""

    person: int
    age_bin: int | None
    predicted: Literal[0, 1]
    actual: Literal[0, 1] | None
    n: int
    audited: int = 0


class Pane(msgspec.Struct, forbid_unknown_fields=True):
    """One pane of inferences."""

    start_ms: int
    rows: list[Row]


class Approval(msgspec.Struct, forbid_unknown_fields=True):
    """A second person's word: who, when (RFC 3339), why. `seal` is the hash of that and of all contents: a file that
    was changed afterwards is refused. It is no signature: who may write the file can seal it anew."""

    by: str
    at: str
    reason: str
    seal: str


class File(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A reference as it stands in a file."""

    form: str
    model: str
    source: str
    start_ms: int
    end_ms: int
    edges_ms: list[int]
    attributes: list[str]
    cells: list[Cell] = []
    revision: str | None = None
    longest_gap_ms: dict[str, int] = {}
    pane_ms: int = 0
    people: list[list[str]] = []
    panes: list[Pane] = []
    built_by: str | None = None
    approval: Approval | None = None


def schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a file; what must hold between its parts is checked by `read_declared` alone."""
    found = msgspec.json.schema(File)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "fairdrift reference", **found}


def sealed(file: File, by: str, at: str, reason: str) -> File:
    """The file with the approval of a person.

    Raises
    ------
    ValueError
        if the person is nameless, or built it: the second person is another one.
    """
    if not by.strip() or not reason.strip():
        raise ValueError("an approval needs a name and a reason: give --by and --reason")
    if file.built_by is not None and by.strip().casefold() == file.built_by.strip().casefold():
        raise ValueError(f"{by} built this reference: a second person must approve it")
    return msgspec.structs.replace(file, approval=Approval(by, at, reason, _seal(file, by, at, reason)))


def _seal(file: File, by: str, at: str, reason: str) -> str:
    contents = msgspec.json.encode(msgspec.structs.replace(file, approval=None), order="deterministic")
    said = msgspec.json.encode([by, at, reason])
    return blake2b(said + contents, digest_size=16).hexdigest()


def text_of(file: File) -> bytes:
    """The file as JSON; a row of a pane is one line."""
    plain = msgspec.to_builtins(file)
    panes = plain.pop("panes", None)
    text = msgspec.json.format(msgspec.json.encode(plain), indent=1)
    if panes is None:
        return text + b"\n"
    told = [
        b'  {"start_ms": %d, "rows": [\n   ' % pane["start_ms"] + b",\n   ".join(map(msgspec.json.encode, pane["rows"]))
        for pane in panes
    ]
    return text[: text.rindex(b"\n}")] + b',\n "panes": [\n' + b"]},\n".join(told) + b"]}\n ]\n}\n"


def read_file(text: bytes, *, check_approval: bool = True) -> File:
    """What stands in a file, its approval checked; not so for who is about to approve it.

    Raises
    ------
    ValueError
        in one sentence with the line: not this form, or changed after its approval.
    """
    try:
        file = msgspec.json.decode(text, type=File)
    except msgspec.ValidationError as error:
        line = line_of(text.decode(errors="replace"), steps_of(str(error).partition(" - at `")[2]))
        message = f"line {line}: the reference is not of the form {FORM}: {error}; see docs/reference.md"
        raise ValueError(message) from error
    except msgspec.DecodeError as error:
        raise ValueError(f"the reference is not of the form {FORM}: {error}; is it a whole JSON file?") from error
    if file.form != FORM:
        raise ValueError(f"the reference is of the form {file.form!r}, this version reads {FORM}: build it anew")
    if file.approval is not None and check_approval:
        given = file.approval
        if given.seal != sealed(file, given.by, given.at, given.reason).approval.seal:  # type: ignore[union-attr]
            raise ValueError(
                f"the reference was changed after {given.by} approved it: look at what changed, then approve it again"
            )
    return file
