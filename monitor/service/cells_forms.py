"""The forms in which a judge's input is archived: the cells of a step, the entries of its journal, and what names both.

Way of an event: beside step 7. Pure. Each has one byte form, so that its digest can be computed again by anybody.
"""

from typing import Final

import msgspec
import numpy as np

from monitor.counting.ripe import RipeCells
from monitor.judging.stream_names import StreamName

CELLS: Final = "fairdrift-cells/1"
EVIDENCE: Final = "fairdrift-evidence/1"


class Step(msgspec.Struct, frozen=True, array_like=True, tag="step"):
    """The judge was given a pane: its end, and the digest of its cells; empty: there were none."""

    end_ms: int
    cells: str


class Acknowledged(msgspec.Struct, frozen=True, array_like=True, tag="acknowledged"):
    """A person acknowledged the alarm of a stream."""

    attribute: str
    subgroup: str
    metric: str


class Held(msgspec.Struct, frozen=True, array_like=True, tag="held"):
    """Streams were held DEGRADED by evidence of before."""

    streams: list[StreamName]


Entry = Step | Acknowledged | Held


class Segment(msgspec.Struct, array_like=True):
    """A stretch of the journal: digest of the judge's state it begins with (empty: a new judge), and what followed."""

    state: str
    entries: list[Entry]


class Cells(msgspec.Struct, frozen=True, kw_only=True):
    """The cells of one step in canonical form: names rising, rows rising, each row once.

    `rows` have the place of the revision, start of the pane, age bin, combination, prediction, label and count.
    """

    form: str = CELLS
    end_ms: int
    excluded: bool
    revisions: list[str]
    rows: list[tuple[int, int, int, int, int, int, int]]


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What a verdict came from: the judge it began with, everything it was given since, and the state of the data.

    `blocks` are digests of lists of entries, which the `entries` here follow.
    """

    form: str = EVIDENCE
    model: str
    rule_version: str
    state: str
    blocks: list[str]
    entries: list[Entry]
    end_ms: int
    serving: list[str]
    flags: list[str]
    stale: list[str]


def canonical(value: msgspec.Struct | list[Entry]) -> bytes:
    """The one byte form: RFC 8785, as all numbers are integers and all names are ASCII.

    >>> canonical(Cells(end_ms=5, excluded=False, revisions=["r1"], rows=[(0, 0, -1, 3, 1, -1, 40)])).decode()
    '{"end_ms":5,"excluded":false,"form":"fairdrift-cells/1","revisions":["r1"],"rows":[[0,0,-1,3,1,-1,40]]}'
    """
    return msgspec.json.encode(value, order="sorted")


def canonical_cells(end_ms: int, cells: RipeCells) -> Cells:
    """The cells of a step, whoever counted them and in whichever order.

    >>> column = np.array([7, 7])
    >>> twice = RipeCells(("r2", "r1"), np.array([1, 1]), *(column,) * 5, np.array([2, 3]))
    >>> found = canonical_cells(10, twice)
    >>> found.revisions, found.rows
    (['r1'], [(0, 7, 7, 7, 7, 7, 5)])
    """
    said = sorted({cells.revisions[number] for number in np.unique(cells.revision).tolist()})
    place = np.array([said.index(name) if name in said else -1 for name in cells.revisions], np.int64)
    columns = (cells.pane_start_ms, cells.age_bin, cells.combination, cells.prediction, cells.label)
    rows = np.stack((place[cells.revision] if len(place) else cells.revision, *columns), axis=1)
    different, inverse = np.unique(rows, axis=0, return_inverse=True)
    counts = np.zeros(len(different), np.int64)
    np.add.at(counts, inverse.reshape(-1), cells.n)
    listed = [tuple(row) for row in np.column_stack((different, counts)).tolist()]
    return Cells(end_ms=end_ms, excluded=cells.excluded, revisions=said, rows=listed)


def ripe_cells_of(cells: Cells) -> RipeCells:
    """The cells as the judge takes them."""
    columns = np.array(cells.rows, np.int64).reshape(-1, 7).T
    revision, pane_start, age_bin, combination, prediction, label, n = columns
    names = tuple(cells.revisions)
    return RipeCells(names, revision, pane_start, age_bin, combination, prediction, label, n, cells.excluded)
