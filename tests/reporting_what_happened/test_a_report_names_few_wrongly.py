"""Which subgroups a report names together: by e-BH of a rollout, by e-detector BH against the reference."""

from math import log

import pytest

from monitor.exporting.named import named
from monitor.judging.verdict import CONCURRENT_EFFECT, REFERENCE, REVISION_EFFECT, Evidence, StreamVerdict, Verdict

STEPS, WEIGHT = 7.0, 0.02


def said(slug: str, *evidence: Evidence, metric: str = "error_rate", revision: str = "r2") -> StreamVerdict:
    return StreamVerdict("m", revision, "site", slug, metric, Verdict.HEALTHY, (), 0, evidence)


def reference(nats: float | None) -> Evidence:
    return Evidence(REFERENCE, nats, log(STEPS / WEIGHT), None, WEIGHT, 5, 90)


def effect(nats: float | None, detector: str = REVISION_EFFECT) -> Evidence:
    return Evidence(detector, nats, 8.0, None, WEIGHT, 5, 90, rollback=10.0, against="r1")


def names(verdicts: list[StreamVerdict]) -> dict[str | None, list[str]]:
    return {one.revision: [stream.subgroup for stream in one.streams] for one in named(verdicts)}


def test_of_a_rollout_those_are_named_whose_evidence_pays_for_their_number() -> None:
    # e-BH at .1 of ten: one alone needs 100, two 50 each; so two of 60 are named, and one of 60 is not.
    quiet = [said(f"s{place}", effect(0.0)) for place in range(8)]
    pair = [said("a", effect(log(60))), said("b", effect(log(60)))]
    assert names([*quiet, *pair]) == {"r2": ["a", "b"]}
    assert names([*quiet, pair[0], said("b", effect(0.0))]) == {}


def test_two_comparisons_of_one_stream_count_as_their_mean() -> None:
    both = said("a", effect(log(300)), effect(None, CONCURRENT_EFFECT))
    rest = [said(f"s{place}", effect(0.0)) for place in range(9)]
    assert names([both, *rest]) == {"r2": ["a"]}  # 150 of 100 needed
    assert names([said("a", effect(log(150)), effect(None, CONCURRENT_EFFECT)), *rest]) == {}  # 75


def test_against_the_reference_each_stream_counts_once_whatever_revisions_serve() -> None:
    needed = log(2 * STEPS)
    verdicts = [said("a", reference(needed + 0.1)), said("b", reference(0.0))]
    again = [said(one.subgroup, *one.evidence, revision="r3") for one in verdicts]
    assert names([*verdicts, *again]) == {None: ["a"]}
    assert names([said("a", reference(needed - 0.1)), verdicts[1]]) == {}


def test_a_stream_that_is_watched_in_both_directions_pays_for_both() -> None:
    nats = log(STEPS) + 0.1
    assert names([said("a", reference(nats))]) == {None: ["a"]}
    assert names([said("a", reference(nats), metric="selection_rate")]) == {}


@pytest.mark.parametrize("verdicts", [[], [said("a")], [said("a", reference(None))]], ids=["none", "bare", "unseen"])
def test_where_nothing_speaks_nobody_is_named(verdicts: list[StreamVerdict]) -> None:
    assert named(verdicts) == ()


def test_evidence_beyond_all_numbers_is_still_evidence() -> None:
    assert names([said("a", effect(5_000.0)), said("b", effect(-5_000.0))]) == {"r2": ["a"]}
