"""What must hold in a scenario beyond the form of its fields: all of it is said at once.

Beside the way of an event: `library` asks before it hands a scenario out. Pure.
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from math import isclose, isfinite
from typing import Final

from monitor.judging.metrics import ALWAYS_ON, METRICS
from monitor.simulating.faults import CORRECTED_AFTER_DAYS
from monitor.simulating.population import Population
from monitor.simulating.scenario import HARMS, Attribute, Delay, RateName, Scenario, Shift
from monitor.vocabulary import UNKNOWN, band_slugs

_MOST_EVENTS: Final = 5_000_000
"""More than any machine for trying things out wants to keep."""


_DRAWABLE: Final[Mapping[RateName, tuple[float, float]]] = {
    "label_prevalence": (0.0, 1.0),
    "false_negative_rate": (0.001, 0.999),
    "false_positive_rate": (0.001, 0.999),
    "missing_labels": (0.0, 1.0),
    "unverified": (0.0, 1.0),
}
"""The scores of a rate of 0 or 1 would be infinite."""


class ScenarioError(ValueError):
    """A scenario that cannot be played. The message says what, where and what to do."""


def check(scenario: Scenario) -> None:
    """Refuse a scenario that cannot be played.

    Raises
    ------
    ScenarioError
        with everything that is wrong, a line each.
    """
    problems = list(_problems(scenario))
    if not problems:
        problems = list(_impossible_rates(scenario))
    if problems:
        raise ScenarioError("\n".join(f"scenario {scenario.name}: {problem}" for problem in problems))


def _problems(scenario: Scenario) -> Iterator[str]:
    if scenario.days < 1 or not 0 < scenario.events_per_day * scenario.days <= _MOST_EVENTS:
        yield f"days times events_per_day must be above 0 and at most {_MOST_EVENTS}"
    if not scenario.attributes:
        yield "attributes: give at least one"
    for name, attribute in scenario.attributes.items():
        yield from _wrong_shares(f"attributes.{name}", attribute)
    yield from _wrong_revisions(scenario)
    for place in ("differences", "changes"):
        for number, shift in enumerate(getattr(scenario, place)):
            yield from _wrong_shift(f"{place}[{number}]", shift, scenario)
    yield from _wrong_labels(scenario)
    judged = [name for name in METRICS if name not in ALWAYS_ON]
    if unknown := sorted(set(scenario.metrics) - set(judged)):
        yield f"metrics: there is no {unknown[0]}; name some of {', '.join(judged)}"
    if scenario.faults is not None:
        faults = scenario.faults
        shares = (faults.duplicates, faults.corrections, faults.late, faults.malformed)
        if not all(0 <= share <= 0.2 for share in shares):
            yield "faults: give shares from 0 to 0.2"


def _wrong_shares(place: str, attribute: Attribute) -> Iterator[str]:
    shares = attribute.shares.values()
    if any(not 0 <= share <= 1 for share in shares) or not isclose(sum(shares), 1):
        yield f"{place}.shares: must lie between 0 and 1 and sum to 1, they sum to {sum(shares):g}"
    if attribute.bands:
        if any(not low < high for low, high in pairwise(attribute.bands)):
            yield f"{place}.bands: must rise"
        elif unknown := sorted(set(attribute.shares) - {*band_slugs(attribute.bands), UNKNOWN}):
            yield f"{place}.shares: {unknown[0]} is no band; they are {', '.join(band_slugs(attribute.bands))}"


def _wrong_revisions(scenario: Scenario) -> Iterator[str]:
    revisions = scenario.revisions
    if not revisions or revisions[0].from_day != 0 or revisions[0].share != 1:
        yield "revisions: the first one must serve everything from day 0"
    if len({revision.name for revision in revisions}) < len(revisions):
        yield "revisions: a name is given twice"
    for earlier, later in pairwise(revisions):
        if not earlier.from_day < later.from_day < scenario.days or not 0 < later.share <= 1:
            yield f"revisions: {later.name} must come after {earlier.name}, before the end, with a share above 0"


def _wrong_shift(place: str, shift: Shift, scenario: Scenario) -> Iterator[str]:
    for name, value in shift.where.items():
        known = scenario.attributes[name].shares if name in scenario.attributes else {}
        if value not in known:
            yield f"{place}.where: there is no {name} {value}; name one of the attributes' values"
    if not shift.factor >= 0 or not isfinite(shift.factor):
        yield f"{place}.factor: must be a number of at least 0"
    if not 0 <= shift.from_day < scenario.days or shift.ramp_days < 0:
        yield f"{place}: must begin on a day of the scenario, and ramp_days must not be below 0"
    if shift.season_days < 0 or (shift.season_days and shift.ramp_days):
        yield f"{place}.season_days: must not be below 0, and a season has no ramp_days"
    if shift.revision is not None:
        if shift.revision not in {revision.name for revision in scenario.revisions}:
            yield f"{place}.revision: there is no revision {shift.revision}"
        if shift.rate not in HARMS:
            yield f"{place}.revision: only {' and '.join(HARMS)} can belong to a revision"


def _wrong_labels(scenario: Scenario) -> Iterator[str]:
    labels = scenario.labels
    delays: dict[str, Delay] = {"positive": labels.positive, "negative": labels.negative}
    for name, delay in delays.items():
        low, high = delay.days
        if not 0 <= low <= high or min(delay.shape) <= 0:
            yield f"labels.{name}: days must not be below 0 nor fall, and shape must be above 0"
    is_corrected = scenario.faults is not None and scenario.faults.corrections > 0
    oldest = max(delay.days[1] for delay in delays.values()) + (CORRECTED_AFTER_DAYS[1] if is_corrected else 0)
    if labels.horizon_days < oldest:
        yield f"labels.horizon_days: must be at least {oldest:g}, the age of the oldest label"
    if not all(0 < day < labels.horizon_days for day in labels.decided_days):
        yield "labels.decided_days: must lie between 0 and the horizon"


def _impossible_rates(scenario: Scenario) -> Iterator[str]:
    """Rates that factors have driven out of the range in which they can be drawn."""
    population = Population(scenario)
    shifts = (*scenario.differences, *scenario.changes)
    turns = {
        one.from_day + one.season_days * quarter // 4 + near for one in shifts for quarter in (1, 3) for near in (0, 1)
    }
    days = sorted({0, scenario.days - 1, *turns, *(shift.from_day for shift in shifts)})
    for revision in scenario.revisions:
        for name, (low, high) in _DRAWABLE.items():
            rates = [population.rate(name, day, revision.name) for day in days]
            if any((one < low).any() or (one > high).any() for one in rates):
                yield f"{name} leaves {low:g} to {high:g} in a subgroup of {revision.name}; lower a factor"
    try:
        for day in days:
            population.weights(day)
    except ValueError as error:
        yield f"{error}; raise a share"
