"""Files that ship with fairdrift, found in the wheel and in a checkout, and Kubernetes manifests as YAML.

Beside the way of an event: the exports use it. Touches the package's own data files.
"""

from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from io import StringIO
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import LiteralScalarString

_PACKAGE: Final = files("monitor")


def shipped_at(in_wheel: str, in_checkout: str) -> Traversable:
    """Folder of what ships: under `monitor/shipped` in the wheel, else at the root of the checkout.

    Raises
    ------
    FileNotFoundError
        if this installation has neither.

    Examples
    --------
    >>> shipped_at("alerts", "alerts").name
    'alerts'
    >>> shipped_at("songs", "songs")
    Traceback (most recent call last):
    ...
    FileNotFoundError: this installation of fairdrift has no songs: install it from its wheel, or a checkout
    """
    for place in (_PACKAGE.joinpath("shipped", in_wheel), _PACKAGE.joinpath("..", in_checkout)):
        if place.is_dir():
            return place
    raise FileNotFoundError(
        f"this installation of fairdrift has no {in_wheel}: install it from its wheel, or a checkout"
    )


def manifest(tree: Mapping[str, Any]) -> bytes:
    """A tree of mappings, lists and scalars as block YAML; text of several lines stays as it is written.

    >>> print(manifest({"kind": "Note", "text": ["one {{ line }}", "two\\nlines"]}).decode(), end="")
    kind: Note
    text:
    - one {{ line }}
    - |-
      two
      lines
    """
    text = StringIO()
    writer = YAML(typ="rt", pure=True)
    writer.width = 4096
    writer.dump(_literal(tree), text)
    return text.getvalue().encode()


def _literal(node: Any) -> Any:
    if isinstance(node, Mapping):
        return {key: _literal(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_literal(value) for value in node]
    return LiteralScalarString(node) if isinstance(node, str) and "\n" in node else node
