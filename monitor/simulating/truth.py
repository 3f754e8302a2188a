"""What is true of a scenario: every rate of every subgroup, computed, and the moment at which something happens.

Beside the way of an event: `writer` puts it beside the stream as ``moment.json``, `comparison` judges by it. Pure.
"""

from collections.abc import Mapping
from typing import Final

import msgspec
import numpy as np

from monitor.exporting.moments import rfc3339
from monitor.exporting.naming import EVERYONE
from monitor.simulating.population import Floats, Population, traffic
from monitor.simulating.scenario import DAY_MS, HARMS, Scenario, Shift

METRICS: Final = ("false_negative_rate", "false_positive_rate", "error_rate", "label_prevalence")


class KnownRate(msgspec.Struct, frozen=True):
    """A rate of one subgroup before the moment and at the end; None where it has none."""

    attribute: str
    value: str
    metric: str
    before: float | None
    after: float | None


class KnownAttribute(msgspec.Struct, frozen=True):
    """How an attribute is sent: its values or its bands, under which name."""

    values: tuple[str, ...]
    bands: tuple[float, ...]
    source: str


class Moment(msgspec.Struct, frozen=True):
    """What happens in a stream.

    Parameters
    ----------
    stream, about, expected, seed, model
        Of the scenario.
    start, end
        First midnight, and the one after the last day, RFC 3339.
    moment
        When it happens; None: it never does, and the fields below are None, too.
    revision, previous_revision
        The one it happens to, and the one before; None: it has nothing to do with a revision.
    attribute, value
        The subgroup, as in the counts files.
    metric
        The rate that moves; `share` is that of the population.
    before, after
        Its values, the day before and on the last day.
    is_harm
        Whether it harms somebody: whether an alarm is due.
    attributes
        How they are sent.
    rates
        Of everyone and of every subgroup by one attribute.
    """

    stream: str
    about: str
    expected: str
    seed: int
    model: str
    start: str
    end: str
    moment: str | None
    revision: str | None
    previous_revision: str | None
    attribute: str | None
    value: str | None
    metric: str | None
    before: float | None
    after: float | None
    is_harm: bool
    attributes: dict[str, KnownAttribute]
    rates: tuple[KnownRate, ...]


def rate_of(
    scenario: Scenario, where: Mapping[str, str], metric: str, day: int, revision: str | None = None
) -> float | None:
    """A rate of a subgroup's labelled predictions on a day, exactly; None if it has none that day.

    Parameters
    ----------
    where
        Attribute -> value; empty is everyone.
    metric
        One of `METRICS`, or `false_omission_rate`; `share` and `missing_labels` are of all its inferences, `unverified`
        of those predicted 0.
    revision
        The only one to look at; None: those that serve that day, by their traffic.

    Examples
    --------
    >>> from monitor.simulating.library import load_scenario
    >>> story = load_scenario("bad_revision")
    >>> young = {"age_band": "18_45"}
    >>> [round(rate_of(story, young, "false_negative_rate", day), 12) for day in (74, 75)]
    [0.2, 0.4]
    >>> round(rate_of(story, {}, "false_negative_rate", 75), 12)        # a quarter of all, .2 more: .05
    0.25
    """
    population = Population(scenario)
    weights = population.weights(day) * population.members(where)
    if metric == "share":
        return float(weights.sum())
    counted, harmful = np.zeros_like(weights), np.zeros_like(weights)
    serving = dict(zip((one.name for one in scenario.revisions), traffic(scenario, day), strict=True))
    for name, share in serving.items() if revision is None else ((revision, 1.0),):
        n, x = _expected(population, metric, day, name)
        counted, harmful = counted + share * n, harmful + share * x
    total = float(weights @ counted)
    return float(weights @ harmful) / total if total > 0 else None


