"""JSON Patch (RFC 6902), as far as anybody sends it here: add, replace, remove, test. Pure."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from monitor.ports_cluster import Json


class PatchFailed(ValueError):
    """An operation does not fit the document. Nothing was changed."""


def apply(document: Json, operations: Sequence[Json]) -> Json:
    """A patched copy.

    Examples
    --------
    >>> web = {"metadata": {"annotations": {"a/b": "1"}}, "spec": {"paused": True}}
    >>> add = {"op": "add", "path": "/metadata/annotations/a~1b", "value": "2"}
    >>> apply(web, [{"op": "remove", "path": "/spec/paused"}, add])
    {'metadata': {'annotations': {'a/b': '2'}}, 'spec': {}}
    >>> apply(web, [{"op": "replace", "path": "/spec/replicas", "value": 3}])
    Traceback (most recent call last):
    monitor.simulating.cluster.json_patch.PatchFailed: replace /spec/replicas: there is nothing

    References
    ----------
    RFC 6902, section 4; RFC 6901 for the paths.
    """
    patched = deepcopy(document)
    for operation in operations:
        _one(patched, operation)
    return patched


def _one(document: Any, operation: Json) -> None:
    name, path = operation["op"], str(operation["path"])
    *above, last = [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]
    place = document
    for part in above:
        place = _below(place, part, f"{name} {path}")
    if name == "add" and isinstance(place, list):
        place.insert(len(place) if last == "-" else int(last), deepcopy(operation["value"]))
        return
    if name == "add" and isinstance(place, dict):
        place[last] = deepcopy(operation["value"])
        return
    found = _below(place, last, f"{name} {path}")
    key = int(last) if isinstance(place, list) else last
    match name:
        case "replace":
            place[key] = deepcopy(operation["value"])
        case "remove":
            del place[key]
        case "test":
            if found != operation["value"]:
                raise PatchFailed(f"test {path}: it is another value")
        case _:
            raise PatchFailed(f"{name}: no such operation")


def _below(place: Any, part: str, what: str) -> Any:
    if isinstance(place, dict) and part in place:
        return place[part]
    if isinstance(place, list) and part.isdigit() and int(part) < len(place):
        return place[int(part)]
    raise PatchFailed(f"{what}: there is nothing")
