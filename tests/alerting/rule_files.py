"""The rules as they are shipped, parsed: every test that reads them reads them here."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML

ALERTS: Final = Path(__file__).parents[2] / "alerts"
RULE_FILES: Final = tuple(sorted((ALERTS / "rules").glob("*.yaml")))

Rule = Mapping[str, Any]


def parsed(path: Path) -> Any:
    """What a YAML file says, anchors resolved."""
    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))


def rules() -> list[Rule]:
    """Every rule of every group of every file."""
    return [rule for path in RULE_FILES for group in parsed(path)["groups"] for rule in group["rules"]]


def alerts() -> dict[str, Rule]:
    """Name -> alerting rule.

    >>> alerts()["FairdriftWatchdog"]["expr"]
    'vector(1)'
    """
    return {rule["alert"]: rule for rule in rules() if "alert" in rule}
