"""The shipped scenarios by name. Touches the package's own data files.

Beside the way of an event: `cli` loads scenarios here.
"""

from importlib.resources import files
from typing import Any

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from monitor.simulating.rules import ScenarioError, check
from monitor.simulating.scenario import Scenario

__all__ = ["ScenarioError", "load_scenario", "parse_scenario", "scenario_names"]

_FOLDER = files("monitor.simulating").joinpath("scenarios")


def scenario_names() -> tuple[str, ...]:
    """Names of the scenarios, in alphabetical order."""
    names = (path.name for path in _FOLDER.iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml")))


def load_scenario(name: str) -> Scenario:
    """A shipped scenario.

    Raises
    ------
    ScenarioError
        if there is none of that name; the message lists those that are there.

    Examples
    --------
    >>> load_scenario("fair").changes
    ()
    """
    names = scenario_names()
    if name not in names:
        raise ScenarioError(f"there is no scenario {name!r}; choose one of: {', '.join(names)}")
    return parse_scenario(name, _FOLDER.joinpath(f"{name}.yaml").read_text(encoding="utf-8"))


def parse_scenario(name: str, text: str) -> Scenario:
    """A scenario from the text of its file.

    Raises
    ------
    ScenarioError
        for what is no YAML, a field that scenarios do not have, and everything that cannot be played.

    Examples
    --------
    >>> parse_scenario("mine", "about: a story\\nsede: 1")
    Traceback (most recent call last):
    ...
    monitor.simulating.rules.ScenarioError: scenario mine: Object contains unknown field `sede`
    """
    try:
        tree: Any = YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        raise ScenarioError(f"scenario {name}: this is not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(tree, dict):
        raise ScenarioError(f"scenario {name}: expected fields by name; see the shipped scenarios")
    try:
        scenario = msgspec.convert({**tree, "name": name}, Scenario)
    except msgspec.ValidationError as error:
        raise ScenarioError(f"scenario {name}: {error}") from error
    check(scenario)
    return scenario
