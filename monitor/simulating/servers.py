"""Who answers on a day: revisions by the scenario's calendar, or as a cluster that the stream follows has it.

Beside the way of an event: `draws` and `generator` ask it day by day. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from monitor.simulating.population import Floats, traffic
from monitor.simulating.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Pods:
    """Pods of one template: the revision they serve, and the hash that the deployment controller gave the template."""

    revision: str
    template_hash: str


class Servers(Protocol):
    """The pods that answer in a stream."""

    @property
    def pods(self) -> Sequence[Pods]:
        """All that ever served, in an order that stays; several may serve the same revision."""
        ...

    def shares(self, day: int) -> Floats:
        """Share of a day's inferences that each of `pods` answers, summing to 1; asked once, as the day begins."""
        ...


class Calendar:
    """Revisions come on the days of the scenario, whatever is done about them.

    >>> from monitor.simulating.library import load_scenario
    >>> calendar = Calendar(load_scenario("canary"))
    >>> [one.revision for one in calendar.pods], calendar.shares(119).tolist()
    (['r1', 'r2'], [0.9, 0.1])
    """

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        names = [one.name for one in scenario.revisions]
        self.pods: Sequence[Pods] = [Pods(name, _digest(scenario.model, name)[:10]) for name in names]

    def shares(self, day: int) -> Floats:
        """As the scenario's revisions share the traffic."""
        return traffic(self._scenario, day)


def model_digest(model: str, revision: str) -> str:
    """A digest that stands for the weights of a revision.

    >>> model_digest("readmission", "r1")[:15]
    'sha256:4b2beb33'
    """
    return f"sha256:{_digest(model, revision)}"


def _digest(model: str, revision: str) -> str:
    return sha256(f"{model}/{revision}".encode()).hexdigest()
