"""The vocabularies that ship with the package: slug -> raw values. Touches the package's own data files."""

from functools import cache
from importlib.resources import files
from typing import Literal, cast, get_args

from ruamel.yaml import YAML

Vocabulary = Literal["omb1997", "omb1997_ethnicity", "omb2024"]

VOCABULARIES: tuple[Vocabulary, ...] = get_args(Vocabulary)


@cache
def vocabulary(name: Vocabulary) -> dict[str, tuple[str, ...]]:
    """Slug -> raw values of a shipped vocabulary, in the order of its file.

    >>> vocabulary("omb1997")["white"]
    ('2106-3', 'White')
    """
    text = files("monitor.settings").joinpath("vocabularies", f"{name}.yaml").read_text(encoding="utf-8")
    listed = cast("dict[str, list[str]]", YAML(typ="safe", pure=True).load(text))
    return {slug: tuple(raws) for slug, raws in listed.items()}
