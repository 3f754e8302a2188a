"""The settings file -> `Settings`, or every problem at once. Touches the file.

Before the way of an event: `cli` calls it, and builds everything from what it gives.
"""

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from monitor.settings.environment import overridden
from monitor.settings.model import KafkaSettings, Settings
from monitor.settings.problems import Place, Problem, SettingsError
from monitor.settings.rules.all import problems_between
from monitor.settings.sentences import problems_of
from monitor.settings.tree import Unreadable, read_tree

__all__ = ["SettingsError", "load", "parse", "require_kafka"]

MOST_BYTES = 256 * 1024
"""Larger than any real file; reading it takes a few seconds at most."""


def load(path: Path, environ: Mapping[str, str] = {}, now_ms: int | None = None) -> Settings:
    """Read and check a settings file.

    Parameters
    ----------
    path
        The YAML file.
    environ
        Environment variables; those that begin with ``FAIRDRIFT__`` override single values.
    now_ms
        Wall time: a reference range that is not over by then is refused. None: nobody asks.

    Raises
    ------
    SettingsError
        for a file that cannot be read, and for everything in it that is wrong, all at once.
    """
    return parse(_text(path), str(path), environ, now_ms)


def parse(text: str, source: str, environ: Mapping[str, str] = {}, now_ms: int | None = None) -> Settings:
    """Check settings that were read already; `source` names them in errors. The rest as `load`.

    Raises
    ------
    SettingsError
        for everything that is wrong, all at once.

    Examples
    --------
    >>> parse("version: 2", "x.yaml")
    Traceback (most recent call last):
    ...
    monitor.settings.problems.SettingsError: x.yaml:1:1: feeds: is missing
       1 | version: 2
         | ^ add feeds: Topics joined by `prediction_id`, by a name of your own
    x.yaml:1:1: models: is missing
       1 | version: 2
         | ^ add models: Watched models, by the name their events carry
    x.yaml:1:10: version: version 2 of the settings is not known to this fairdrift
       1 | version: 2
         |          ^ write version: 1
    """
    try:
        tree, problems = read_tree(text)
    except Unreadable as error:
        raise SettingsError(source, [error.problem], text) from error
    tree, wrong_variables = overridden(tree, environ)
    problems += wrong_variables
    settings: Settings | None = None
    try:
        settings = Settings.model_validate(tree.plain())
    except ValidationError as error:
        problems += problems_of(error.errors(include_url=False, include_input=False), tree)
    problems += problems_between(tree, now_ms)
    if problems or settings is None:
        raise SettingsError(source, problems, text) from None
    return settings


def require_kafka(settings: Settings, source: str) -> KafkaSettings:
    """The Kafka section, for a command that needs it.

    Raises
    ------
    SettingsError
        if the file has none.
    """
    if settings.kafka is None:
        fix = "add kafka: {bootstrap_servers: [...], security: ...}; only a replay can do without"
        raise SettingsError(source, [Problem(("kafka",), "is missing: events are read from it", fix)])
    return settings.kafka


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        reasons = {
            FileNotFoundError: "there is no such file",
            IsADirectoryError: "this is a folder, not a settings file",
            PermissionError: "the file may not be read: give this user the right",
        }
        said = reasons.get(type(error), f"the file cannot be read: {error.strerror}")
        raise SettingsError(str(path), [Problem((), said)]) from error
    if len(content) > MOST_BYTES:
        message = f"the file has {len(content)} bytes, at most {MOST_BYTES} are read: is it the right one?"
        raise SettingsError(str(path), [Problem((), message)])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].splitlines() or [b""]
        place = Place(len(before), 1)
        message = f"the file is not UTF-8: byte {error.start + 1}, in line {place.line}"
        raise SettingsError(str(path), [Problem((), message, "save it as UTF-8")]) from error
