"""What was measured, as numbers: pages and pictures are made of it, and of nothing else. Pure."""

from typing import Final, NamedTuple

AS_IT_COMES: Final = "as it comes"
OUR_BUDGET: Final = "our budget"
OUR_MEASURE: Final = "as quiet as we were"
TUNINGS: Final = (OUR_BUDGET, OUR_MEASURE, AS_IT_COMES)


class Quiet(NamedTuple):
    """A monitor where nobody is harmed. `setting` is None for ours, and for one that no setting makes quiet enough."""

    monitor: str
    tuning: str
    setting: float | None
    false_alarms: int
    years: float

    @property
    def per_year(self) -> float:
        """False alarms a year, over all subgroups and rates."""
        return self.false_alarms / self.years


class Found(NamedTuple):
    """A monitor where a subgroup is harmed: median days to the first alarm about it, inf if half of the runs had none."""

    scenario: str
    monitor: str
    tuning: str
    runs: int
    found: int
    days: float


class Wrong(NamedTuple):
    """A monitor where nothing is done to anybody by the model: its alarms after the moment, in all runs, about anyone."""

    scenario: str
    monitor: str
    tuning: str
    runs: int
    runs_with: int
    alarms: int


class Said(NamedTuple):
    """What we said after the moment: phrase -> runs in which it was said. `blamed` counts runs that blamed a revision."""

    scenario: str
    runs: int
    blamed: int
    phrases: dict[str, int]


class Measured(NamedTuple):
    """All of it, with how much was simulated."""

    seed: int
    tuning_streams: int
    quiet: list[Quiet]
    found: list[Found]
    wrong: list[Wrong]
    said: list[Said]
