"""`fairdrift reference show`: what a reference holds, and what it can find. Exact counts, for the owner of the data."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import msgspec
from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table

from monitor.cli.exits import Exit, Refused
from monitor.cli.output import Output, show
from monitor.cli.parts import load_settings
from monitor.cli.reference_given import declared
from monitor.cli.reference_model import model_named, rules_of
from monitor.exporting.moments import rfc3339
from monitor.exporting.terminal import people
from monitor.judging.declared_normal import fits_rules
from monitor.judging.reference import Reference
from monitor.judging.reference_told import told
from monitor.settings.derive import coding_of, lattice_of
from monitor.settings.model import Settings

_NOBODY: Final = "nobody"


def run_show(file: Path, settings_path: Path, model: str | None, output: Output) -> int:
    """Show a reference file; gives the exit code."""
    settings = load_settings(settings_path)
    name = model_named(settings, model)
    found = declared(file, coding_of(settings.models[name]))
    approval = None if found.approval is None else msgspec.to_builtins(found.approval)
    result = holds(settings, name, found.reference) | {"built_by": found.built_by, "approval": approval}
    return show("reference show", Exit.GOOD, result, output, tables(result, str(file)))


def holds(settings: Settings, name: str, reference: Reference) -> dict[str, Any]:
    """What a reference holds, for programs.

    Raises
    ------
    Refused
        for one that does not fit the settings of the model.
    """
    rules, lattice = rules_of(settings, name), lattice_of(settings.models[name])
    try:
        fits_rules(reference, rules, lattice.coding.size)
    except ValueError as error:
        raise Refused(f"model {name}: {error}") from error
    said = told(rules, lattice, reference)
    return {
        "id": reference.id,
        "model": reference.model,
        "source": reference.source,
        "revision": reference.revision,
        "from": rfc3339(reference.start_ms),
        "to": rfc3339(reference.end_ms),
        "pane_ms": reference.pane_ms or None,
        "panes": None if reference.pane_start_ms is None else len(set(reference.pane_start_ms.tolist())),
        "label_age_edges_ms": list(reference.edges_ms),
        "calendar": None if rules.calendar is None else f"{rules.calendar.key} {rules.calendar.zone}",
        "season_p": said.season_p,
        "seasonal": list(said.seasonal),
        "subgroups": [asdict(group) for group in said.groups],
        "streams": [asdict(stream) for stream in said.streams],
    }


def tables(found: Mapping[str, Any], title: str) -> Group:
    """The same for people: everyone and one attribute at a time."""
    level = {(group["attribute"], group["subgroup"]): group["level"] for group in found["subgroups"]}
    shown = {who for who, depth in level.items() if depth <= 1}
    return Group(*_head(found, title), _counts(found, shown), _streams(found, shown), *_remarks(found, shown))


def _head(found: Mapping[str, Any], title: str) -> list[str]:
    panes = "sums alone, no panes" if found["panes"] is None else f"{found['panes']} panes with events"
    who = found["revision"] or "whoever served"
    lines = [
        title,
        f"reference {found['id']} of model {found['model']}, source {found['source']}, revision: {who}",
        f"inferences of {found['from']} to {found['to']}; {panes}",
    ]
    if "built_by" in found:
        approval = found.get("approval")
        approved = _NOBODY if approval is None else f"{approval['by']}, {approval['at']}: {approval['reason']}"
        lines.append(f"built by {found['built_by'] or 'unknown'}; approved by {approved}")
    return lines


def _table(title: str, headings: list[str]) -> Table:
    table = Table(box=SIMPLE_HEAD, title=title, title_justify="left", pad_edge=False)
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="right" if number and heading != "metric" else "left")
    return table


def _counts(found: Mapping[str, Any], shown: set[tuple[str, str]]) -> Table:
    edges = found["label_age_edges_ms"]
    ages = [_age(edge) for edge in edges[1:]]
    table = _table("predictions, and labels by age (younger than)", ["subgroup", "predictions", *ages])
    for group in found["subgroups"]:
        if (group["attribute"], group["subgroup"]) in shown:
            numbers = (group["inferences"], *group["labels"])
            table.add_row(people(group["attribute"], group["subgroup"]), *map(str, numbers))
    return table


def _age(edge_ms: int) -> str:
    return f"{edge_ms / 86_400_000:g}d" if edge_ms >= 86_400_000 else f"{edge_ms / 3_600_000:g}h"


def _streams(found: Mapping[str, Any], shown: set[tuple[str, str]]) -> Table:
    table = _table(
        "what it can find at its own traffic",
        ["subgroup", "metric", "cases / n", "rate", "tolerated", "blind below", "rho", "still needed"],
    )
    for one in found["streams"]:
        if (one["attribute"], one["subgroup"]) not in shown:
            continue
        k, n, limit = one["cases"], one["samples"], one["tolerated"]
        table.add_row(
            people(one["attribute"], one["subgroup"]),
            one["metric"],
            f"{k} / {n}",
            f"{k / n:.3f}" if n else "–",
            "not watched" if limit is None else f"{limit:.3f}",
            "blind" if one["blind_below"] >= 1 else f"{one['blind_below']:.3f}",
            "–" if one["rho"] is None else f"{one['rho']:.2f}",
            str(one["still_needed"])
            if one["still_needed"]
            else ""
            if one["still_needed"] == 0
            else "more would not help",
        )
    return table


def _remarks(found: Mapping[str, Any], shown: set[tuple[str, str]]) -> list[str]:
    lines = []
    deeper = len(found["subgroups"]) - len(shown)
    if deeper:
        lines.append(f"{deeper} crossings are not shown here; --output json has them")
    if found["panes"] is None:
        lines.append("without panes nobody can tell a season, nor whether events of a day depend on each other")
    for metric in found["seasonal"]:
        p = found["season_p"][metric]
        lines.append(
            f"{metric} shows a season (p = {p:.2g}) that is not expected: D1 will watch it and not page; set "
            "reference.calendar"
        )
    return lines
