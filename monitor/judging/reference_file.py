"""Between a reference and its file, in which attribute values stand by name.

Way of an event: read before the first one; `fairdrift reference` writes it. Pure: bytes in, bytes out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import msgspec
import numpy as np

from monitor.judging.json_place import line_of
from monitor.judging.metrics import Kind
from monitor.judging.reference import FORM, Reference
from monitor.judging.reference_form import Approval, Cell, File, Pane, Row, read_file, text_of
from monitor.vocabulary import AttributeCoding, Coding

_AUDITED: Final[Mapping[int, Kind]] = {
    Kind.TRUE_NEGATIVE: Kind.AUDITED_TRUE_NEGATIVE,
    Kind.FALSE_NEGATIVE: Kind.AUDITED_FALSE_NEGATIVE,
}
_SEVERAL: Final = "+"
"""Between the values of one attribute of a person who has several."""

_Bit = Literal[0, 1]
_BITS: Final[tuple[_Bit, _Bit]] = (0, 1)


@dataclass(frozen=True, slots=True)
class Declared:
    """A reference, who built it, and who approved it; None where nobody says so."""

    reference: Reference
    built_by: str | None = None
    approval: Approval | None = None


def file_of(reference: Reference, coding: Coding, built_by: str | None = None) -> File:
    """The reference with attribute values by name. Exact counts: for the owner of the data."""
    file = File(
        form=FORM,
        model=reference.model,
        source=reference.source,
        start_ms=reference.start_ms,
        end_ms=reference.end_ms,
        edges_ms=list(reference.edges_ms),
        attributes=[attribute.name for attribute in coding.attributes],
        revision=reference.revision,
        longest_gap_ms=dict(reference.longest_gap_ms),
        built_by=built_by,
    )
    people = [_values(coding, one) for one in np.unique(reference.combination).tolist()]
    if reference.pane_start_ms is None:
        return msgspec.structs.replace(file, cells=list(_cells(reference, coding)))
    place = np.searchsorted(np.unique(reference.combination), reference.combination)
    columns = (reference.pane_start_ms, place, reference.age_bin, reference.counts)
    panes: dict[int, list[Row]] = {}
    for start_ms, person, age_bin, counts in zip(*(column.tolist() for column in columns), strict=True):
        rows = panes.setdefault(start_ms, [])
        rows += (Row(person, *said, n + audited, audited) for said, n, audited in _split(age_bin, counts))
    return msgspec.structs.replace(
        file, pane_ms=reference.pane_ms, people=people, panes=[Pane(*one) for one in panes.items()]
    )


def write_reference(reference: Reference, coding: Coding, built_by: str | None = None) -> bytes:
    """The reference as it stands in a file. Values of one attribute are joined by `+` for people who have several."""
    return text_of(file_of(reference, coding, built_by))


def _values(coding: Coding, combination: int) -> list[str]:
    return [_SEVERAL.join(code.slugs) for code in coding.read(combination)]


def _cells(reference: Reference, coding: Coding) -> Iterator[Cell]:
    columns = (reference.age_bin, reference.combination, reference.counts)
    for age_bin, combination, counts in zip(*(column.tolist() for column in columns), strict=True):
        values = _values(coding, combination)
        for said, n, audited in _split(age_bin, counts):
            for count, is_audited in ((n, False), (audited, True)):
                if count:
                    yield Cell(values, *said, count, is_audited)


def _split(age_bin: int, counts: Sequence[int]) -> Iterator[tuple[tuple[int | None, _Bit, _Bit | None], int, int]]:
    """(age bin, predicted, actual), not audited, audited: of every kind that was counted."""
    for kind, n in enumerate(counts[: Kind.AUDITED_TRUE_NEGATIVE]):
        predicted, state = divmod(kind, 3)
        audited = counts[_AUDITED[kind]] if kind in _AUDITED else 0
        if n:
            said = (None if age_bin < 0 else age_bin, _BITS[predicted], (None, *_BITS)[state])
            yield said, n - audited, audited


def read_declared(text: bytes, coding: Coding) -> Declared:
    """A reference as it was written, or an audit in the same form; who built and who approved it.

    Raises
    ------
    ValueError
        in one sentence with the line: as `read_file`; other attributes, a value that is not configured, a count that
        is not positive.

    Examples
    --------
    >>> from monitor.vocabulary import AttributeCoding
    >>> coding = Coding((AttributeCoding("sex", {"f": ("F",), "m": ("M",)}),))
    >>> text = b'''{"form": "fairdrift-reference/1", "model": "m", "source": "audit", "start_ms": 0, "end_ms": 86400000,
    ...   "edges_ms": [0, 86400000], "attributes": ["sex"],
    ...   "cells": [{"values": ["f"], "age_bin": 0, "predicted": 1, "actual": 0, "n": 12}]}'''
    >>> reference = read_declared(text, coding).reference
    >>> reference.counts.sum(), read_reference(write_reference(reference, coding), coding).id == reference.id
    (np.int64(12), True)
    """
    file = read_file(text)
    names = [attribute.name for attribute in coding.attributes]
    if file.attributes != names:
        raise ValueError(f"the reference has the attributes {file.attributes}, the settings {names}: build it anew")
    if bool(file.panes) == bool(file.cells):
        raise ValueError("the reference has " + ("both cells and panes" if file.cells else "no counts") + ": give one")
    return Declared(_Reading(file, text, coding).reference(), file.built_by, file.approval)


def read_reference(text: bytes, coding: Coding) -> Reference:
    """The reference alone; as `read_declared`."""
    return read_declared(text, coding).reference


class _Reading:
    """Adds up what stands in a file, and says where something wrong stands."""

    def __init__(self, file: File, text: bytes, coding: Coding) -> None:
        self._file, self._text, self._coding = file, text, coding
        self._codes = [_codes_by_name(attribute) for attribute in coding.attributes]
        self._rows: dict[tuple[int, int, int], list[int]] = {}

    def _wrong(self, path: Sequence[str | int], what: str) -> ValueError:
        line = line_of(self._text.decode(), path)
        place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)[1:]
        return ValueError(f"line {line}: {place} of the reference: {what}")

    def _combination(self, path: Sequence[str | int], values: Sequence[str]) -> int:
        combination = 0
        for attribute, known, value in zip(self._coding.attributes, self._codes, values, strict=False):
            if value not in known:
                break
            combination = combination * len(attribute.codes) + known[value]
        else:
            if len(values) == len(self._codes):
                return combination
        raise self._wrong(path, f"{list(values)} are no values of {self._file.attributes}, in this order")

    def _add(self, path: Sequence[str | int], start_ms: int, combination: int, one: Cell | Row) -> None:
        age_bin = -1 if one.age_bin is None else one.age_bin
        bins = len(self._file.edges_ms) - 1
        audited = one.n * one.audited if isinstance(one, Cell) else one.audited
        wrong_age = (age_bin < 0) != (one.actual is None) or not -1 <= age_bin < bins
        kind = 3 * one.predicted + (0 if one.actual is None else 1 + one.actual)
        if one.n <= 0 or not 0 <= audited <= one.n or wrong_age:
            what = "n must be positive, age_bin a place in edges_ms, and age_bin and actual both null or both given"
            raise self._wrong(path, what)
        row = self._rows.setdefault((start_ms, age_bin, combination), [0] * len(Kind))
        row[kind] += one.n
        if audited and kind in _AUDITED:
            row[_AUDITED[kind]] += audited

    def reference(self) -> Reference:
        file = self._file
        for place, cell in enumerate(file.cells):
            where = ("cells", place)
            self._add(where, 0, self._combination(where, cell.values), cell)
        people = [self._combination(("people", place), values) for place, values in enumerate(file.people)]
        for place, pane in enumerate(file.panes):
            inside = file.start_ms <= pane.start_ms < file.end_ms
            if not inside or file.pane_ms <= 0 or pane.start_ms % file.pane_ms:
                raise self._wrong(
                    ("panes", place), "start_ms must be a multiple of pane_ms, from start_ms on and before end_ms"
                )
            for number, row in enumerate(pane.rows):
                path = ("panes", place, "rows", number)
                if not 0 <= row.person < len(people):
                    raise self._wrong(path, f"{row.person} is no place in people, which has {len(people)}")
                self._add(path, pane.start_ms, people[row.person], row)
        keys = sorted(self._rows)
        column = np.array(keys, np.int64).reshape(-1, 3).T
        return Reference(
            file.model,
            file.source,
            file.revision,
            file.start_ms,
            file.end_ms,
            tuple(file.edges_ms),
            column[1],
            column[2],
            np.array([self._rows[key] for key in keys], np.int64).reshape(-1, len(Kind)),
            file.longest_gap_ms,
            column[0] if file.panes else None,
            file.pane_ms,
        )


def _codes_by_name(attribute: AttributeCoding) -> dict[str, int]:
    codes: dict[str, int] = {}
    for index, code in enumerate(attribute.codes):
        codes.setdefault(_SEVERAL.join(code.slugs), index)
    return codes
