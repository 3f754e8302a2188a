"""When a rise began, by inference time: an estimate that forgets what is long past."""

import numpy as np
import pytest

from monitor.judging.onset import SLICES, SeenBySlice
from monitor.judging.rules import DAY_MS
from monitor.judging.split import credible_split
from tests.judging_evidence.worlds import rules

TILT = 0.8


def brute_force(k: np.ndarray, n: np.ndarray, expected: np.ndarray) -> tuple[int, int]:
    """The splits by their definition, each sum for itself."""
    gain = [
        k[i] * TILT - (n[i] * np.log(1 + expected[i] / n[i] * (np.exp(TILT) - 1)) if n[i] else 0) for i in range(len(k))
    ]
    sums = [sum(gain[i:]) for i in range(len(k))]
    credible = [i for i, one in enumerate(sums) if one >= max(sums) - 3]
    return max(range(len(k)), key=lambda i: (round(sums[i], 9), i)), credible[0]


@pytest.mark.parametrize("seed", range(20))
def test_the_split_is_the_one_that_its_definition_gives(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = rng.integers(0, 30, 40) * rng.integers(0, 2, 40)
    k = rng.binomial(n, np.where(np.arange(40) < rng.integers(5, 35), 0.1, 0.25))
    expected = n * rng.uniform(0.08, 0.15, 40)
    assert credible_split(k, n, expected, TILT) == brute_force(k, n, expected)


def test_only_the_newest_slices_are_kept_whatever_order_their_cells_ripen_in() -> None:
    seen = SeenBySlice(rules(), rates=1, subgroups=1)
    rng = np.random.default_rng(7)
    slices = 3 * SLICES
    n = rng.integers(5, 30, slices)
    k = rng.binomial(n, np.where(np.arange(slices) == 126, 0.9, 0.05))  # slice 126 shares its place with slice 190
    for newest in range(slices + 5):
        # The label-free cells of a slice, and those of an age that ripens five slices later.
        starts, sums = np.full(2, -1), np.zeros((2, 1, 1, 3))
        for part, one in enumerate((newest, newest - 5)):
            if 0 <= one < slices:
                starts[part] = one * seen.width_ms
                half = (k[one] // 2, n[one] // 2) if part else (k[one] - k[one] // 2, n[one] - n[one] // 2)
                sums[part, 0, 0] = (*half, half[1] * 0.1)
        seen.add(starts, sums)
    first = slices - SLICES
    halves = n[first:] * 0.1
    wanted = tuple((first + one) * seen.width_ms for one in brute_force(k[first:], n[first:], halves))
    assert seen.onset_ms(0, 0, TILT) == wanted


def test_what_is_older_than_every_slice_is_let_go() -> None:
    seen = SeenBySlice(rules(), rates=1, subgroups=1)
    seen.add(np.array([1_000 * seen.width_ms]), np.ones((1, 1, 1, 3)))
    before = seen.stored()
    seen.add(np.array([(1_000 - SLICES) * seen.width_ms]), np.ones((1, 1, 1, 3)))
    assert seen.stored() == before


def test_slices_cover_the_horizon_and_ninety_days() -> None:
    for horizon_days in (2, 30, 1_095):
        seen = SeenBySlice(rules(edges_ms=(0, horizon_days * DAY_MS)), rates=1, subgroups=1)
        assert seen.width_ms % DAY_MS == 0
        assert seen.width_ms * SLICES >= (horizon_days + 90) * DAY_MS


def test_sums_that_are_not_whole_are_refused() -> None:
    seen = SeenBySlice(rules(), rates=1, subgroups=1)
    stored = seen.stored()
    stored.sums = stored.sums[:-4]
    with pytest.raises(ValueError, match="not whole"):
        seen.restore(stored)
