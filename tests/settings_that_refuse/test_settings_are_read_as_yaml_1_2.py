"""What a plain word of the file is, and where every value stands: the traps of YAML."""

import pytest

from monitor.settings.problems import Place
from monitor.settings.tree import MOST_NODES, Unreadable, read_tree

# birthplace: YAML 1.2.2, section 10.3.2, and the values that YAML 1.1 reads otherwise (yaml.org/type)
PLAIN = {
    "NO": "NO",
    "no": "no",
    "on": "on",
    "y": "y",
    "true": True,
    "False": False,
    "12:30:45": "12:30:45",
    "0o17": 15,
    "0x1F": 31,
    "017": 17,
    "1_000": "1_000",
    "2106-3": "2106-3",
    "2026-01-01": "2026-01-01",
    "1e3": 1000.0,
    ".5": 0.5,
    "+7": 7,
    "~": None,
    "null": None,
    "<": "<",
}


@pytest.mark.parametrize(("text", "value"), PLAIN.items())
def test_a_plain_word_is_what_the_core_schema_says(text: str, value: object) -> None:
    node, _ = read_tree(f"a: {text}")
    assert node.plain() == {"a": value}
    assert type(node.plain()["a"]) is type(value)


@pytest.mark.parametrize("quoted", ['"1"', "'true'", '"~"', '""'])
def test_what_is_quoted_is_text(quoted: str) -> None:
    assert read_tree(f"a: {quoted}")[0].plain() == {"a": quoted[1:-1]}


def test_a_number_of_five_thousand_digits_is_no_crash() -> None:
    assert read_tree(f"a: {'9' * 5_000}")[0].plain() == {"a": float("inf")}


def test_aliases_are_written_out() -> None:
    assert read_tree("a: &x [1, 2]\nb: *x")[0].plain() == {"a": [1, 2], "b": [1, 2]}


def test_an_alias_bomb_ends_before_it_is_written_out() -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 64)]
    with pytest.raises(Unreadable, match=str(MOST_NODES)):
        read_tree("\n".join(lines))


def test_an_alias_of_what_it_stands_in_is_refused() -> None:
    with pytest.raises(Unreadable, match="no anchor &x ends before this"):
        read_tree("a: &x [*x]")


def test_deep_nesting_ends_early() -> None:
    with pytest.raises(Unreadable, match="nested deeper"):
        read_tree("a: " + "[" * 20_000)


def test_every_duplicate_key_is_found_and_the_first_stands() -> None:
    node, problems = read_tree("a: 1\nb: {c: 1, c: 2}\na: 2")
    assert node.plain() == {"a": 1, "b": {"c": 1}}
    assert [(problem.path, problem.place.line) for problem in problems] == [(("b", "c"), 2), (("a",), 3)]


def test_places_are_those_of_an_editor() -> None:
    node, _ = read_tree("a:\n  b: [x, {c: 5}]\n  d:\n    e: 1\n")
    places = {
        ("a",): (1, 1),
        ("a", "b"): (2, 6),
        ("a", "b", 0): (2, 7),
        ("a", "b", 1): (2, 10),
        ("a", "b", 1, "c"): (2, 14),
        ("a", "d"): (3, 3),
        ("a", "d", "e"): (4, 8),
        ("a", "d", "missing"): (3, 3),
    }
    for path, (line, column) in places.items():
        assert node.place_of(path) == Place(line, column), path
    assert node.place_of(("a", "d", "e"), key=True) == Place(4, 5)
