"""The counts files equal a count by hand, open to their owner only, whatever order panes and partitions come in."""

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.counting.lattice import Lattice
from monitor.counting.windows import Table
from monitor.exporting.counts_csv import COLUMNS, write_counts
from monitor.exporting.moments import DAY_MS
from monitor.exporting.naming import Names
from monitor.exporting.pane_counts import CountedModel, CountsBook
from monitor.exporting.replayed import Replayed
from monitor.vocabulary import AttributeCoding, Coding
from tests.reporting_what_happened.worlds import World, together

CODING = Coding(
    (
        AttributeCoding("race", {"black": ("African-American", "Black"), "white": ("Caucasian",)}, multiple="each"),
        AttributeCoding("age_band", bands=(0, 45), source="age"),
    )
)
LATTICE = Lattice(CODING, depth=2)
THURSDAY_MS = 1_357_171_200_000  # 2013-01-03: 7-day windows start on Thursdays, for 1970-01-01 was one

Row = dict[str, str]


def rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def table(person: dict[str, object], counts: list[int], revision: str = "r1") -> Table:
    return Table((revision,), np.array([0]), np.array([CODING.encode(person)]), np.array([[*counts, 0, 0, 0]]))


def book(pane_ms: int = DAY_MS, windows: dict[str, int] | None = None) -> CountsBook:
    return CountsBook({"m": CountedModel(LATTICE, pane_ms, {"7d": 7 * DAY_MS} if windows is None else windows)})


def test_a_person_stands_under_everyone_each_value_and_each_crossing(tmp_path: Path) -> None:
    counts = book()
    counts.add("m", THURSDAY_MS + 6 * DAY_MS, table({"race": ["Black", "Caucasian"], "age": 50}, [3, 1, 1, 0, 1, 0]))
    write_counts(counts, tmp_path)
    start, numbers = "2013-01-03T00:00:00Z", "3,1,2,1,0,1,0"
    # By hand: three inferences of people of both races, 45 or older; two of them have an outcome.
    assert (tmp_path / "counts_7d.csv").read_text(encoding="utf-8").splitlines() == [
        "window_start,revision,attribute,value,n,n_predicted_positive,n_labelled,tp,fp,tn,fn",
        f"{start},r1,*,*,{numbers}",
        f"{start},r1,age_band,45_plus,{numbers}",
        f"{start},r1,race,African-American,{numbers}",
        f"{start},r1,race,Caucasian,{numbers}",
        f"{start},r1,race&age_band,African-American&45_plus,{numbers}",
        f"{start},r1,race&age_band,Caucasian&45_plus,{numbers}",
    ]


def test_windows_start_at_multiples_of_their_span_since_the_epoch(tmp_path: Path) -> None:
    counts = book()
    for day in (-1, 0, 6, 7):
        counts.add("m", THURSDAY_MS + day * DAY_MS, table({"race": "Black", "age": 1}, [1, 0, 0, 0, 0, 0]))
    write_counts(counts, tmp_path)
    found = {row["window_start"]: row["n"] for row in rows(tmp_path / "counts_7d.csv") if row["attribute"] == "*"}
    assert found == {"2012-12-27T00:00:00Z": "1", "2013-01-03T00:00:00Z": "2", "2013-01-10T00:00:00Z": "1"}
    assert len({row["window_start"] for row in rows(tmp_path / "counts_1d.csv")}) == 4


@given(order=st.permutations(range(12)), parts=st.lists(st.integers(0, 2), min_size=12, max_size=12))
def test_any_order_of_panes_and_any_split_over_partitions_gives_the_same_sums(
    order: list[int], parts: list[int]
) -> None:
    people = [{"race": race, "age": age} for race in ("Black", "Caucasian", None) for age in (20, 60)]
    shares = [
        (THURSDAY_MS + n % 4 * DAY_MS, table(people[n % 6], [n + 5, n, n, 1, 2, 2], f"r{n % 2}")) for n in range(12)
    ]

    def sums(counts: CountsBook) -> list[tuple[int, dict[str, list[list[int]]]]]:
        return [
            (w.start_ms, {r: c.tolist() for r, c in w.by_revision.items()}) for w in counts.tumbling("m", DAY_MS * 2)
        ]

    in_order, shuffled = book(), book()
    for start_ms, share in shares:
        in_order.add("m", start_ms, share)
    for number in sorted(order, key=parts.__getitem__):
        shuffled.add("m", *shares[number])
    assert sums(in_order) == sums(shuffled)


