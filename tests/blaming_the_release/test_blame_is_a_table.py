"""Blame follows from what is known, row by row; doubt never blames the revision."""

from dataclasses import replace
from itertools import product

import pytest

from monitor.judging.blame import DEPLOY_HORIZON_MS, TABLE, UNKNOWN, Blame, Known, blame

DAY = 86_400_000
RELEASE = Known(timing_at_rollback=True, rollout_ms=100 * DAY, earliest_onset_ms=103 * DAY)
CANARY = Known(concurrent_at_rollback=True, rollout_ms=100 * DAY)


@pytest.mark.parametrize(
    ("known", "cause", "by"),
    [
        pytest.param(CANARY, "revision", "concurrent", id="worse than the former one at the same time"),
        pytest.param(replace(CANARY, stable_at_page=True), "mixed", None, id="the former one is at page level, too"),
        pytest.param(RELEASE, "revision", "timing", id="worse than the former one was, from the rollout on"),
        pytest.param(replace(RELEASE, rising_before=True), "mixed", None, id="it was rising before"),
        pytest.param(
            replace(RELEASE, earliest_onset_ms=131 * DAY), "population", None, id="it begins 31 days after the rollout"
        ),
        pytest.param(
            replace(RELEASE, earliest_onset_ms=130 * DAY), "revision", "timing", id="it begins on the thirtieth day"
        ),
        pytest.param(replace(RELEASE, strictly_cleared=True), "population", None, id="it was cleared before"),
        pytest.param(replace(RELEASE, labels_moved=True), "unknown", None, id="labels arrive otherwise than before"),
        pytest.param(replace(RELEASE, earliest_onset_ms=None), "unknown", None, id="nobody knows when it began"),
        pytest.param(replace(RELEASE, earliest_onset_ms=99 * DAY), "unknown", None, id="it begins before the rollout"),
        pytest.param(
            Known(reference_at_page=True), "population", None, id="worse than the reference, and nothing was rolled out"
        ),
        pytest.param(
            Known(reference_at_page=True, rollout_ms=0, earliest_onset_ms=31 * DAY),
            *("population", None),
            id="worse than the reference, long after the rollout",
        ),
        pytest.param(
            Known(reference_at_page=True, rollout_ms=0, earliest_onset_ms=3 * DAY),
            *("unknown", None),
            id="worse than the reference soon after a rollout, and not than the former revision",
        ),
        pytest.param(
            Known(reference_at_page=True, rollout_ms=0, earliest_onset_ms=3 * DAY, concurrent_would_see=True),
            *("population", None),
            id="both revisions have risen alike",
        ),
        pytest.param(
            replace(RELEASE, former_has_risen=True),
            *("unknown", None),
            id="the former revision, serving at the same time, has risen, too",
        ),
        pytest.param(
            replace(RELEASE, former_has_risen=True, concurrent_would_see=True),
            *("population", None),
            id="and a rise of the new one alone would have been seen",
        ),
        pytest.param(replace(RELEASE, unsure=True), "unknown", None, id="cases of one day depend on each other"),
        pytest.param(
            Known(concurrent_at_rollback=True, unsure=True), "unknown", None, id="and so with both at the same time"
        ),
        pytest.param(Known(), "unknown", None, id="nothing is known"),
    ],
)
def test_the_first_row_that_holds_is_the_blame(known: Known, cause: str, by: str | None) -> None:
    said = blame(known)
    assert (said.cause, said.by) == (cause, by)
    assert said.because


def everything() -> list[Known]:
    """Every state that differs for the table."""
    flags = product((False, True), repeat=6)
    times = [(None, None), (None, 5 * DAY), (0, None), (0, 0), (0, DEPLOY_HORIZON_MS), (0, DEPLOY_HORIZON_MS + 1)]
    arms = [(False, False), (False, True), (True, True)]
    doubts = product((False, True), repeat=2)
    return [
        Known(*flag, rollout_ms, onset_ms, labels_moved, seen, risen, unsure)
        for flag, (rollout_ms, onset_ms), (seen, risen), (labels_moved, unsure) in product(flags, times, arms, doubts)
    ]


def test_the_revision_is_blamed_only_at_rollback_level_and_without_any_doubt() -> None:
    blamed = [known for known in everything() if blame(known).cause == "revision"]
    assert blamed
    for known in blamed:
        assert not known.unsure
        if blame(known).by == "concurrent":
            assert known.concurrent_at_rollback
            assert not known.stable_at_page
        else:
            assert known.timing_at_rollback
            assert known.begins_with_rollout
            assert not known.rising_before
            assert not known.strictly_cleared
            assert not known.labels_moved
            assert not known.former_has_risen


def test_every_row_is_reached() -> None:
    said = [blame(known) for known in everything()]
    assert {id(row) for _, row in TABLE} | {id(UNKNOWN)} == {id(one) for one in said}


def test_only_timing_has_limits_to_print() -> None:
    limits = {row.by: row.limits for _, row in TABLE}
    assert "19 %" in (limits.pop("timing") or "")
    assert set(limits.values()) == {None}
    assert Blame("unknown", None, "").limits is None
