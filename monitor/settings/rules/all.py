"""All rules on all sections of a settings file, valid or not. Pure; called by `load` after the validator."""

from collections.abc import Iterator, Mapping
from typing import Any

from monitor.settings.model import FeedSettings, ModelSettings
from monitor.settings.parts import valid_parts
from monitor.settings.problems import Path, Problem
from monitor.settings.rules.connections import SECTION_RULES
from monitor.settings.rules.feeds import FEED_RULES
from monitor.settings.rules.models import MODEL_RULES
from monitor.settings.rules.rule import Finding, Given, findings
from monitor.settings.tree import Node


def problems_between(tree: Node, now_ms: int | None = None) -> Iterator[Problem]:
    """Problems between settings that are valid by themselves. `now_ms`: wall time; None where it means nothing."""
    plain = tree.plain()
    feeds = {name: valid_parts(FeedSettings, one) for name, one in _entries(plain, "feeds").items()}
    models = {name: valid_parts(ModelSettings, one) for name, one in _entries(plain, "models").items()}
    for path, section, rules in SECTION_RULES:
        if (node := tree.node_at(path)) is not None:
            for finding in findings(rules, Given("", valid_parts(section, node.plain()), {})):
                yield _problem(path, finding, tree)
    for name, feed in feeds.items():
        for finding in findings(FEED_RULES, Given(name, feed, _entries(plain["feeds"], name), feeds, models)):
            yield _problem(("feeds", name), finding, tree)
    for name, model in models.items():
        for finding in findings(
            MODEL_RULES, Given(name, model, _entries(plain["models"], name), feeds, models, now_ms)
        ):
            yield _problem(("models", name), finding, tree)


def _entries(plain: Mapping[str, Any], key: str) -> dict[str, Any]:
    found = plain.get(key)
    return found if isinstance(found, dict) else {}


def _problem(above: Path, finding: Finding, tree: Node) -> Problem:
    path = (*above, *finding.path)
    return Problem(path, finding.message, finding.fix, tree.place_of(path, key=finding.is_key))
