"""A silence's regular expression matches as Alertmanager would, quickly; what is not known counts as matching."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.acting.plain_pattern import matches
from monitor.acting.silences import silences_over

ALERT = "FairdriftSubgroupDegraded"


def over(value: str, *, is_equal: bool = True) -> bool:
    matcher = {"name": "alertname", "value": value, "isRegex": True, "isEqual": is_equal}
    return bool(silences_over({"alertname": ALERT}, [{"id": "s", "matchers": [matcher]}], 0))


@pytest.mark.parametrize("value", ["Fairdrift.*", "(Fair|fair)drift.+", "[A-Za-z]+", ".*Degraded|Other", r"\w+"])
def test_what_people_write_matches(value: str) -> None:
    assert over(value)
    assert not over(value, is_equal=False)


@pytest.mark.parametrize("value", ["Disk.*", "Fairdrift", "[a-z]+", "(Disk|Cpu)Full", r"\d+", ""])
def test_a_silence_over_something_else_does_not(value: str) -> None:
    assert not over(value)
    assert over(value, is_equal=False)


@pytest.mark.parametrize(
    "value", ["[[:alpha:]]+", r"\pL+", "(?i)fairdrift", r"[A-Za-z]+\z", "(?U)F.*", r"\QF\E", "a{2}", "(", "[a", "a**"]
)
def test_what_is_not_known_here_holds_whichever_way_it_is_asked(value: str) -> None:
    assert matches(value, ALERT) is None
    assert over(value)
    assert over(value, is_equal=False)


@pytest.mark.parametrize("value", ["(([a-zA-Z]+)+)+x", "(.*)*x", "(.*.*)*x" * 20, "(a|a)*" * 150 + "x", "(" * 900])
def test_no_pattern_takes_long(value: str) -> None:
    began = time.monotonic()
    over(value)
    matches(value, "a" * 200)
    assert time.monotonic() - began < 2


PATTERNS = st.recursive(
    st.sampled_from(["a", "b", ".", "[ab]", "[^a]", r"\.", r"\w"]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda two: f"({two[0]}|{two[1]})"),
        st.tuples(inner, st.sampled_from("*+?")).map(lambda two: f"({two[0]}){two[1]}"),
    ),
    max_leaves=6,
)


@settings(max_examples=500, deadline=None, derandomize=True, database=None)
@given(PATTERNS, st.text("ab.", max_size=6))
def test_what_is_known_is_as_the_standard_library_says(pattern: str, text: str) -> None:
    said = matches(pattern, text)
    assert said is None or said is (re.fullmatch(pattern, text) is not None)
