"""One model and one partition, told what to hear."""

import pytest

from monitor.counting.fold import Fold
from monitor.counting.partition import PartitionState
from monitor.events import Event, Inference, Outcome
from tests.counting_exactly.worlds import RULES, cells_of

Bins = dict[tuple[int, object], tuple[int, int]]


class Partition:
    """A partition of the small world: pane 10, horizon 90, lateness 15, memory 115, all in ms."""

    def __init__(self) -> None:
        self.state = PartitionState(RULES)

    def hears(self, *events: Event, topic: str = "") -> None:
        """Each event in a batch of its own, by the topic of its kind or by this one."""
        for event in events:
            of_kind = "inferences" if isinstance(event, Inference) else "outcomes"
            Fold().fold(self.state, topic or of_kind, [event])

    def moves_to(self, time_ms: int) -> None:
        """Both topics hear of something unrelated at this time."""
        self.hears(Inference("-", "b", "-", time_ms, 0, 0), Outcome("-", time_ms, 4))

    @property
    def labelled(self) -> dict[tuple[int, int, int], tuple[int, int]]:
        """(pane, age bin, label) -> (on time, late) of model a."""
        named = cells_of(self.state).items()
        return {(n[2], n[3], n[6]): counts for n, counts in named if n[0] == "a" and n[3] >= 0}

    @property
    def free(self) -> dict[tuple[int, int, int], tuple[int, int]]:
        """(pane, prediction, explained) -> (on time, late) of model a."""
        named = cells_of(self.state).items()
        return {(n[2], n[5], n[7]): counts for n, counts in named if n[0] == "a" and n[3] == -1}

    def tally(self, *key: str) -> int:
        return self.state.tallies[key]


@pytest.fixture
def partition() -> Partition:
    return Partition()
