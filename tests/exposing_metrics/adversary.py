"""Someone who reads everything that is shown, and does the algebra: what small counts can he work out?

Unknown to him: the seven parts (`populations.counts`) of every combination, in the short window and in the rest of the
long one. Each shown number is one linear equation. A count that lies in their row space is known exactly.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from monitor.counting.lattice import Lattice
from monitor.exporting.gate import GatedCounts
from tests.exposing_metrics.populations import Ints

Floats = NDArray[np.float64]

# Order of parts: tp, fn, fp, tn, waiting flagged, waiting passed, explained.
SHOWN = {
    "n": (1, 1, 1, 1, 1, 1, 1),
    "n_predicted_positive": (1, 0, 1, 0, 1, 0, 1),
    "tp": (1, 0, 0, 0, 0, 0, 1),
    "fp": (0, 0, 1, 0, 0, 0, 0),
    "tn": (0, 0, 0, 1, 0, 0, 0),
    "fn": (0, 1, 0, 0, 0, 0, 0),
    "explained": (0, 0, 0, 0, 0, 0, 1),
    "explained_flagged": (0, 0, 0, 0, 0, 0, 1),
}
WANTED = {
    **SHOWN,
    "waiting flagged": (0, 0, 0, 0, 1, 0, 0),
    "waiting passed": (0, 0, 0, 0, 0, 1, 0),
    "labelled positives": (1, 1, 0, 0, 0, 0, 1),
    "labelled negatives": (0, 0, 1, 1, 0, 0, 0),
    "errors": (0, 1, 1, 0, 0, 0, 0),
    "passed": (0, 1, 0, 1, 0, 1, 0),
    "flagged, not told why": (1, 0, 1, 0, 1, 0, 0),
}
SPANS = {"7d": (1, 0), "28d": (1, 1), "between": (0, 1)}
"""Which of (last 7 days, the 21 before) a number is about."""


@dataclass(frozen=True)
class Adversary:
    """What he knows: `equations` of the unknowns, and their right sides. `truth`, the unknowns, is the judge's."""

    of: Lattice
    members: Ints
    truth: Ints
    equations: Floats
    values: Floats

    def works_out(self, min_cell: int) -> list[str]:
        """Every count of 1 to `min_cell` - 1, of a subgroup or of two of one attribute, that he knows exactly."""
        names, targets = self._small(min_cell)
        _, sizes, rows = np.linalg.svd(self.equations, full_matrices=False)
        rows = rows[sizes > 1e-9 * max(1.0, sizes[0])]
        left = np.abs(targets - (targets @ rows.T) @ rows).max(axis=1, initial=0)
        return [name for name, rest in zip(names, left, strict=True) if rest < 1e-7]

    def range_of(self, target: Floats) -> tuple[int, int]:
        """Least and largest value that whole numbers of people allow."""
        known = LinearConstraint(self.equations, self.values, self.values)
        found = [
            milp(sign * target, constraints=known, integrality=np.ones(len(target)), bounds=Bounds(0, 1e6))
            for sign in (1, -1)
        ]
        assert all(one.status == 0 for one in found), [one.message for one in found]
        return round(found[0].fun), round(-found[1].fun)

    def small_counts(self, min_cell: int) -> list[tuple[str, Floats]]:
        """Every small count, by name, as a sum of the unknowns."""
        return list(zip(*self._small(min_cell), strict=True))

    def _small(self, min_cell: int) -> tuple[list[str], Floats]:
        named = [
            (f"{what} of {' or '.join(of)}, {span}", _sum(weights, members, parts))
            for of, members in _subgroups_and_pairs(self.of, self.members)
            for what, parts in WANTED.items()
            for span, weights in SPANS.items()
        ]
        sums = np.array([target for _, target in named])
        small = (sums @ self.truth > 0) & (sums @ self.truth < min_cell)
        return [name for (name, _), is_small in zip(named, small, strict=True) if is_small], sums[small]


def adversary(of: Lattice, parts: Mapping[str, Ints], shown: Sequence[Mapping[str, GatedCounts]]) -> Adversary:
    """He reads `shown`; `parts` has shape (combinations, parts) by window, 7d and 28d."""
    # Combinations that belong to the same subgroups look the same from outside.
    members, alike = np.unique(_members(of), axis=1, return_inverse=True)
    truth = np.zeros((2, members.shape[1], 7), np.int64)
    np.add.at(truth, (slice(None), alike), np.stack((parts["7d"], parts["28d"] - parts["7d"])))
    truth = truth.reshape(-1)
    equations, values = [np.zeros(len(truth))], [0.0]
    for index, by_window in enumerate(shown):
        for window, counts in by_window.items():
            for field in fields(counts):
                value = getattr(counts, field.name)
                if value is not None:
                    equations.append(_sum(SPANS[window], members[index], SHOWN[field.name]))
                    values.append(value)
                    assert equations[-1] @ truth == value
    return Adversary(of, members, truth, np.array(equations), np.array(values, float))


def _members(of: Lattice) -> Ints:
    return of.sum(range(of.coding.size), np.eye(of.coding.size, dtype=np.int64))


def _subgroups_and_pairs(of: Lattice, members: Ints) -> list[tuple[tuple[str, ...], Ints]]:
    names = [f"{subgroup.attribute}={subgroup.slug}" for subgroup in of.subgroups]
    alone = [((name,), members[index]) for index, name in enumerate(names)]
    pairs = [
        ((names[a], names[b]), members[a] + members[b])
        for a in range(len(names))
        for b in range(a)
        if of.subgroups[a].attribute == of.subgroups[b].attribute
    ]
    return [*alone, *pairs]


def _sum(span: Sequence[int], members: Ints, parts: Sequence[int]) -> Floats:
    return np.einsum("w,c,p->wcp", span, members, parts).reshape(-1).astype(float)
