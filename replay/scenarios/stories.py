"""Which scenarios are played, and from when on an alarm in them is about what happens. Pure."""

from typing import Final, NamedTuple

from msgspec.structs import replace

from monitor.simulating.library import load_scenario
from monitor.simulating.scenario import Scenario

PAGED: Final = ("false_negative_rate", "false_positive_rate")
"""The rates about which we may page. Rivals watch these two as well: fewer streams make fewer false alarms."""


class Story(NamedTuple):
    """A scenario of the contest.

    Parameters
    ----------
    name
        Of the scenario, with what is told otherwise about it.
    scenario
        As it is shipped but for that.
    from_day
        First day whose alarms are counted where nobody is harmed.
    """

    name: str
    scenario: Scenario
    from_day: int

    def seeded(self, seed: int) -> Scenario:
        """The same story, drawn anew."""
        return replace(self.scenario, seed=seed)


def story(name: str, from_day: int | None = None) -> Story:
    """A shipped scenario; alarms are counted from its first change on.

    >>> story("population_shift").from_day
    75
    """
    scenario = load_scenario(name)
    if from_day is None:
        from_day = scenario.changes[0].from_day if scenario.changes else 0
    return Story(name, scenario, from_day)


def _told_of_missed() -> Story:
    """Selective verification, by one who watches the false negative rate all the same."""
    known = story("selective_verification")
    return Story(f"{known.name}, watching {PAGED[0]}", replace(known.scenario, metrics=PAGED), known.from_day)


FAIR: Final = story("fair")
HARMS: Final = tuple(map(story, ("sudden_drift", "bad_revision", "canary", "slow_drift")))
HARMLESS: Final = (
    *map(story, ("population_shift", "population_shift_within")),
    story("labels_by_value", 75),
    *map(story, ("missing_labels", "selective_verification")),
    _told_of_missed(),
    story("vanished_group"),
    story("seasonal"),
)
