"""Which model of the settings a command on references is about, and how it is judged."""

from dataclasses import replace

from monitor.cli.build import Reads, feed_plan, judging_rules
from monitor.cli.exits import Refused
from monitor.judging.rules import JudgingRules
from monitor.settings.model import Settings


def model_named(settings: Settings, name: str | None) -> str:
    """The model; its name may be left out where there is one alone. `Refused` otherwise."""
    known = ", ".join(settings.models)
    if name is None and len(settings.models) == 1:
        return next(iter(settings.models))
    if name is None:
        raise Refused(f"the settings have several models: add --model with one of {known}")
    if name not in settings.models:
        raise Refused(f"--model: there is no model {name} in the settings: give one of {known}")
    return name


def rules_of(settings: Settings, name: str, *, reads: Reads = "as_configured") -> JudgingRules:
    """How a model is judged, whatever its settings say of a range."""
    plan = feed_plan(settings, settings.models[name].feed, reads)
    rules = judging_rules(settings, name, tuple(plan.counting.edges[plan.counting.numbers[name]].tolist()))
    return replace(rules, reference_range_ms=None)