def _expected(population: Population, metric: str, day: int, revision: str) -> tuple[Floats, Floats]:
    """Counted and harmful cases an inference, by combination."""
    prevalence = population.rate("label_prevalence", day, revision)
    missed = prevalence * population.rate("false_negative_rate", day, revision)
    flagged = (1 - prevalence) * population.rate("false_positive_rate", day, revision)
    cleared = 1 - (prevalence - missed) - flagged
    unverified, found = (
        population.rate("unverified", day, revision),
        1 - population.rate("missing_labels", day, revision),
    )
    if metric == "unverified":
        return cleared, cleared * unverified
    unseen = np.ones_like(missed) - found * (1 - cleared * unverified)
    if metric == "missing_labels":
        return np.ones_like(unseen), unseen
    seen = found * (1 - unverified)
    known = {"positive": found * (prevalence - missed) + seen * missed, "missed": seen * missed}
    known |= {"flagged": found * flagged, "labelled": 1 - unseen}
    return {
        "false_negative_rate": (known["positive"], known["missed"]),
        "false_positive_rate": (known["labelled"] - known["positive"], known["flagged"]),
        "error_rate": (known["labelled"], known["missed"] + known["flagged"]),
        "label_prevalence": (known["labelled"], known["positive"]),
        "false_omission_rate": (seen * cleared, known["missed"]),
    }[metric]


def moment_of(scenario: Scenario) -> Moment:
    """What happens in a scenario: its first change.

    Examples
    --------
    >>> from monitor.simulating.library import load_scenario
    >>> moment = moment_of(load_scenario("canary"))
    >>> moment.moment, moment.attribute, moment.value, moment.before, moment.after, moment.is_harm
    ('2026-03-17T00:00:00Z', 'sex', 'female', 0.2, 0.5, True)
    """
    change = scenario.changes[0] if scenario.changes else None
    revision = change.revision if change else None
    before_day, last = (change.from_day - 1 if change else 0), scenario.days - 1
    names = [one.name for one in scenario.revisions]
    known = _rates(scenario, max(0, before_day), last, revision)
    return Moment(
        stream=scenario.name,
        about=scenario.about,
        expected=scenario.expected,
        seed=scenario.seed,
        model=scenario.model,
        start=rfc3339(scenario.start_ms),
        end=rfc3339(scenario.end_ms),
        moment=rfc3339(scenario.start_ms + change.from_day * DAY_MS) if change else None,
        revision=revision,
        previous_revision=names[names.index(revision) - 1] if revision in names[1:] else None,
        attribute=("&".join(change.where) or EVERYONE) if change else None,
        value=("&".join(change.where.values()) or EVERYONE) if change else None,
        metric=change.rate if change else None,
        before=_rounded(rate_of(scenario, change.where, change.rate, max(0, before_day))) if change else None,
        after=_rounded(rate_of(scenario, change.where, change.rate, last, revision)) if change else None,
        is_harm=any(map(is_harm, scenario.changes)),
        attributes={
            name: KnownAttribute(() if one.bands else tuple(one.shares), one.bands, one.source or name)
            for name, one in scenario.attributes.items()
        },
        rates=known,
    )


def is_harm(change: Shift) -> bool:
    """Whether a change makes the model err more often."""
    return change.rate in HARMS and change.factor > 1


def _rates(scenario: Scenario, before_day: int, last: int, revision: str | None) -> tuple[KnownRate, ...]:
    subgroups = [(EVERYONE, EVERYONE)]
    subgroups += [(name, value) for name, attribute in scenario.attributes.items() for value in attribute.shares]
    found = []
    for attribute, value in subgroups:
        where = {} if attribute == EVERYONE else {attribute: value}
        for metric in METRICS:
            before = rate_of(scenario, where, metric, before_day)
            after = rate_of(scenario, where, metric, last, revision)
            found.append(KnownRate(attribute, value, metric, _rounded(before), _rounded(after)))
    return tuple(found)


def _rounded(rate: float | None) -> float | None:
    """Six digits: more would be those of binary arithmetic."""
    return None if rate is None else round(rate, 6)
