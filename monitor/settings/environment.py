"""Overrides of single values by environment variables: ``FAIRDRIFT__KAFKA__CLIENT=confluent``. Pure.

A variable's name is the path of the setting in capitals, steps joined by two underscores; what is neither letter nor
digit in a name of your own (`re-admission`) is written as one underscore.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final, get_origin

from monitor.settings.problems import Place, Problem, did_you_mean
from monitor.settings.scalars import Scalar, resolved
from monitor.settings.shape import keys_at, section_of, type_at
from monitor.settings.tree import Node

PREFIX: Final = "FAIRDRIFT__"

Names = tuple[str, ...]


def overridden(tree: Node, environ: Mapping[str, str]) -> tuple[Node, list[Problem]]:
    """The tree with the overrides in it, and a problem for each variable that names no single value.

    >>> from monitor.settings.tree import read_tree
    >>> tree, _ = read_tree("kafka: {client: kafka_python}")
    >>> overridden(tree, {"FAIRDRIFT__KAFKA__CLIENT": "confluent"})[0].plain()
    {'kafka': {'client': 'confluent'}}
    >>> overridden(tree, {"FAIRDRIFT__KAFKA__CLEINT": "confluent"})[1][0].message
    'names no setting'
    """
    problems: list[Problem] = []
    for variable in sorted(name for name in environ if name.upper().startswith(PREFIX)):
        place = Place(variable=variable)
        paths = list(_paths(tree, (), variable.upper().removeprefix(PREFIX)))
        if not paths:
            problems.append(Problem((), "names no setting", _suggestion(tree, variable), place))
        elif len(paths) > 1:
            problems.append(Problem((), "names more than one setting", "rename one of them", place))
        elif _is_section(paths[0]):
            problems.append(Problem(paths[0], "only single values can be overridden", "change the file", place))
        else:
            tree = tree.with_value(paths[0], _value(paths[0], environ[variable]), place)
    return tree, problems


def _folded(name: str) -> str:
    return re.sub(r"[^A-Z0-9]", "_", name.upper())


def _steps(tree: Node, path: Names) -> Names:
    """Names that may come next: those of the model, else those in the file."""
    if keys := keys_at(path):
        return keys
    node = tree.node_at(path)
    return tuple(node.value) if node and isinstance(node.value, dict) else ()


def _paths(tree: Node, path: Names, rest: str) -> Iterator[Names]:
    for name in _steps(tree, path):
        folded = _folded(name)
        if rest == folded:
            yield (*path, name)
        elif rest.startswith(f"{folded}__"):
            yield from _paths(tree, (*path, name), rest.removeprefix(f"{folded}__"))


def _is_section(path: Names) -> bool:
    found = type_at(path)
    return section_of(found) is not None or get_origin(found) in (dict, tuple)


def _value(path: Names, text: str) -> Scalar:
    return text if type_at(path) is str else resolved(text.strip())


def _suggestion(tree: Node, variable: str) -> str:
    """The known variable that is nearest: steps are followed as far as they lead."""
    path: Names = ()
    rest = variable.upper().removeprefix(PREFIX)
    while following := [n for n in _steps(tree, path) if rest.startswith(f"{_folded(n)}__")]:
        path = (*path, following[0])
        rest = rest.removeprefix(f"{_folded(following[0])}__")
    begun = PREFIX + "".join(f"{_folded(name)}__" for name in path)
    known = [f"{begun}{_folded(name)}" for name in _steps(tree, path)]
    if f"{begun}{rest}_FILE" in known:
        return f"secrets are read from files: use {begun}{rest}_FILE"
    return did_you_mean(f"{begun}{rest}", known) if known else "unset it"
