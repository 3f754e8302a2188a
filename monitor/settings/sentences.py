"""What the validator found, as sentences that say what to do. Pure."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from pydantic_core import ErrorDetails

from monitor.settings.fields import REFUSED
from monitor.settings.problems import Path, Problem, did_you_mean, shown
from monitor.settings.shape import choices_at, keys_at, meaning_at
from monitor.settings.tree import Node

NOT_YET: Final[Mapping[Path, str]] = {
    ("counts", "topic"): "counts of several workers are",
    ("feeds", "*", "dead_letter_topic"): "a topic for rejects is",
    ("models", "*", "differential_privacy"): "differential privacy is",
    ("models", "*", "task"): "another task than a yes or no is",
}
"""Keys of the design that nothing obeys so far; accepting them would promise something."""

Said = tuple[str, str]


def problems_of(errors: Iterable[ErrorDetails], tree: Node) -> list[Problem]:
    """The validator's errors as problems with their places.

    A list all of whose entries are wrong seems empty to the validator: it is their problem alone.
    """
    found = list(errors)
    above = {error["loc"][:length] for error in found for length in range(len(error["loc"]))}
    return [_problem(error, tree) for error in found if not (error["type"] == "too_short" and error["loc"] in above)]


def _problem(error: ErrorDetails, tree: Node) -> Problem:
    kind, path = error["type"], tuple(error["loc"])
    is_key = path[-1:] == ("[key]",)
    path = path[:-1] if is_key else path
    node = tree.node_at(path)
    value = node.plain() if node else None
    message, fix = _sentence(kind, error.get("ctx", {}), path, value)
    secret = kind == "extra_forbidden" and f"{path[-1]}_file" in keys_at(path[:-1])
    place = tree.place_of(path, key=is_key or kind == "extra_forbidden")
    lines = frozenset({place.line, tree.place_of(path).line}) - {0} if secret else frozenset[int]()
    return Problem(path, message, fix, place, lines)


def _sentence(kind: str, context: Mapping[str, Any], path: Path, value: Any) -> Said:
    if kind == REFUSED:
        return str(context["message"]), str(context["fix"])
    if kind in _BY_PATH:
        return _BY_PATH[kind](path, value)
    if kind in _EXPECTED:
        expected, fix = _EXPECTED[kind]
        quoted = kind == "string_type" and isinstance(value, int | float)
        return f"expected {expected}, got {shown(value)}", f'put it in quotes: "{value}"' if quoted else fix
    if kind in _BOUNDS:
        word, bound = _BOUNDS[kind]
        return f"must be {word} {context[bound]:g}, got {shown(value)}", ""
    if kind == "finite_number":
        return "must be a number that is finite", ""
    if kind == "too_short":
        return "is empty", "give at least one"
    if kind == "too_long":
        return f"has too many entries, at most {context['max_length']} are read", ""
    return f"cannot be read: {kind.replace('_', ' ')}", ""


def _missing(path: Path, _value: Any) -> Said:
    return "is missing", f"add {path[-1]}: {meaning_at(path)}" if meaning_at(path) else f"add {path[-1]}"


def _unknown_key(path: Path, _value: Any) -> Said:
    *above, name = path
    pattern = (above[0], "*", *path[2:]) if above and above[0] in ("feeds", "models") else path
    if pattern in NOT_YET:
        return f"{NOT_YET[pattern]} not available in this version", "remove it"
    known = keys_at(tuple(above))
    message = f"unknown key {shown(name)}"
    if f"{name}_file" in known:
        return message, f"secrets are read from files: use {name}_file"
    return message, did_you_mean(name, known)


def _unknown_choice(path: Path, value: Any) -> Said:
    if path == ("version",):
        return f"version {shown(value)} of the settings is not known to this fairdrift", "write version: 1"
    choices = choices_at(path)
    return f"unknown {path[-1]} {shown(value)}", did_you_mean(value, choices)


_BY_PATH: Final[Mapping[str, Callable[[Path, Any], Said]]] = {
    "missing": _missing,
    "extra_forbidden": _unknown_key,
    "literal_error": _unknown_choice,
}
_SECTION: Final = ("a section", "write it as `name: value` lines")
_LIST: Final = ("a list", "write it as [first, second]")
_EXPECTED: Final[Mapping[str, Said]] = {
    **dict.fromkeys(("model_type", "dict_type", "model_attributes_type"), _SECTION),
    **dict.fromkeys(("tuple_type", "list_type"), _LIST),
    **dict.fromkeys(("int_type", "int_from_float", "int_parsing"), ("a whole number", "")),
    "float_type": ("a number", ""),
    "bool_type": ("true or false", ""),
    "string_type": ("text", ""),
}
_BOUNDS: Final[Mapping[str, Said]] = {
    "greater_than": ("more than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
}
