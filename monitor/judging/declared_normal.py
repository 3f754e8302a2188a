"""Which time is declared normal: a reference that was given, if it fits the rules, or one that is collected.

Way of an event: before the first one. Pure.
"""

from dataclasses import replace

from monitor.counting.ripe import RipeCells
from monitor.judging.bootstrap import Bootstrap
from monitor.judging.collecting import Collecting
from monitor.judging.people import People
from monitor.judging.reference import Reference
from monitor.judging.rules import JudgingRules
from monitor.judging.seasonal_key import in_season
from monitor.judging.time_range import TimeRange


def collecting(rules: JudgingRules, people: People) -> Collecting:
    """What collects the reference: of the range that the rules name, or else by rule from the first revision."""
    span = rules.reference_range_ms
    return Bootstrap(rules, people) if span is None else TimeRange(rules, people, span)


def fits_rules(reference: Reference, rules: JudgingRules, combinations: int) -> None:
    """Nothing, for a reference that the rules can use.

    Raises
    ------
    ValueError
        for one of another model, with other label-age bins or panes, or without panes where a calendar key needs them.
    """
    if (reference.model, reference.edges_ms) != (rules.model, rules.edges_ms):
        raise ValueError(
            f"the reference is of model {reference.model} with label-age edges {list(reference.edges_ms)}, model "
            f"{rules.model} has {list(rules.edges_ms)}: build it anew with these settings"
        )
    if reference.pane_ms not in (0, rules.pane_ms):
        raise ValueError(
            f"the reference has panes of {reference.pane_ms} ms, model {rules.model} has panes of {rules.pane_ms}: "
            "build it anew with these settings"
        )
    reference.cells(rules.calendar, combinations)


def seasonal(cells: RipeCells, rules: JudgingRules, combinations: int) -> RipeCells:
    """Cells in the season of their pane, by the calendar key of the rules."""
    return replace(cells, combination=in_season(cells.combination, cells.pane_start_ms, rules.calendar, combinations))
