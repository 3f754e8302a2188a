"""What was measured, as numbers: pages and pictures are made of it, and of nothing else. Pure."""

import json
from typing import Any, Final, NamedTuple, TypeVar

import msgspec

from replay.rivals.page import COMMAND

T = TypeVar("T")

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
    """A monitor where a subgroup is harmed: median days to the first alarm about it; inf: half of the runs had none."""

    scenario: str
    monitor: str
    tuning: str
    runs: int
    found: int
    days: float


class Wrong(NamedTuple):
    """A monitor where the model errs as before: its alarms after the moment, in all runs, about anyone."""

    scenario: str
    monitor: str
    tuning: str
    runs: int
    runs_with: int
    alarms: int


class Said(NamedTuple):
    """What we said after the moment: phrase -> runs that said it. `blamed` counts runs that blamed a revision."""

    scenario: str
    runs: int
    blamed: int
    phrases: dict[str, int]


class Measured(NamedTuple):
    """All of it, with how much was simulated."""

    seed: int
    tuning_streams: int
    quiet_streams: int
    quiet: list[Quiet]
    found: list[Found]
    wrong: list[Wrong]
    said: list[Said]

    @property
    def made_by(self) -> str:
        """What to print under a table."""
        return f"*{COMMAND}, seed {self.seed}*"


def written(measured: Any) -> str:
    """Named tuples as JSON, a row a line; a delay that never ends is Infinity, which `read` knows."""
    return json.dumps(measured, ensure_ascii=False).replace("], [", "],\n[") + "\n"


def read(text: str, form: type[T]) -> T:
    """What `written` wrote.

    >>> read(written(Quiet("DDM", AS_IT_COMES, 3.0, 2, 0.5)), Quiet).per_year
    4.0
    """
    return msgspec.convert(json.loads(text), form)
