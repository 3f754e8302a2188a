"""`fairdrift check`: the settings, the series they make, and what the false-alarm budget buys."""

from pathlib import Path
from typing import Any, Final

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table

from monitor.cli.build import feed_plan, judge_of, model_plan
from monitor.cli.exits import Exit
from monitor.cli.output import Output, show
from monitor.cli.parts import load_settings
from monitor.judging.divergence import divergence
from monitor.settings.derive import series_estimate
from monitor.settings.model import Settings

RISE: Final = 0.05
FROM: Final = 0.10
"""What a budget buys is told for a rise of five points from ten in a hundred."""


def run_check(settings_path: Path, output: Output) -> int:
    """Check; gives the exit code. Settings that do not load are refused with every problem."""
    settings = load_settings(settings_path)
    models = {name: _model(settings, name) for name in settings.models}
    result = {"settings": str(settings_path), "hash": settings.content_hash, "models": models}
    return show("check", Exit.GOOD, result, output, Group(*(_table(name, found) for name, found in models.items())))


def _model(settings: Settings, name: str) -> dict[str, Any]:
    plan = feed_plan(settings, settings.models[name].feed, "as_configured")
    judge, _ = judge_of(settings, plan, name)
    shown = model_plan(settings, name)
    nats_of_rise = float(divergence(FROM + RISE, FROM))
    return {
        "subgroups": len(shown.lattice.subgroups),
        "streams": len(shown.lattice.subgroups) * len(shown.metrics),
        "series": series_estimate(settings.models[name]),
        "series_limit": shown.series_limit,
        "false_alarms_per_91d": {level: round(n, 3) for level, n in judge.budget().items()},
        "rise": f"{FROM:.0%} to {FROM + RISE:.0%}",
        "needed": [
            {
                "attribute": attribute,
                "metric": metric,
                "level": level,
                "nats": round(nats, 2),
                "events": round(nats / nats_of_rise),
            }
            for (attribute, metric, _, level), nats in sorted(judge.thresholds().items())
        ],
    }


def _table(name: str, found: dict[str, Any]) -> Table:
    budget = ", ".join(f"{level} {n:g}" for level, n in found["false_alarms_per_91d"].items())
    table = Table(
        box=SIMPLE_HEAD,
        title=f"{name}: the settings are good. {found['streams']} streams, about {found['series']} series of "
        f"{found['series_limit']}; false alarms to expect at most in 91 days: {budget}",
        title_justify="left",
        caption=f"events: cases of the metric's kind that a subgroup needs until a rise from {found['rise']} is told, "
        "good to about a quarter; divide by its cases a week",
        caption_justify="left",
    )
    for heading in ("subgroups by", "metric", "level"):
        table.add_column(heading)
    for heading in ("nats", "events"):
        table.add_column(heading, justify="right")
    for row in found["needed"]:
        table.add_row(row["attribute"], row["metric"], row["level"], f"{row['nats']:.1f}", str(row["events"]))
    return table