def test_every_row_of_a_replay_equals_a_count_of_its_cells_by_hand(
    world: World, done: Replayed, tmp_path: Path
) -> None:
    write_counts(done.book, tmp_path)
    names = Names(world.lattice.coding)
    expected: Counter[tuple[str, ...]] = Counter()
    for start_ms, share in world.tables().items():
        week = start_ms // (7 * DAY_MS)
        for number, combination, counts in zip(*share[1:], strict=True):
            for index in world.lattice.members(int(combination)):
                subgroup = world.lattice.subgroups[index]
                key = (str(week), share.revisions[number], *names.of(subgroup.attribute, subgroup.slug))
                for column, n in zip(
                    ("n", "n_predicted_positive", "tp", "fp", "tn", "fn"), counts.tolist(), strict=False
                ):
                    expected[*key, column] += n
    found: Counter[tuple[str, ...]] = Counter()
    for row in rows(tmp_path / "counts_7d.csv"):
        week = (np.datetime64(row["window_start"].removesuffix("Z")).astype(int)) // (7 * 86_400)
        for column in ("n", "n_predicted_positive", "tp", "fp", "tn", "fn"):
            found[str(week), row["revision"], row["attribute"], row["value"], column] += int(row[column])
        assert int(row["n_labelled"]) == sum(int(row[column]) for column in ("tp", "fp", "tn", "fn"))
        assert int(row["n"]) or int(row["n_labelled"])
    assert +found == +expected


def test_rows_are_sorted_and_none_stands_twice(done: Replayed, tmp_path: Path) -> None:
    for path in write_counts(done.book, tmp_path):
        keys = [tuple(row[name] for name in COLUMNS[:4]) for row in rows(path)]
        assert keys == sorted(set(keys))


def test_files_are_readable_by_their_owner_only_even_if_they_were_open_before(done: Replayed, tmp_path: Path) -> None:
    (tmp_path / "counts_1d.csv").write_text("old", encoding="utf-8")
    (tmp_path / "counts_1d.csv").chmod(0o644)
    for path in write_counts(done.book, tmp_path):
        assert path.stat().st_mode & 0o777 == 0o600
        assert "old" not in path.read_text(encoding="utf-8")


def test_several_models_have_a_folder_each_and_none_leads_out_of_it(tmp_path: Path) -> None:
    done = together(World(days=3, model="a"), World(days=3, model=".."))
    paths = write_counts(done.book, tmp_path / "out")
    assert {str(path.relative_to(tmp_path / "out")) for path in paths} == {
        *("a/counts_7d.csv", "a/counts_28d.csv", "a/counts_1d.csv"),
        *("__/counts_7d.csv", "__/counts_28d.csv", "__/counts_1d.csv"),
    }


@pytest.mark.parametrize(
    ("pane_ms", "has_days"),
    [(DAY_MS, True), (DAY_MS // 24, True), (7 * DAY_MS, False), (DAY_MS * 7 // 4, False)],
    ids=["a day", "an hour", "a week", "no part of a day"],
)
def test_the_file_of_days_is_left_out_where_panes_do_not_make_days(
    pane_ms: int, has_days: bool, tmp_path: Path
) -> None:
    counts = book(pane_ms, {"7d": 7 * DAY_MS})
    counts.add("m", 0, table({"race": "Black", "age": 1}, [1, 0, 0, 0, 0, 0]))
    assert [path.name for path in write_counts(counts, tmp_path)] == ["counts_7d.csv", *["counts_1d.csv"] * has_days]


def test_a_raw_value_that_is_the_slug_of_another_group_is_called_by_its_own() -> None:
    names = Names(Coding((AttributeCoding("race", {"unk": ("unknown",), "two": ("unk", "x")}),)))
    # "unknown" and "unk" are names of other groups of the attribute: two rows would be called the same.
    assert [names.of("race", slug).value for slug in ("unk", "two", "unknown")] == ["unk", "two", "unknown"]


def test_a_raw_value_with_the_sign_of_a_crossing_is_told_from_a_crossing() -> None:
    names = Names(Coding((AttributeCoding("ward", {"a_e": ("A&E",)}), AttributeCoding("sex", {"f": ("F",)}))))
    assert names.of("ward", "a_e") == ("ward", "A&E")
    assert names.of("ward__sex", "a_e__f") == ("ward&sex", "a_e&F")  # A&E&F may be the crossing of A with E&F, too
    assert names.text("ward__sex", "a_e__f") == "ward = A&E and sex = F"


def test_a_window_that_is_not_whole_panes_is_refused() -> None:
    with pytest.raises(ValueError, match="need whole panes"):
        list(book().tumbling("m", DAY_MS + 1))
