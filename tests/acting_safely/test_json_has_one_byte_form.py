"""What is hashed is written in one way: RFC 8785, held against the locked implementation and the RFC's own examples."""

from hashlib import sha256
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.acting.canonical import LARGEST, NotCanonical, canonical, digest, floats_as_text

TEXT = st.text(st.characters(exclude_categories=("Cs",)))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | TEXT,
    lambda below: st.lists(below, max_size=4) | st.dictionaries(TEXT, below, max_size=4),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(JSON)
def test_it_is_what_the_reference_implementation_writes(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


def test_keys_are_in_utf_16_order() -> None:
    # RFC 8785, section 3.2.3: the keys of its example, and the order it gives for them.
    keys = {
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\u0080": "Control",
        "\u00f6": "Latin Small Letter O With Diaeresis",
    }
    order = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    written = canonical(keys).decode()
    places = [written.index(keys[key]) for key in order]
    assert places == sorted(places)


def test_text_is_escaped_as_little_as_may_be() -> None:
    # RFC 8785, section 3.2.2: the string of its example, and its bytes.
    value = {"string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/"}
    assert canonical(value).decode() == '{"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({"a": [1, 0.5]}, "/a/1"),
        ({"a": float("nan")}, "/a"),
        ({"n": 2**53}, "/n"),
        ([{1: "x"}], "/0"),
        ({"b": b"bytes"}, "/b"),
    ],
    ids=["float", "NaN", "large integer", "key that is no text", "bytes"],
)
def test_what_has_no_one_form_is_refused_by_its_place(value: Any, place: str) -> None:
    with pytest.raises(NotCanonical) as refused:
        canonical(value)
    assert str(refused.value).startswith(f"{place}: ")


def test_half_a_surrogate_is_refused() -> None:
    with pytest.raises(NotCanonical, match="surrogate"):
        canonical(["\ud800"])


def test_a_digest_is_of_the_form() -> None:
    assert digest({"b": 1, "a": 2}) == "sha256:" + sha256(b'{"a":2,"b":1}').hexdigest()


def test_floats_become_their_shortest_text() -> None:
    assert floats_as_text({"e": [15.2, (1e300,)], "n": 3, "t": True}) == {"e": ["15.2", ["1e+300"]], "n": 3, "t": True}


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_is_none_is_never_written(number: float) -> None:
    with pytest.raises(NotCanonical, match="not finite"):
        floats_as_text({"evidence": [number]})


def test_a_float_is_told_from_what_is_no_json() -> None:
    with pytest.raises(NotCanonical, match="write it as text"):
        canonical(0.5)
    with pytest.raises(NotCanonical, match="not a JSON value"):
        canonical({1, 2})
