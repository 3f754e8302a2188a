"""The ripe cells of one step, added up: exact integers in one fixed order, whoever counted them.

Way of an event: begins step 7. Pure. From here on nothing depends on partitions or on the order of cells.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from monitor.counting.ripe import LABEL_FREE, RipeCells
from monitor.judging.metrics import Kind

Ints = NDArray[np.int64]

FIRST_AUDITED: Final = 2
"""Label codes from here on are of outcomes that were drawn at random."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts by revision, label-age bin and combination, in rising order of these three.

    Parameters
    ----------
    revisions
        Names, rising; `revision` are indexes into it.
    age_bin
        Bin of the label age; -1: label-free.
    counts
        Shape (rows, `Kind`).

    Examples
    --------
    >>> cells = RipeCells(("r1",), *(np.array(c) for c in ([0, 0], [0, 0], [2, 2], [7, 7], [1, 1], [0, 0], [3, 4])))
    >>> found = tally(cells)
    >>> found.counts[:, Kind.FALSE_POSITIVE].tolist()
    [7]
    """

    revisions: tuple[str, ...]
    revision: Ints
    age_bin: Ints
    combination: Ints
    counts: Ints

    def where(self, mask: NDArray[np.bool_]) -> "Tally":
        """Some of the rows."""
        return Tally(self.revisions, self.revision[mask], self.age_bin[mask], self.combination[mask], self.counts[mask])

    def of(self, kinds: tuple[Kind, ...]) -> Ints:
        """Events of these kinds in each row."""
        total: Ints = self.counts[:, list(kinds)].sum(axis=1)
        return total


def tally(cells: RipeCells, keep: NDArray[np.bool_] | None = None, of: Callable[[str], str] = str) -> Tally:
    """Add up ripe cells.

    Parameters
    ----------
    keep
        Which cells; None: all.
    of
        Renames revisions; those of one new name are added.
    """
    names = [of(name) for name in cells.revisions]
    revisions = tuple(sorted(set(names)))
    place = np.array([revisions.index(name) for name in names], np.int64)
    chosen = np.ones(len(cells.n), bool) if keep is None else keep
    revision, n = place[cells.revision[chosen]], cells.n[chosen]
    age_bin, combination = cells.age_bin[chosen], cells.combination[chosen]
    label = cells.label[chosen]
    kind = 3 * cells.prediction[chosen] + np.where(label == LABEL_FREE, 0, 1 + (label & 1))
    first, place = first_of_each((revision, age_bin, combination))
    counts = np.zeros((len(first), len(Kind)), np.int64)
    np.add.at(counts, (place, kind), n)
    audited = (label >= FIRST_AUDITED) & (cells.prediction[chosen] == 0)
    np.add.at(counts, (place[audited], Kind.AUDITED_TRUE_NEGATIVE + (label[audited] & 1)), n[audited])
    return Tally(revisions, revision[first], age_bin[first], combination[first], counts)


def summed(tallies: Sequence[Tally]) -> Tally:
    """The sum of tallies, revision by revision."""
    revisions = tuple(sorted({name for one in tallies for name in one.revisions}))
    places = [np.array([revisions.index(name) for name in one.revisions], np.int64)[one.revision] for one in tallies]
    revision = np.concatenate([np.empty(0, np.int64), *places])
    age_bin = np.concatenate([np.empty(0, np.int64), *(one.age_bin for one in tallies)])
    combination = np.concatenate([np.empty(0, np.int64), *(one.combination for one in tallies)])
    first, place = first_of_each((revision, age_bin, combination))
    counts = np.zeros((len(first), len(Kind)), np.int64)
    np.add.at(counts, place, np.concatenate([np.empty((0, len(Kind)), np.int64), *(one.counts for one in tallies)]))
    return Tally(revisions, revision[first], age_bin[first], combination[first], counts)


def merged(tallies: Sequence[Tally], revision: str) -> Tally:
    """The sum of tallies, as of one revision."""
    return summed([replace(one, revisions=(revision,), revision=np.zeros_like(one.revision)) for one in tallies])


def first_of_each(columns: tuple[Ints, ...]) -> tuple[Ints, Ints]:
    """Where each different row stands first, in rising order of the rows; and the place of every row among them."""
    order = np.lexsort(columns[::-1])
    is_new = np.ones(len(order), bool)
    if len(order):
        is_new[1:] = np.any([column[order][1:] != column[order][:-1] for column in columns], axis=0)
    place = np.empty(len(order), np.int64)
    place[order] = np.cumsum(is_new) - 1
    return order[is_new], place
