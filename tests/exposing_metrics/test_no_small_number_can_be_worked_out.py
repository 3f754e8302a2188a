"""The disclosure gate against someone who reads everything and does the algebra."""

from itertools import pairwise

import numpy as np
import pytest

from monitor.counting.lattice import Lattice
from monitor.exporting.covering import withheld
from monitor.exporting.gate import GatedCounts, gate, gate_windows, released
from monitor.exporting.places import Places
from monitor.exporting.small import stepped
from monitor.exporting.view import GroupView, WindowCounts
from tests.exposing_metrics import populations
from tests.exposing_metrics.adversary import Adversary, adversary
from tests.exposing_metrics.populations import Ints

MIN_CELL = 11


def windows(of: Lattice, seed: int, n: int) -> dict[str, tuple[Ints, Ints]]:
    """28 days of `n` inferences, and a quarter of them, the last 7."""
    rng = np.random.default_rng(seed)
    combinations, parts = populations.people(of, rng, n)
    return {"28d": (combinations, parts), "7d": (combinations, rng.binomial(parts, 0.25))}


def reader(of: Lattice, seed: int, n: int) -> Adversary:
    drawn = windows(of, seed, n)
    shown = gate_windows(populations.groups(of, drawn), MIN_CELL)
    return adversary(of, {name: parts for name, (_, parts) in drawn.items()}, shown)


SIZES = (30, 200, 1_000, 5_000, 20_000)


@pytest.mark.parametrize("attributes", [(3,), (2, 2), (4, 3)], ids=str)
@pytest.mark.parametrize("seed", range(10))
def test_no_small_count_follows_from_sums_and_differences(attributes: tuple[int, ...], seed: int) -> None:
    of = populations.lattice(*attributes)
    assert reader(of, seed, SIZES[seed % len(SIZES)]).works_out(MIN_CELL) == []


@pytest.mark.parametrize("seed", range(4))
def test_no_small_count_follows_from_crossings_of_three_attributes(seed: int) -> None:
    of = populations.lattice(1, 1, 1, depth=2, also=(("a", "b", "c"),))
    assert reader(of, seed, SIZES[1 + seed]).works_out(MIN_CELL) == []


@pytest.mark.parametrize("seed", range(6))
def test_whole_numbers_of_people_do_not_pin_a_small_count_down_either(seed: int) -> None:
    one = reader(populations.lattice(1, 1), seed, SIZES[1 + seed % 4])
    rng = np.random.default_rng(seed)
    small = one.small_counts(MIN_CELL)
    for index in rng.permutation(len(small))[:8]:
        name, target = small[index]
        low, high = one.range_of(target)
        assert low < high, f"{name} can only be {low}"


def test_the_adversary_is_no_straw_man() -> None:
    """Without partners he finds the one small count of an attribute: 533 - 500 - 30 = 3."""
    of = populations.lattice(3)
    parts = np.zeros((of.coding.size, 7), np.int64)
    parts[:3, 5] = (3, 500, 30)
    drawn = {name: (np.arange(of.coding.size), parts) for name in ("28d", "7d")}
    shown = populations.groups(of, drawn)
    alone = [{name: released(counts, MIN_CELL) for name, counts in group.windows.items()} for group in shown]
    found = adversary(of, {"28d": parts, "7d": parts}, alone).works_out(MIN_CELL)
    assert "n of a=a0, 28d" in found
    together = gate_windows(shown, MIN_CELL)
    assert adversary(of, {"28d": parts, "7d": parts}, together).works_out(MIN_CELL) == []


def one_attribute(*tp_fn: tuple[int, int]) -> list[GroupView]:
    """Everyone, and the values of one attribute, with 500 true negatives and 40 false positives each."""
    counts = [WindowCounts(tp + fn + 540, tp + 40, tp, 40, 500, fn, explained_sent=1) for tp, fn in tp_fn]
    total = WindowCounts(*(sum(column) for column in zip(*map(astuple, counts), strict=True)))
    named = [("overall", "overall", total), *(("race", f"r{i}", one) for i, one in enumerate(counts))]
    return [GroupView("r1", attribute, name, {"28d": one}) for attribute, name, one in named]


def astuple(counts: WindowCounts) -> tuple[int, ...]:
    return tuple(getattr(counts, name) for name in WindowCounts.__slots__)


def test_a_lone_small_subgroup_takes_the_smallest_big_enough_one_with_it() -> None:
    shown = [one["28d"] for one in gate_windows(one_attribute((60, 5), (60, 90), (60, 30), (60, 15)), MIN_CELL)]
    # 5 is small; 15 would leave it at most 10 of 20; 30 is the smallest that hides it whole.
    assert [one.fn for one in shown] == [140, None, 90, None, 15]
    assert [one.tp for one in shown] == [240, None, 60, None, 60]


def test_where_no_partner_is_big_enough_everyone_is_withheld() -> None:
    shown = [one["28d"] for one in gate_windows(one_attribute((60, 5), (60, 15), (60, 12)), MIN_CELL)]
    assert [one.fn for one in shown] == [None, None, 15, 12]


