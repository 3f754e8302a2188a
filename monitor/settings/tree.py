"""YAML text -> a tree of plain values whose nodes know their place in the file. Pure.

Built from the parser's events: nothing is ever constructed from a tag, aliases are bounded, and every duplicate key is
found. Called by `load`, which hands the tree on to `environment` and the model.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
)

from monitor.settings.problems import NOWHERE, Path, Place, Problem, shown
from monitor.settings.scalars import Scalar, resolved

DEEPEST: Final = 32
MOST_NODES: Final = 50_000
"""Bounds of a tree with its aliases written out: far above any real file, far below what would hurt."""

Entries = dict[str, "Node"]


@dataclass(frozen=True, slots=True)
class Node:
    """A value and its place. `keys` are the places of a mapping's keys; `size` counts nodes, aliases written out."""

    value: "Scalar | list[Node] | Entries"
    place: Place
    keys: Mapping[str, Place] = field(default_factory=dict)
    size: int = 1

    def plain(self) -> Any:
        """The value without places: None, bool, int, float, str, lists and dicts."""
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        return self.value

    def child(self, step: str | int) -> "Node | None":
        """The node below; None if there is none."""
        if isinstance(self.value, dict) and isinstance(step, str):
            return self.value.get(step)
        if isinstance(self.value, list) and isinstance(step, int) and step < len(self.value):
            return self.value[step]
        return None

    def node_at(self, path: Path) -> "Node | None":
        """The node at a path; None if there is none."""
        node: Node | None = self
        for step in path:
            node = node.child(step) if node else None
        return node

    def place_of(self, path: Path, *, key: bool = False) -> Place:
        """Where the value at a path stands, or what is nearest from above. A section stands where its key does."""
        node, place = self, self.place
        for number, step in enumerate(path):
            below, key_place = node.child(step), node.keys.get(step) if isinstance(step, str) else None
            if below is None:
                return key_place or place
            is_by_key = isinstance(below.value, dict) or (key and number == len(path) - 1)
            place = key_place if key_place and is_by_key else below.place
            node = below
        return place

    def with_value(self, path: Path, value: Scalar, place: Place) -> "Node":
        """A tree with another single value at a path of names; missing sections are made."""
        if not path:
            return Node(value, place)
        name, entries = str(path[0]), dict(self.value) if isinstance(self.value, dict) else {}
        entries[name] = entries.get(name, Node({}, place)).with_value(path[1:], value, place)
        return replace(self, value=entries, keys={name: place, **self.keys})


class Unreadable(Exception):
    """The text is no tree at all."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.message)


def read_tree(text: str) -> tuple[Node, list[Problem]]:
    """The tree of a YAML text, and what is wrong with it although it can be read (duplicate keys, tags).

    Raises
    ------
    Unreadable
        for a syntax error, an empty text, more than one document, and a tree beyond the bounds.

    Examples
    --------
    >>> node, problems = read_tree("a: 1\\nb: [NO, 2]\\na: 3\\n")
    >>> node.plain(), node.place_of(("b", 1)), [problem.message for problem in problems]
    ({'a': 1, 'b': ['NO', 2]}, Place(line=2, column=9, variable=''), ['duplicate key "a"'])
    """
    try:
        return _Builder(YAML(typ="safe", pure=True).parse(text)).document()
    except YAMLError as error:
        raise Unreadable(_syntax_problem(error)) from error


def _syntax_problem(error: YAMLError) -> Problem:
    if not isinstance(error, MarkedYAMLError):  # the reader: it names a character, and no line
        return Problem((), "this is not YAML: it holds control characters")
    mark = error.problem_mark or error.context_mark
    place = Place(mark.line + 1, mark.column + 1) if mark else NOWHERE
    what = " ".join(str(part) for part in (error.context, error.problem) if part)
    return Problem((), f"this is not YAML: {what}", place=place)


def _place(event: Event) -> Place:
    return Place(event.start_mark.line + 1, event.start_mark.column + 1)


class _Builder:
    def __init__(self, events: Iterable[Any]) -> None:
        self._events = iter(events)
        self._anchors: dict[str, Node] = {}
        self._problems: list[Problem] = []

    def document(self) -> tuple[Node, list[Problem]]:
        root: Node | None = None
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                if root is not None:
                    raise Unreadable(Problem((), "a second document begins here: give one", place=_place(event)))
                root = self._node(next(self._events), ())
        if root is None or root.value is None:
            raise Unreadable(Problem((), "the file is empty", "write version: 1, feeds and models"))
        if not isinstance(root.value, dict):
            raise Unreadable(Problem((), "expected sections (`name: ...`) at the top", place=root.place))
        return root, self._problems

    def _node(self, event: NodeEvent, path: Path) -> Node:
        if len(path) > DEEPEST:
            raise Unreadable(Problem((), f"nested deeper than {DEEPEST} levels", place=_place(event)))
        if isinstance(event, AliasEvent):
            if event.anchor not in self._anchors:
                raise Unreadable(Problem(path, f"no anchor &{event.anchor} ends before this", place=_place(event)))
            return self._anchors[event.anchor]
        if isinstance(event, ScalarEvent):
            self._refuse_tag(event, path)
            node = Node(resolved(event.value) if event.implicit[0] else event.value, _place(event))
        elif isinstance(event, MappingStartEvent):
            node = self._mapping(event, path)
        else:
            node = self._sequence(event, path)
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _refuse_tag(self, event: Any, path: Path) -> None:
        if event.ctag is not None:
            self._problems.append(Problem(path, f"tag {event.ctag}: tags are not read", "remove it", _place(event)))

    def _sequence(self, start: NodeEvent, path: Path) -> Node:
        self._refuse_tag(start, path)
        items: list[Node] = []
        size = 1
        while not isinstance(event := next(self._events), SequenceEndEvent):
            items.append(self._node(event, (*path, len(items))))
            size = self._bounded(size + items[-1].size, event)
        return Node(items, _place(start), size=size)

    def _mapping(self, start: NodeEvent, path: Path) -> Node:
        self._refuse_tag(start, path)
        entries: Entries = {}
        keys: dict[str, Place] = {}
        size = 1
        while not isinstance(event := next(self._events), MappingEndEvent):
            if not isinstance(event, ScalarEvent):
                raise Unreadable(Problem(path, "a key must be a name", place=_place(event)))
            self._refuse_tag(event, path)
            key, place = event.value, _place(event)
            node = self._node(next(self._events), (*path, key))
            size = self._bounded(size + node.size, event)
            if key == "<<":
                self._problems.append(Problem(path, "merge keys (<<) are not read", "write the settings out", place))
            elif key in entries:
                first = keys[key]
                fix = f"first given in line {first.line}"
                self._problems.append(Problem((*path, key), f"duplicate key {shown(key)}", fix, place))
            else:
                entries[key], keys[key] = node, place
        return Node(entries, _place(start), keys, size)

    def _bounded(self, size: int, event: Event) -> int:
        if size > MOST_NODES:
            message = f"more than {MOST_NODES} values with all aliases written out"
            raise Unreadable(Problem((), message, place=_place(event)))
        return size
