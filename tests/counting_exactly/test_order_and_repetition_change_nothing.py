"""Published counts depend on the set of events alone; evidence, too, while disorder stays within the lateness."""

from hypothesis import given
from hypothesis import strategies as st

from monitor.counting.fold import Fold
from monitor.events import Event
from tests.counting_exactly.logs import logs
from tests.counting_exactly.worlds import EXAMPLES, LATENESS, RULES, STEPS, Step, cells_of, digest, play


def disordered(log: dict, jitters: list[int]) -> dict[str, list[Event]]:
    """The log in order of event time plus a jitter each, dealt round and round."""
    topics = {}
    for topic, events in log.items():
        order = sorted(range(len(events)), key=lambda n: (events[n].event_time_ms + jitters[n % len(jitters)], n))
        topics[topic] = [events[n] for n in order]
    return topics


def published(log: dict, steps: list[Step]) -> dict:
    sums = {name: on_time + late for name, (on_time, late) in cells_of(play(RULES, log, steps, Fold())).items()}
    return {name: count for name, count in sums.items() if count}


@EXAMPLES
@given(logs(), st.lists(st.integers(0, LATENESS), min_size=5, max_size=30), STEPS)
def test_disorder_within_the_lateness_is_as_if_sorted(log: dict, jitters: list[int], steps: list[Step]) -> None:
    state = play(RULES, disordered(log, jitters), steps, Fold())
    assert digest(state) == digest(play(RULES, disordered(log, [0]), [], Fold()))
    assert not any(count for key, count in state.tallies.items() if key[0] in ("late", "labels_late"))


@EXAMPLES
@given(logs(), st.lists(st.integers(0, 100), min_size=5, max_size=30), STEPS)
def test_disorder_beyond_the_lateness_changes_no_published_count(
    log: dict, jitters: list[int], steps: list[Step]
) -> None:
    # Disorder of at most 100 ms and ids that live for at most 15 of memory 115: nothing is evicted.
    near = {topic: [e for e in events if e.event_time_ms <= 10_100] for topic, events in log.items()}
    assert published(disordered(near, jitters), steps) == published(disordered(near, [0]), [])


@EXAMPLES
@given(logs(), STEPS)
def test_everything_said_twice_counts_once(log: dict, steps: list[Step]) -> None:
    twice = {topic: [event for event in events for _ in range(2)] for topic, events in log.items()}
    once, again = play(RULES, log, steps, Fold()), play(RULES, twice, steps, Fold())
    assert cells_of(once) == cells_of(again)
    assert digest(once)["ids"] == digest(again)["ids"]


@EXAMPLES
@given(logs(), STEPS)
def test_a_topic_replayed_from_its_beginning_changes_no_count(log: dict, steps: list[Step]) -> None:
    replayed = {topic: [*events, *events] for topic, events in log.items()}
    assert cells_of(play(RULES, replayed, steps, Fold())) == cells_of(play(RULES, log, [], Fold()))