def test_a_small_cell_of_a_crossing_hides_beside_a_big_one_of_its_own_row() -> None:
    table = {"a0": (300, 5, 0, 12), "a1": (300, 0, 30, 300)}
    margins = [("b", f"b{i}", sum(column)) for i, column in enumerate(zip(*table.values(), strict=True))]
    named = [("overall", "overall", 947), *(("a", row, sum(cells)) for row, cells in table.items()), *margins]
    named += [("a__b", f"{row}__b{i}", n) for row, cells in table.items() for i, n in enumerate(cells)]
    places = Places([(attribute, name) for attribute, name, _ in named])
    hidden = withheld(places, np.array([[n] for *_, n in named]), np.zeros(len(named), bool), MIN_CELL)
    # b2 is the cheapest partner of b1, but nobody of a0 is in it.
    beside = [n for (_, name, n), out in zip(named, hidden, strict=True) if name.startswith("a0__") and out]
    assert max(beside) == 300


def test_nobody_is_not_few_and_needs_no_hiding() -> None:
    shown = [one["28d"] for one in gate_windows(one_attribute((60, 0), (60, 30)), MIN_CELL)]
    assert [one.fn for one in shown] == [30, 0, 30]


@pytest.mark.parametrize("small", range(1, MIN_CELL))
def test_a_rate_goes_if_its_cases_or_their_complement_are_few(small: int) -> None:
    """S15 of the requirements: 2 of 100 and 98 of 100 say the same."""
    for tp, fn in ((100, small), (small, 100)):
        shown = released(WindowCounts(1_000, 500, tp, 200, 300, fn), MIN_CELL)
        assert (shown.tp, shown.fn, shown.n, shown.n_labelled) == (None, None, None, None)
        assert (shown.fp, shown.tn) == (200, 300)


def test_inferences_that_wait_for_few_labels_are_not_shown_beside_the_labelled_ones() -> None:
    shown = released(WindowCounts(n=803, n_predicted_positive=303, tp=100, fp=200, tn=300, fn=200), MIN_CELL)
    # 303 - 100 - 200 = 3 people flagged without a label.
    assert (shown.n, shown.n_predicted_positive) == (None, None)
    assert shown.n_labelled == 800


def test_a_short_window_is_not_shown_where_few_people_lie_between_it_and_the_long_one() -> None:
    long = WindowCounts(800, 300, 100, 200, 300, 200)
    short = WindowCounts(797, 300, 100, 200, 300, 197)
    (shown,) = gate_windows([one_group({"28d": long, "7d": short})], MIN_CELL)
    assert shown["28d"].fn == 200
    assert (shown["7d"].fn, shown["7d"].tn) == (None, 300)


def one_group(by_window: dict[str, WindowCounts]) -> GroupView:
    return GroupView("r1", "overall", "overall", by_window)


def test_an_explanation_that_was_never_sent_is_no_zero() -> None:
    counts = WindowCounts(800, 300, 100, 200, 300, 200)
    assert released(counts, MIN_CELL).explained is None
    sent = WindowCounts(800, 300, 100, 200, 300, 200, explained_sent=800)
    assert released(sent, MIN_CELL).explained == 0


def test_min_cell_of_one_shows_everything() -> None:
    exact = populations.groups(populations.lattice(2, 2), windows(populations.lattice(2, 2), 1, 100))
    for group, shown in zip(exact, gate_windows(exact, 1), strict=True):
        for name, counts in group.windows.items():
            told = astuple(counts)[6:8] if counts.explained_sent else (None, None)
            assert shown[name] == GatedCounts(*astuple(counts)[:6], *told)


def test_two_worlds_one_person_apart_differ_only_in_counts_of_eleven_or_more() -> None:
    """P2 of the privacy tests: add one person to one cell; whatever is shown and differs is no small cell."""
    of = populations.lattice(3, 2)
    drawn = windows(of, 3, 2_000)
    combinations, parts = drawn["28d"]
    for cell in np.flatnonzero(parts.sum(axis=1))[:10]:
        more = parts.copy()
        more[cell, 0] += 1
        worlds = [
            gate_windows(populations.groups(of, {"28d": (combinations, world)}), MIN_CELL) for world in (parts, more)
        ]
        for one, other in zip(*worlds, strict=True):
            for count in (one["28d"].tp, other["28d"].tp):
                assert count is None or count == 0 or count >= MIN_CELL


def test_running_totals_stay_or_grow_by_whole_steps() -> None:
    """S16: between two scrapes nobody sees fewer than eleven people arrive."""
    seen = [stepped(total, MIN_CELL) for total in range(200)]
    steps = {after - before for before, after in pairwise(seen)}
    assert steps == {0, MIN_CELL}
    assert all(total - MIN_CELL < value <= total for total, value in enumerate(seen))


def test_every_running_total_of_people_in_a_model_is_stepped() -> None:
    of = populations.lattice(2, 2)
    gated = gate(populations.model(populations.groups(of, windows(of, 1, 300))))
    totals = [
        *(n for one in gated.rest.attribute_values.values() for n in one),
        *gated.rest.expired.values(),
        *(n for one in gated.rest.corrections.values() for n in one),
        *(n for one in gated.rest.labels_late for n in one),
        *(n for _, n in gated.rest.label_ages),
        *(
            n
            for group in gated.groups
            for n in (*group.inferences, *group.inferences_retracted, *group.labelled, *group.retracted)
        ),
    ]
    assert gated.rest.groups == ()
    assert sum(totals) > 0
    assert all(total % MIN_CELL == 0 for total in totals)
