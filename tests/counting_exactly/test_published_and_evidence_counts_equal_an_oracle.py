"""Any log, in any batches, any order of topics, with restarts between: the cells of the oracle, on time and late."""

from hypothesis import given

from monitor.counting.fold import Fold
from monitor.counting.partition import PartitionState
from monitor.counting.rules import CountingRules
from tests.counting_exactly.logs import logs
from tests.counting_exactly.oracle import Oracle
from tests.counting_exactly.worlds import (
    EXAMPLES,
    RULES,
    STEPS,
    WAITING,
    Step,
    cells_of,
    digest,
    oracle_rules,
    play,
)


def check_account(state: PartitionState, oracle: Oracle) -> None:
    """Read = counted + waiting + duplicate + conflict + superseded + out of rule + expired + evicted, by topic."""
    account, tallies = oracle.account, state.tallies
    for topic in state.topics:
        for kind in ("inference", "outcome", "attributes", "explanation"):
            results = {
                result: tallies["events", topic, kind, result] for result in ("accepted", "duplicate", "conflict")
            }
            assert sum(results.values()) == account[topic, kind, "read"]
            assert tallies["evicted", topic, kind] == account[topic, kind, "evicted"]
            if kind == "outcome":
                evicted = account[topic, kind, "evicted"] + account[topic, kind, "too_late"]
                unpaired = {
                    r: tallies["unpaired", topic, r] for r in ("negative_age", "beyond_horizon", "no_inference")
                }
                assert unpaired == {r: account[topic, "outcome", r] for r in unpaired}
                assert tallies["unpaired", topic, "evicted"] == evicted
                assert results["accepted"] == (
                    account[topic, "outcome", "admitted"]
                    + account[topic, "outcome", "waiting"]
                    + sum(unpaired.values())
                    + evicted
                )
        assert tallies["late", topic] == sum(n for (t, _, what), n in account.items() if (t, what) == (topic, "late"))
    corrections = sum(n for key, n in tallies.items() if key[0] == "corrections")
    assert corrections == account["", "outcome", "superseded"]
    said = {r: sum(tallies["events", t, "inference", r] for t in state.topics) for r in ("accepted", "conflict")}
    evicted = sum(tallies["evicted", t, "inference"] for t in state.topics)
    assert said["accepted"] == account["", "inference", "standing"] + evicted
    assert said["conflict"] == account["", "inference", "conflict"]
    pending = sum(n for key, n in tallies.items() if key[0] == "pending")
    assert pending == account["", "inference", "pending"]


def check(rules: CountingRules, log: dict, steps: list[Step], *, ids_by_model: bool = False) -> None:
    oracle = Oracle(oracle_rules(rules, ids_by_model=ids_by_model), log)
    played = play(rules, log, steps, Fold(ids_by_model=ids_by_model))
    assert cells_of(played) == oracle.cells
    check_account(played, oracle)
    at_once = play(rules, log, [], Fold(ids_by_model=ids_by_model))
    assert digest(played) == digest(at_once)
    readable = play(rules, log, steps, Fold(ids_by_model=ids_by_model, plain=False))
    assert digest(readable) == digest(played)
    assert readable.retracted == played.retracted


@EXAMPLES
@given(logs(), STEPS)
def test_any_log_in_any_steps_counts_as_the_oracle_says(log: dict, steps: list[Step]) -> None:
    check(RULES, log, steps)


@EXAMPLES
@given(logs(waiting=True), STEPS)
def test_attributes_from_their_own_topic_count_as_the_oracle_says(log: dict, steps: list[Step]) -> None:
    check(WAITING, log, steps)


@EXAMPLES
@given(logs(ids_by_model=True), STEPS)
def test_ids_that_are_unique_in_their_model_only_do_not_meet(log: dict, steps: list[Step]) -> None:
    check(RULES, log, steps, ids_by_model=True)
