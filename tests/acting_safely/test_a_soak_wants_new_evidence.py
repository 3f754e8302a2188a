"""The target is judged on what it served since the patch, and on nothing older."""

from typing import Any

import pytest

from monitor.acting.policy import TABLE, Signal, State
from monitor.acting.soak import WEEK_MS, Soak, is_new, soak_signal
from tests.acting_safely.worlds import DAY_MS, NOW_MS, moment, of_revision

LABELS_MS = 3 * DAY_MS
SOAK = Soak(patched_ms=NOW_MS - WEEK_MS - LABELS_MS, label_age_ms=LABELS_MS, pane_ms=DAY_MS)


BEFORE = moment(SOAK.patched_ms - 1)


def said(**changed: Any) -> Any:
    return of_revision("a", **{"rollout": moment(SOAK.patched_ms), **changed})


@pytest.mark.parametrize(
    ("changed", "watermark_ms", "expected"),
    [
        ({}, NOW_MS, Signal.PASSED),
        ({}, NOW_MS - 1, None),
        ({}, None, None),
        ({"own": "watch"}, NOW_MS, None),
        ({"own": "page"}, NOW_MS, Signal.NO_BETTER),
        ({"own": "page"}, None, Signal.NO_BETTER),
        ({"own": None}, NOW_MS, None),
        ({"rollout": None, "last_served": BEFORE}, NOW_MS, None),
        ({"rollout": None, "last_served": BEFORE, "own": "page"}, NOW_MS, None),
        ({"rollout": moment(SOAK.patched_ms - 2 * DAY_MS), "last_served": BEFORE}, NOW_MS, None),
        ({"rollout": moment(SOAK.patched_ms - 2 * DAY_MS), "last_served": BEFORE, "own": "page"}, NOW_MS, None),
        ({"rollout": None}, NOW_MS, Signal.PASSED),
        ({"rollout": None}, NOW_MS - 1, None),
        ({"rollout": moment(SOAK.patched_ms - 2 * DAY_MS)}, NOW_MS, Signal.PASSED),
        ({"rollout": moment(SOAK.patched_ms - 2 * DAY_MS), "own": "page"}, NOW_MS, Signal.NO_BETTER),
        ({"rollout": None, "last_served": moment(SOAK.patched_ms + WEEK_MS - DAY_MS - 1), "own": "page"}, NOW_MS, None),
        ({"rollout": moment(SOAK.patched_ms - DAY_MS)}, NOW_MS, Signal.PASSED),
        ({"valid_until": moment(NOW_MS)}, NOW_MS, None),
        ({"last_served": moment(SOAK.patched_ms + WEEK_MS - DAY_MS - 1)}, NOW_MS, None),
        ({"last_served": moment(SOAK.patched_ms + WEEK_MS - DAY_MS)}, NOW_MS, Signal.PASSED),
    ],
    ids=[
        "a week served, labels ripe",
        "labels a millisecond short",
        "watermark unknown",
        "at watch",
        "at page",
        "at page is told at once",
        "no ripe label",
        "not served since",
        "not served since, at page",
        "good news of the former epoch",
        "bad news of the former epoch",
        "served all along",
        "served all along, labels a millisecond short",
        "rolled out before and served since",
        "rolled out before and served since, at page",
        "served all along but no week yet, at page",
        "a pane apart",
        "out of date",
        "did not serve a week",
        "served a week but its last pane",
    ],
)
def test_each_report_gives_its_signal(
    changed: dict[str, Any], watermark_ms: int | None, expected: Signal | None
) -> None:
    found = soak_signal(SOAK, said(**changed), watermark_ms, NOW_MS)
    assert found is expected
    assert found is None or found in TABLE[State.SOAKING]


def test_silence_never_passes_and_after_three_times_calls_a_person() -> None:
    long_ms = SOAK.patched_ms + 3 * SOAK.needed_ms
    old = said(valid_until=moment(NOW_MS))
    for record in (None, old):
        assert soak_signal(SOAK, record, long_ms, long_ms - 1) is None
        assert soak_signal(SOAK, record, long_ms, long_ms) is Signal.NO_DATA_LONG


def test_a_record_is_new_if_it_begins_with_the_patch_or_its_revision_served_on() -> None:
    assert is_new(SOAK, said(), NOW_MS)
    assert not is_new(SOAK, said(rollout=moment(0), last_served=BEFORE), NOW_MS)
