"""B2: a flood of rejects stops the partition at a record that can be named, whatever the batches."""

import random

import pytest

from monitor.intake.reject_stop import WINDOW, RejectMeter


def stop_at(rejected: list[bool], batches: list[int], in_a_row: int = 1_000, share: float = 0.1) -> int | None:
    """Place of the record that stops a partition read in these batches."""
    meter, begin = RejectMeter(in_a_row, share), 0
    for size in batches:
        batch = rejected[begin : begin + size]
        index = meter.take(len(batch), [index for index, is_reject in enumerate(batch) if is_reject])
        if index is not None:
            return begin + index
        begin += size
    return None


def by_definition(rejected: list[bool], in_a_row: int, share: float) -> int | None:
    row = 0
    for place, is_reject in enumerate(rejected):
        row = row + 1 if is_reject else 0
        last = rejected[max(0, place + 1 - WINDOW) : place + 1]
        if row >= in_a_row or (len(last) == WINDOW and sum(last) >= share * WINDOW):
            return place
    return None


def test_a_thousand_in_a_row_stop_at_the_thousandth_over_batches() -> None:
    rejected = [False] * 7 + [True] * 2_000
    assert stop_at(rejected, [500] * 5) == 1_006
    assert stop_at([True] * 999 + [False] + [True] * 999 + [False], [100] * 20) is None


def test_a_tenth_of_ten_thousand_stops_when_ten_thousand_were_seen() -> None:
    scattered = [place % 5 == 0 for place in range(WINDOW)]
    assert stop_at(scattered, [WINDOW // 2] * 2) == WINDOW - 1
    assert stop_at(scattered[:-1], [WINDOW]) is None
    assert stop_at([place % 11 == 0 for place in range(50_000)], [1_000] * 50) is None


def test_a_reject_counts_among_exactly_ten_thousand_records() -> None:
    places = {0, *range(2, 2 + 998 * 10, 10), WINDOW, WINDOW + 1}
    rejected = [place in places for place in range(WINDOW + 10)]
    assert stop_at(rejected, [WINDOW + 10]) == by_definition(rejected, 1_000, 0.1) == WINDOW + 1


@pytest.mark.parametrize("seed", range(12))
def test_any_batches_stop_where_the_definition_does(seed: int) -> None:
    rng = random.Random(seed)
    rates = [rng.choice((0.0, 0.05, 0.09, 0.11, 0.3)) for _ in range(5)]
    rejected = [rng.random() < rate for rate in rates for _ in range(4_000)]
    batches = [rng.choice((1, 7, 500, 3_000)) for _ in range(30)] + [20_000]
    in_a_row = rng.choice((3, 5, 1_000))
    assert stop_at(rejected, batches, in_a_row) == by_definition(rejected, in_a_row, 0.1)


@pytest.mark.parametrize(("in_a_row", "share"), [(0, 0.1), (1, 0.0), (1, 1.1)])
def test_a_limit_out_of_its_range_is_refused(in_a_row: int, share: float) -> None:
    with pytest.raises(ValueError, match="need in_a_row >= 1 and 0 < share <= 1"):
        RejectMeter(in_a_row, share)
