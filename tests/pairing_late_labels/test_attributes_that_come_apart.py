"""Attributes by their own topic, each rule with the shortest stream that shows it. Times in ms: pane 10, wait 12."""

import pytest

from monitor.counting.fold import Fold
from monitor.counting.partition import PartitionState
from monitor.counting.ripening import ripe_cells
from monitor.events import TO_COME, Attributes, Inference
from tests.counting_exactly.worlds import ABSENT_SEX, WAITING, cells_of

T0 = 10_000
FEMALE, MALE = 0, 1


def told(*events: Inference | Attributes) -> PartitionState:
    """A partition that heard these, each in a batch of its own."""
    state = PartitionState(WAITING)
    for event in events:
        Fold().fold(state, "attributes" if isinstance(event, Attributes) else "inferences", [event])
    return state


def described(at: int, sex: int = MALE, one: str = "p") -> Attributes:
    return Attributes(one, T0 + at, (sex, FEMALE))


def of_p(state: PartitionState) -> dict[object, tuple[int, int]]:
    """Combination -> (on time, late) of model a."""
    return {name[4]: counts for name, counts in cells_of(state).items() if name[0] == "a"}


SAID = Inference("p", "a", "r1", T0, TO_COME, 1)


@pytest.mark.parametrize(("at", "sex"), [(-13, ABSENT_SEX), (-12, MALE), (0, MALE), (12, MALE), (13, ABSENT_SEX)])
@pytest.mark.parametrize("comes_first", [False, True], ids=["after its inference", "before its inference"])
def test_attributes_count_within_the_wait_of_their_inference(at: int, sex: int, comes_first: bool) -> None:
    state = told(described(at), SAID) if comes_first else told(SAID, described(at))
    assert of_p(state) == {sex: (1, 0)}


def test_of_two_descriptions_the_earliest_stands() -> None:
    assert of_p(told(SAID, described(8, FEMALE), described(3, MALE))) == {MALE: (1, 0)}


def test_late_attributes_mend_published_counts_only() -> None:
    state = told(SAID, described(30, one="q"), described(10))
    assert of_p(state) == {ABSENT_SEX: (1, -1), MALE: (0, 1)}


def test_attributes_too_late_for_an_inference_that_old_change_nothing() -> None:
    held = told(SAID, described(130, one="q"), described(12))  # the watermark less the memory is T0: just held
    assert of_p(held) == {ABSENT_SEX: (1, -1), MALE: (0, 1)}
    gone = told(SAID, described(131, one="q"), described(12))
    assert of_p(gone) == {ABSENT_SEX: (1, 0)}


def test_a_cell_ripens_when_the_wait_is_over() -> None:
    state = told(SAID, described(5))
    assert [len(ripe_cells([state], 0, T0, T0 + until).n) for until in (21, 22)] == [0, 1]


def test_an_inference_that_says_its_attributes_itself_is_overruled_by_the_topic() -> None:
    said = Inference("p", "a", "r1", T0, FEMALE, 1)
    assert of_p(told(said)) == {FEMALE: (1, 0)}
    assert of_p(told(said, described(1))) == {MALE: (1, 0)}
