"""The reference: versioned counts that rates are compared with, and the form in which they are kept in a file.

Way of an event: read before the first one, or made by `bootstrap` from the first weeks; step 7 compares with it. Pure:
bytes in, bytes out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from monitor.judging.metrics import Kind
from monitor.vocabulary import AttributeCoding, Coding

Ints = NDArray[np.int64]

FORM: Final = "fairdrift-reference/1"
_AUDITED: Final[Mapping[int, Kind]] = {
    Kind.TRUE_NEGATIVE: Kind.AUDITED_TRUE_NEGATIVE,
    Kind.FALSE_NEGATIVE: Kind.AUDITED_FALSE_NEGATIVE,
}
_SEVERAL: Final = "+"
"""Between the values of one attribute of a person who has several."""


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """Counts of a time that is declared normal.

    Parameters
    ----------
    model, source
        Whose, and where it comes from: `bootstrap`, `audit`.
    revision
        The revision that was counted; None for several.
    start_ms, end_ms
        Panes of the inferences: [start, end).
    edges_ms
        Edges of the label-age bins.
    age_bin, combination, counts
        Rows in rising order of bin (-1: label-free) and combination; `counts` has shape (rows, `Kind`).
    longest_gap_ms
        ``attribute=subgroup`` -> longest time without a label in it; what is not listed is learnt while watching.
    id
        Hash of all of it: other contents, other id.

    Examples
    --------
    >>> empty = np.empty(0, np.int64)
    >>> nothing = Reference("m", "audit", None, 0, 0, (0, 1), empty, empty, np.empty((0, len(Kind)), np.int64))
    >>> len(nothing.id)
    16
    """

    model: str
    source: str
    revision: str | None
    start_ms: int
    end_ms: int
    edges_ms: tuple[int, ...]
    age_bin: Ints
    combination: Ints
    counts: Ints
    longest_gap_ms: Mapping[str, int] = field(default_factory=dict)
    id: str = field(init=False)

    def __post_init__(self) -> None:
        head = (self.model, self.source, self.revision, self.start_ms, self.end_ms, self.edges_ms)
        digest = blake2b(msgspec.json.encode((FORM, *head, sorted(self.longest_gap_ms.items()))), digest_size=8)
        for column in (self.age_bin, self.combination, self.counts):
            digest.update(np.ascontiguousarray(column, "<i8").tobytes())
        object.__setattr__(self, "id", digest.hexdigest())


class _Cell(msgspec.Struct, forbid_unknown_fields=True):
    values: list[str]
    age_bin: int | None
    predicted: Literal[0, 1]
    actual: Literal[0, 1] | None
    n: int
    audited: bool = False


class _File(msgspec.Struct, forbid_unknown_fields=True):
    form: str
    model: str
    source: str
    start_ms: int
    end_ms: int
    edges_ms: list[int]
    attributes: list[str]
    cells: list[_Cell]
    revision: str | None = None
    longest_gap_ms: dict[str, int] = {}


def write_reference(reference: Reference, coding: Coding) -> bytes:
    """The reference as JSON, attribute values by name. Exact counts: for the owner of the data.

    Values of one attribute are joined by `+` for people who have several.
    """
    cells = []
    for age_bin, combination, counts in zip(
        reference.age_bin.tolist(), reference.combination.tolist(), reference.counts.tolist(), strict=True
    ):
        values = [_SEVERAL.join(code.slugs) for code in coding.read(combination)]
        for kind, n in enumerate(counts[: Kind.AUDITED_TRUE_NEGATIVE]):
            predicted, state = divmod(kind, 3)
            known = None if state == 0 else state - 1
            audited = counts[_AUDITED[kind]] if kind in _AUDITED else 0
            for count, is_audited in ((n - audited, False), (audited, True)):
                if count:
                    age = None if age_bin < 0 else age_bin
                    cells.append(_Cell(values, age, predicted, known, count, is_audited))  # type: ignore[arg-type]
    file = _File(
        form=FORM,
        model=reference.model,
        source=reference.source,
        start_ms=reference.start_ms,
        end_ms=reference.end_ms,
        edges_ms=list(reference.edges_ms),
        attributes=[attribute.name for attribute in coding.attributes],
        cells=cells,
        revision=reference.revision,
        longest_gap_ms=dict(reference.longest_gap_ms),
    )
    return msgspec.json.format(msgspec.json.encode(file), indent=1) + b"\n"


def read_reference(text: bytes, coding: Coding) -> Reference:
    """A reference as `write_reference` wrote it, or an audit in the same form.

    Raises
    ------
    ValueError
        in one sentence: not this form, other attributes, a value that is not configured, a count that is not positive.

    Examples
    --------
    >>> from monitor.vocabulary import AttributeCoding
    >>> coding = Coding((AttributeCoding("sex", {"f": ("F",), "m": ("M",)}),))
    >>> text = b'''{"form": "fairdrift-reference/1", "model": "m", "source": "audit", "start_ms": 0, "end_ms": 86400000,
    ...   "edges_ms": [0, 86400000], "attributes": ["sex"],
    ...   "cells": [{"values": ["f"], "age_bin": 0, "predicted": 1, "actual": 0, "n": 12}]}'''
    >>> reference = read_reference(text, coding)
    >>> reference.counts.sum(), read_reference(write_reference(reference, coding), coding).id == reference.id
    (np.int64(12), True)
    """
    try:
        file = msgspec.json.decode(text, type=_File)
    except msgspec.MsgspecError as error:
        raise ValueError(f"the reference is not of the form {FORM}: {error}") from error
    if file.form != FORM:
        raise ValueError(f"the reference is of the form {file.form!r}, this version reads {FORM}: build it anew")
    names = [attribute.name for attribute in coding.attributes]
    if file.attributes != names:
        raise ValueError(f"the reference has the attributes {file.attributes}, the settings {names}: build it anew")
    rows: dict[tuple[int, int], list[int]] = {}
    codes = [_codes_by_name(attribute) for attribute in coding.attributes]
    for place, cell in enumerate(file.cells):
        age_bin = -1 if cell.age_bin is None else cell.age_bin
        if cell.n <= 0 or (age_bin < 0) != (cell.actual is None) or not -1 <= age_bin < len(file.edges_ms) - 1:
            raise ValueError(
                f"cell {place} of the reference: n must be positive, age_bin a place in edges_ms, and age_bin and "
                "actual both null or both given"
            )
        kind = 3 * cell.predicted + (0 if cell.actual is None else 1 + cell.actual)
        combination = _combination(coding, codes, cell.values)
        if combination is None:
            raise ValueError(f"cell {place} of the reference: {cell.values} are no values of {names}, in this order")
        row = rows.setdefault((age_bin, combination), [0] * len(Kind))
        row[kind] += cell.n
        if cell.audited and kind in _AUDITED:
            row[_AUDITED[kind]] += cell.n
    keys = sorted(rows)
    return Reference(
        file.model,
        file.source,
        file.revision,
        file.start_ms,
        file.end_ms,
        tuple(file.edges_ms),
        np.array([key[0] for key in keys], np.int64),
        np.array([key[1] for key in keys], np.int64),
        np.array([rows[key] for key in keys], np.int64).reshape(-1, len(Kind)),
        file.longest_gap_ms,
    )


def _codes_by_name(attribute: AttributeCoding) -> dict[str, int]:
    codes: dict[str, int] = {}
    for index, code in enumerate(attribute.codes):
        codes.setdefault(_SEVERAL.join(code.slugs), index)
    return codes


def _combination(coding: Coding, codes: Sequence[Mapping[str, int]], values: Sequence[str]) -> int | None:
    """The combination of named values; None if one of them is not configured."""
    if len(values) != len(codes):
        return None
    combination = 0
    for attribute, known, value in zip(coding.attributes, codes, values, strict=True):
        if value not in known:
            return None
        combination = combination * len(attribute.codes) + known[value]
    return combination
