"""`fairdrift check`: the settings, the series they make, and what the false-alarm budget buys."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table

from monitor.cli.build import feed_plan, judge_of, judging_rules, model_plan
from monitor.cli.exits import Exit
from monitor.cli.output import Output, show
from monitor.cli.parts import kafka_settings, load_settings
from monitor.counting.lattice import Lattice
from monitor.exporting.budget import pairs, series_per_subgroup
from monitor.exporting.terminal import people
from monitor.judging.divergence import divergence
from monitor.judging.metrics import METRICS
from monitor.judging.planning import Planned, planned
from monitor.judging.reference import Reference
from monitor.judging.reference_told import CountedStream, told
from monitor.judging.rules import JudgingRules
from monitor.judging.verdict import REFERENCE
from monitor.settings.derive import subgroup_count
from monitor.settings.model import Settings
from monitor.settings.sections.model import ModelSettings

RISE: Final = 0.05
FROM: Final = 0.10
"""What a budget buys is told for a rise of five points from ten in a hundred."""


def run_check(settings_path: Path, output: Output) -> int:
    """Check; gives the exit code. Settings that do not load are refused with every problem."""
    settings = load_settings(settings_path)
    if settings.kafka is not None:
        kafka_settings(settings, settings_path)
    models = {name: _model(settings, name) for name in settings.models}
    result = {"settings": str(settings_path), "hash": settings.content_hash, "models": models}
    return show("check", Exit.GOOD, result, output, Group(*(_tables(name, found) for name, found in models.items())))


def _model(settings: Settings, name: str) -> dict[str, Any]:
    plan = feed_plan(settings, settings.models[name].feed, "as_configured")
    judge, _ = judge_of(settings, plan, name)
    shown = model_plan(settings, name)
    rules = judging_rules(settings, name, tuple(plan.counting.edges[plan.counting.numbers[name]].tolist()))
    nats_of_rise = float(divergence(FROM + RISE, FROM))
    reference = judge.reference
    return {
        "subgroups": len(shown.lattice.subgroups),
        "streams": len(shown.lattice.subgroups) * len(rules.metrics),
        "series": most_series(settings.models[name], len(rules.metrics), judge.thresholds()),
        "series_limit": shown.series_limit,
        "false_alarms_per_91d": {level: round(n, 3) for level, n in judge.budget().items()},
        "false_alarms_per_rollout": dict(rules.risks),
        "rise": f"{FROM:.0%} to {FROM + RISE:.0%}",
        "needed": [
            {
                "attribute": attribute,
                "metric": metric,
                "detector": detector,
                "level": level,
                "nats": round(nats, 2),
                "events": round(nats / nats_of_rise) if detector == REFERENCE else None,
            }
            for (attribute, metric, detector, level), nats in sorted(judge.thresholds().items())
        ],
        "planned": [] if reference is None else _planned(rules, shown.lattice, reference),
        "reference": {} if reference is None else _reference(rules, shown.lattice, reference),
    }


def _reference(rules: JudgingRules, lattice: Lattice, reference: Reference) -> dict[str, Any]:
    """What a given reference lacks: streams of people it knows that it is too small for, and seasons."""
    found = told(rules, lattice, reference)
    known = {(group.attribute, group.subgroup) for group in found.groups if group.inferences or any(group.labels)}
    small = [
        asdict(one) | {"says": lacking(one)}
        for one in found.streams
        if one.still_needed and METRICS[one.metric].may_page and (one.attribute, one.subgroup) in known
    ]
    return {"id": reference.id, "too_small": small, "seasonal": list(found.seasonal)}


def lacking(one: CountedStream) -> str:
    """What a reference lacks for one stream, for people.

    >>> lacking(CountedStream("race", "asian", "false_negative_rate", 1, 4, None, 1.0, 6, None))
    'race=asian, false_negative_rate: INCONCLUSIVE until the reference has 6 more cases; it has 4'
    """
    stream = f"{people(one.attribute, one.subgroup)}, {one.metric}"
    cases = f"{one.still_needed} more case{'' if one.still_needed == 1 else 's'}"
    return f"{stream}: INCONCLUSIVE until the reference has {cases}; it has {one.samples}"


def _planned(rules: JudgingRules, lattice: Lattice, reference: Reference) -> list[dict[str, Any]]:
    found = [one for one in planned(rules, lattice, reference, RISE) if METRICS[one.metric].may_page]
    return [asdict(one) | {"says": sentence(one)} for one in found]


def sentence(one: Planned) -> str:
    """What to expect of one stream, for people.

    >>> sentence(Planned("race", "asian", "false_negative_rate", 12.4, 0.2, 0.24, 11.2))
    'a rise of 5 points in race=asian, false_negative_rate, will take about 11 weeks to confirm'
    """
    stream = f"{people(one.attribute, one.subgroup)}, {one.metric},"
    if one.weeks is None:
        return f"a rise of {RISE * 100:.0f} points in {stream} will not be told: {one.tolerated:.3f} is still tolerated"
    return f"a rise of {RISE * 100:.0f} points in {stream} will take about {_weeks(one.weeks)} to confirm"


def most_series(model: ModelSettings, judged: int, thresholds: Mapping[tuple[str, str, str, str], float]) -> int:
    """Most series of the subgroups of a model; those of the model itself are few."""
    each = series_per_subgroup(len(model.metrics), len(model.windows.published), judged, pairs(thresholds))
    return each * model.keep_revisions * subgroup_count(model.attributes, model.subgroups)


def _series(found: dict[str, Any]) -> str:
    text = f"at most {found['series']} series"
    if found["series"] <= found["series_limit"]:
        return f"{text}, {found['series_limit']} are allowed"
    return f"{text}; beyond series_limit {found['series_limit']} the deepest, thinnest crossings FOLD into `other`"


def _weeks(weeks: float) -> str:
    whole = max(1, round(weeks))
    return f"{whole} week{'' if whole == 1 else 's'}"


def _tables(name: str, found: dict[str, Any]) -> Group:
    budget = ", ".join(f"{level} {n:g}" for level, n in found["false_alarms_per_91d"].items())
    risk = ", ".join(f"{level} {n:g}" for level, n in found["false_alarms_per_rollout"].items())
    table = Table(
        box=SIMPLE_HEAD,
        title=f"{name}: the settings are good. {found['streams']} streams, {_series(found)}; false alarms to expect at "
        f"most in 91 days: {budget}; probability of one for a harmless rollout: {risk}",
        title_justify="left",
        caption=f"events: cases of the metric's kind that a subgroup needs until a rise from {found['rise']} is told, "
        "good to about a quarter; divide by its cases a week. With reference.file the weeks are told",
        caption_justify="left",
    )
    for heading in ("subgroups by", "metric", "detector", "level"):
        table.add_column(heading)
    for heading in ("nats", "events"):
        table.add_column(heading, justify="right")
    for row in found["needed"]:
        events = "" if row["events"] is None else str(row["events"])
        table.add_row(row["attribute"], row["metric"], row["detector"], row["level"], f"{row['nats']:.1f}", events)
    seasonal = [
        f"{metric}: the reference shows a season that is not expected, so D1 watches it and does not page; set "
        "reference.calendar"
        for metric in found["reference"].get("seasonal", ())
    ]
    small = [one["says"] for one in found["reference"].get("too_small", ())]
    return Group(table, *(one["says"] for one in found["planned"]), *small, *seasonal)
