"""Who comes, and every rate of every combination of attribute values on every day.

Beside the way of an event: `draws` follows it, `truth` sums it: both read the same numbers. Pure.
"""

from collections.abc import Mapping
from itertools import product
from math import pi, sin

import numpy as np
from numpy.typing import NDArray

from monitor.simulating.scenario import RateName, Scenario, Shift

Floats = NDArray[np.float64]


class Population:
    """The combinations of attribute values of a scenario. Attributes are independent but for shifts of shares.

    Parameters
    ----------
    scenario
        The story.

    Examples
    --------
    >>> from monitor.simulating.library import load_scenario
    >>> population = Population(load_scenario("bad_revision"))
    >>> harmed = population.members({"age_band": "18_45"})
    >>> for day, revision in ((0, "r1"), (119, "r1"), (119, "r2")):
    ...     print(round(float(population.rate("false_negative_rate", day, revision)[harmed].max()), 3))
    0.2
    0.2
    0.4
    """

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self.names = tuple(scenario.attributes)
        self.combinations = tuple(product(*(attribute.shares for attribute in scenario.attributes.values())))
        shares = [
            np.prod([a.shares[value] for a, value in zip(scenario.attributes.values(), combination, strict=True)])
            for combination in self.combinations
        ]
        self._shares = np.array(shares, dtype=np.float64)

    def members(self, where: Mapping[str, str]) -> NDArray[np.bool_]:
        """Which combinations belong to a subgroup, shape (combinations,); an empty one is everyone."""
        wanted = {self.names.index(name): value for name, value in where.items()}
        return np.array([all(said[a] == value for a, value in wanted.items()) for said in self.combinations])

    def weights(self, day: int) -> Floats:
        """Share of the inferences of a day by combination, summing to 1. ValueError if nobody is left."""
        weights = self._shifted(self._shares.copy(), "share", day, None)
        total = weights.sum()
        if not total > 0:
            raise ValueError(f"nobody is left on day {day}")
        shares: Floats = weights / total
        return shares

    def rate(self, name: RateName, day: int, revision: str) -> Floats:
        """A rate on a day under a revision, by combination; `share` is asked of `weights`."""
        everyone = np.full(len(self.combinations), getattr(self._scenario.rates, name))
        return self._shifted(everyone, name, day, revision)

    def _shifted(self, values: Floats, name: RateName, day: int, revision: str | None) -> Floats:
        for shift in (*self._scenario.differences, *self._scenario.changes):
            if shift.rate == name and shift.revision in (None, revision):
                values[self.members(shift.where)] *= _factor(shift, day)
        return values


def _factor(shift: Shift, day: int) -> float:
    """The factor in force on a day: a ramp has run through one more day's share at the end of each.

    >>> season = Shift(rate="label_prevalence", factor=1.5, season_days=100)
    >>> [_factor(season, day) for day in (0, 25, 50, 75)]
    [1.0, 1.5, 1.0, 0.5]
    """
    if day < shift.from_day:
        return 1.0
    if shift.season_days:
        return round(1.0 + (shift.factor - 1.0) * sin(2 * pi * (day - shift.from_day) / shift.season_days), 12)
    run = (day + 1 - shift.from_day) / shift.ramp_days if shift.ramp_days else 1.0
    return 1.0 + (shift.factor - 1.0) * min(1.0, run)


def traffic(scenario: Scenario, day: int) -> Floats:
    """Share of each revision of a day's inferences, in the scenario's order, summing to 1.

    >>> from monitor.simulating.library import load_scenario
    >>> traffic(load_scenario("canary"), 0).tolist(), traffic(load_scenario("canary"), 119).tolist()
    ([1.0, 0.0], [0.9, 0.1])
    """
    shares = np.zeros(len(scenario.revisions))
    for number, revision in enumerate(scenario.revisions):
        if day >= revision.from_day:
            shares *= 1.0 - revision.share
            shares[number] = revision.share
    return shares
