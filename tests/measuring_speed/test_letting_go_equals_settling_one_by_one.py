"""What is let go is looked at in columns; what is counted of it is what settling each id by itself would say."""

from collections import Counter

import numpy as np

from monitor.counting.fold import Fold
from monitor.counting.letting_go import let_go
from monitor.counting.packing import source_of
from monitor.counting.partition import PartitionState
from monitor.counting.rules import CountingRules, ModelRules
from monitor.events import Event, Inference, Label, Outcome
from monitor.vocabulary import AttributeCoding, Coding

CODING = Coding((AttributeCoding("sex", {"f": ("F",), "m": ("M",)}),))
RULES = CountingRules((ModelRules("a", CODING, 10, 40), ModelRules("b", CODING, 10, 40)), 100, allowed_lateness_ms=5)
T0, LATER = 10_000, 10_000_000


def state_of_a_stream(seed: int) -> PartitionState:
    """Ids of two models with an inference, an outcome, or both: too early, too late, another model's, withdrawn."""
    rng, state, fold = np.random.default_rng(seed), PartitionState(RULES), Fold()
    said: list[Event] = []
    learnt: list[Event] = []
    for number in range(400):
        at, what = T0 + int(rng.integers(0, 60)), rng.integers(0, 8)
        model = str(rng.choice(["a", "b"]))
        if what != 0:
            said.append(Inference(f"p{number}", model, str(rng.choice(["r1", "r2"])), at, 0, int(rng.integers(0, 2))))
        if what > 1:
            age, named = int(rng.integers(-40, 160)), [None, "a", "b"][rng.integers(0, 3)]
            learnt.append(Outcome(f"p{number}", at + age, int(rng.choice(list(Label))), named))
    fold.fold(state, "outcomes", sorted(learnt[::2], key=lambda event: event.event_time_ms))
    fold.fold(state, "inferences", sorted(said, key=lambda event: event.event_time_ms))
    fold.fold(state, "outcomes", learnt[1::2])
    return state


def one_by_one(state: PartitionState) -> Counter[tuple[str, ...]]:
    """What letting everything go would add to the tallies."""
    added: Counter[tuple[str, ...]] = Counter()
    for slot in state.rows.held().tolist():
        history = state.rows.history(slot)
        settled = state.settlement.settle(history)
        if settled.said is None:
            added.update(("unpaired", state.topics[outcome.topic], "no_inference") for outcome in history.outcomes)
        elif settled.label is None:
            source = state.sources.known[source_of(settled.said.key)]
            added["expired", source.model, source.revision] += 1
            added["pending", source.model] -= 1
    return added


def test_letting_go_counts_what_settling_every_id_by_itself_counts() -> None:
    for seed in range(5):
        state = state_of_a_stream(seed)
        before, expected = Counter(state.tallies), one_by_one(state)
        assert min(sum(n < 0 for n in expected.values()), sum(n > 0 for n in expected.values())) >= 2
        let_go(state, LATER, [0, 0])
        assert len(state.rows) == 0
        after = Counter(state.tallies)
        after.subtract(before)
        assert {name: n for name, n in after.items() if n} == {name: n for name, n in expected.items() if n}
