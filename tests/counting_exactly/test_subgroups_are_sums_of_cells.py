"""The lattice: who belongs where, and that its sums are what counting people one by one gives."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.counting.lattice import Lattice
from monitor.vocabulary import AttributeCoding, Coding
from tests.counting_exactly.worlds import EXAMPLES

SEX = AttributeCoding("sex", {"female": ("F",), "male": ("M",)}, declined=("N",))
AGE = AttributeCoding("age", bands=(0, 65))
RACE = AttributeCoding(
    "race", {slug: (slug.upper(),) for slug in ("asian", "black", "native", "white")}, multiple="each"
)
CODING = Coding((SEX, AGE, RACE))

RAW = {
    "sex": st.sampled_from(["F", "M", "N", "?", None, ["F", "M"]]),
    "age": st.sampled_from([3, 65, 99.5, -1, None]),
    "race": st.lists(st.sampled_from(["ASIAN", "BLACK", "NATIVE", "WHITE", "?"]), max_size=5, unique=True),
}
PEOPLE = st.lists(st.fixed_dictionaries({}, optional=RAW), max_size=30)


def subgroups_of(person: dict, depth: int) -> set[tuple[str, str]]:
    """By hand: what each attribute of a person means, and all crossings of it."""
    sex = {"F": "female", "M": "male", "N": "declined", "?": "other"}.get(str(person.get("sex")), "unknown")
    sex = "two_or_more" if person.get("sex") == ["F", "M"] else sex
    age = person.get("age")
    band = "unknown" if age is None else "other" if age < 0 else "0_65" if age < 65 else "65_plus"
    races = {one.lower() if one != "?" else "other" for one in person.get("race", ())}
    races = {"two_or_more"} if len(races) > 3 else races or {"unknown"}
    means = {"sex": {sex}, "age": {band}, "race": races}
    found = {("overall", "overall")}
    for level in range(1, depth + 1):
        for names in combinations(means, level):
            slugs = {()}
            for name in names:
                slugs = {(*one, value) for one in slugs for value in means[name]}
            found |= {("__".join(names), "__".join(one)) for one in slugs}
    return found


@EXAMPLES
@given(PEOPLE, st.integers(1, 3))
def test_sums_over_the_lattice_equal_counting_people_one_by_one(people: list[dict], depth: int) -> None:
    lattice = Lattice(CODING, depth)
    cells = [CODING.encode(person) for person in people]
    sums = lattice.sum(cells, np.ones((len(cells), 1), np.int64))[:, 0].tolist()
    counted = {(g.attribute, g.slug): n for g, n in zip(lattice.subgroups, sums, strict=True)}
    by_hand = dict.fromkeys(counted, 0)
    for person in people:
        for name in subgroups_of(person, depth):
            by_hand[name] += 1
    assert counted == by_hand


def test_a_person_in_several_subgroups_counts_once_in_each_and_once_overall() -> None:
    lattice = Lattice(Coding((RACE,)), 1)
    total = lattice.sum([lattice.coding.encode({"race": ["ASIAN", "BLACK"]})], np.array([5]))
    assert {g.slug: n for g, n in zip(lattice.subgroups, total.tolist(), strict=True) if n} == {
        "overall": 5, "asian": 5, "black": 5,
    }  # fmt: skip


def test_a_named_crossing_deeper_than_the_depth_is_added_once() -> None:
    lattice = Lattice(CODING, 1, also=[("race", "sex", "age"), ("sex", "age", "race"), ("sex",)])
    assert sorted({g.attribute for g in lattice.subgroups}) == ["age", "overall", "race", "sex", "sex__age__race"]


@pytest.mark.parametrize(("depth", "also"), [(0, []), (1, [("sex", "height")])], ids=["depth 0", "unknown attribute"])
def test_a_lattice_that_cannot_be_is_refused(depth: int, also: list) -> None:
    with pytest.raises(ValueError, match="known attributes"):
        Lattice(CODING, depth, also)
