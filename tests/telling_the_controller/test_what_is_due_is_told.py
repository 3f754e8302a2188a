"""Which records are due: on each change, again while they stand, and under numbers without holes."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.acting.records import Record, RevisionRecord, StreamRecord
from monitor.exporting.feed.pages import PAGE_BYTES, Held, Pages
from monitor.exporting.feed.verdict_log import VALID_MS, VerdictLog
from monitor.exporting.view import ModelView
from monitor.judging.blame import Blame
from monitor.judging.revision_facts import RevisionFacts
from monitor.judging.verdict import Verdict
from monitor.ports_acting import FeedGap
from tests.telling_the_controller.worlds import NOW_MS, memory_log, model, said, told, view, with_revision

MINUTE_MS = 60_000
OVERALL = said(attribute="overall", subgroup="overall")
HEALTHY = said(subgroup="male", verdict=Verdict.HEALTHY, blame=None)


@pytest.fixture
def log() -> VerdictLog:
    log = memory_log()
    assert log.take(view(model(said(), HEALTHY)), NOW_MS) == 4
    return log


def news(log: VerdictLog, of: ModelView, now_ms: int) -> list[Record]:
    """What is told of a view."""
    before = log.pages.read(log.pages.first - 1, 0).next
    count = log.take(view(of), now_ms)
    found = [record for record in told(log) if record.seq >= before]
    assert len(found) == count
    return found


def test_at_first_everything_is_told(log: VerdictLog) -> None:
    kinds = [type(record).__name__ for record in told(log)]
    assert kinds == ["RevisionRecord", "RevisionRecord", "StreamRecord", "StreamRecord"]
    assert [record.seq for record in told(log)] == [1, 2, 3, 4]


def test_what_stands_is_not_told_again_at_once(log: VerdictLog) -> None:
    assert log.take(view(model(said(), HEALTHY)), NOW_MS + 5 * MINUTE_MS - 1) == 0


def test_what_stands_is_told_again_after_five_minutes(log: VerdictLog) -> None:
    again = news(log, model(said(), HEALTHY), NOW_MS + 5 * MINUTE_MS)
    assert [record.seq for record in again] == [5, 6, 7, 8]
    assert {round(record.issued_at.timestamp() * 1_000) for record in again} == {NOW_MS + 5 * MINUTE_MS}
    assert {round(record.valid_until.timestamp() * 1_000) for record in again} == {NOW_MS + 20 * MINUTE_MS}


def test_a_clock_that_is_set_back_leaves_nothing_unsaid(log: VerdictLog) -> None:
    assert log.take(view(model(said(), HEALTHY)), NOW_MS - 60 * MINUTE_MS) == 4


CHANGES: list[tuple[str, Callable[[], ModelView]]] = [
    ("the verdict", lambda: model(said(verdict=Verdict.SUSPECT, blame=None), HEALTHY)),
    ("the blame", lambda: model(said(blame=Blame("mixed", None, "")), HEALTHY)),
    ("by what", lambda: model(said(blame=Blame("revision", "timing", "")), HEALTHY, facts={"timing_may_act": True})),
]


@pytest.mark.parametrize("change", [row[1] for row in CHANGES], ids=[row[0] for row in CHANGES])
def test_a_change_of_one_stream_is_told_at_once_and_alone(log: VerdictLog, change: Callable[[], ModelView]) -> None:
    (told_now,) = news(log, change(), NOW_MS + 1)
    assert isinstance(told_now, StreamRecord)
    assert told_now.subgroup == "female"


def test_a_change_of_what_blocks_is_told_of_every_stream(log: VerdictLog) -> None:
    (one, other) = news(log, model(said(), HEALTHY, mode="approve"), NOW_MS + 1)
    assert [r.blocked_by for r in (one, other) if isinstance(r, StreamRecord)] == [("mode",), ("verdict", "mode")]


def test_numbers_that_only_move_are_not_told(log: VerdictLog) -> None:
    moved = model(said(since_ms=NOW_MS, blind_below=0.2), HEALTHY, data={"lag_records": 99, "watermark_ms": NOW_MS})
    assert log.take(view(moved), NOW_MS + 1) == 0


@pytest.mark.parametrize(
    "facts",
    [
        RevisionFacts(cleared=True),
        RevisionFacts(own="page"),
        RevisionFacts(undetermined=("sex=unknown",)),
        RevisionFacts(baseline=True),
        RevisionFacts(rollout_ms=NOW_MS),
    ],
    ids=["cleared", "own", "undetermined", "baseline", "rollout"],
)
def test_what_the_ledger_needs_of_a_revision_is_told_at_once(log: VerdictLog, facts: RevisionFacts) -> None:
    revisions = with_revision("r1", lambda one: replace(one, facts=facts))
    (told_now,) = news(log, model(said(), HEALTHY, facts={"revisions": revisions}), NOW_MS + 1)
    assert isinstance(told_now, RevisionRecord)
    assert told_now.revision == "r1"


def test_that_a_revision_goes_on_serving_is_told_when_it_is_told_again(log: VerdictLog) -> None:
    revisions = with_revision("r2", lambda one: replace(one, last_served_ms=NOW_MS))
    of = model(said(), HEALTHY, facts={"revisions": revisions})
    assert log.take(view(of), NOW_MS + 1) == 0
    again = news(log, of, NOW_MS + 5 * MINUTE_MS)
    (r2,) = [one for one in again if isinstance(one, RevisionRecord) and one.revision == "r2"]
    assert round(r2.last_served.timestamp() * 1_000) == NOW_MS


def test_a_stream_that_was_gone_is_new_when_it_is_back(log: VerdictLog) -> None:
    assert log.take(view(model(said())), NOW_MS + 1) == 0
    (back,) = news(log, model(said(), HEALTHY), NOW_MS + 2)
    assert isinstance(back, StreamRecord)
    assert back.subgroup == "male"


def test_models_share_one_row_of_numbers() -> None:
    log = memory_log()
    other = model(said(model="triage"), model="triage")
    log.take(view(model(), other), NOW_MS)
    assert [(record.seq, record.model) for record in told(log)] == [
        *((number, "readmission") for number in (1, 2, 3)),
        *((number, "triage") for number in (4, 5, 6)),
    ]


def test_a_model_without_a_feed_says_nothing() -> None:
    log = memory_log()
    assert log.take(view(model(for_feed=None)), NOW_MS) == 0


def test_if_numbers_cannot_be_kept_nothing_is_told_and_all_of_it_later(log: VerdictLog) -> None:
    class Full:
        source, is_full = "full", True

        def take(self, count: int) -> int:
            if self.is_full and count:
                raise OSError("no space left")
            return 1

    numbers = Full()
    log = VerdictLog(numbers)
    with pytest.raises(OSError, match="no space"):
        log.take(view(), NOW_MS)
    assert told(log) == []
    numbers.is_full = False
    assert log.take(view(), NOW_MS) == 3


# What is held.


def test_records_are_held_as_long_as_they_stand(log: VerdictLog) -> None:
    log.take(view(model(said(), HEALTHY)), NOW_MS + VALID_MS - 1)
    assert log.pages.first == 1
    log.take(view(model(said(), HEALTHY)), NOW_MS + VALID_MS)
    assert log.pages.first == 5


def test_what_is_held_is_bounded() -> None:
    log = memory_log(held_bytes=20_000)
    for turn in range(50):
        log.take(view(model(said(), HEALTHY, mode=("auto", "shadow")[turn % 2])), NOW_MS + turn)
    texts = log.pages.read(log.pages.first - 1, 0).records
    assert 10_000 < sum(map(len, texts)) <= 20_000
    assert [r.seq for r in told(log)][-1] == 102


def held(first: int, count: int, size: int = 20) -> list[Held]:
    return [Held(number, NOW_MS, b"%0*d" % (size, number)) for number in range(first, first + count)]


def test_a_part_is_not_longer_than_a_part_may_be() -> None:
    pages = Pages("a", 1)
    pages.add(held(1, 5, PAGE_BYTES // 2), 0)
    parts, after = [], 0
    while (page := pages.read(after, 0)).records:
        parts.append(len(page.records))
        after = page.next - 1
    assert parts == [2, 2, 1]
    pages.add(held(6, 1, 2 * PAGE_BYTES), 0)
    assert len(pages.read(5, 0).records) == 1


def test_a_number_that_leaves_a_hole_is_refused() -> None:
    pages = Pages("a", 1)
    pages.add(held(1, 2), 0)
    with pytest.raises(ValueError, match="next record is number 3"):
        pages.add(held(4, 1), 0)
    with pytest.raises(ValueError, match="next record is number 4"):
        pages.add([*held(3, 1), *held(5, 1)], 0)
    assert pages.read(0, 0).next == 3


def test_a_record_is_found_by_its_number_while_it_is_held() -> None:
    pages = Pages("a", 5, held_bytes=40)
    pages.add(held(5, 3), 0)
    assert [pages.find(number) is not None for number in range(4, 9)] == [False, False, True, True, False]


Step = tuple[str, int]
Gap = tuple[int, int]


@given(st.lists(st.tuples(st.sampled_from(["add", "read"]), st.integers(1, 9)), max_size=40))
def test_whoever_reads_on_hears_everything_once_or_is_told_of_the_gap(steps: list[Step]) -> None:
    pages, after, heard, next_number = Pages("a", 1, held_bytes=200), 0, list[int](), 1
    gaps: list[Gap] = []
    for step, count in steps:
        if step == "add":
            pages.add(held(next_number, count), 0)
            next_number += count
            continue
        try:
            page = pages.read(after, 0)
        except FeedGap as gap:
            gaps.append((after, gap.first - 1))
            after = gap.first - 1
            page = pages.read(after, 0)
        heard += [int(text) for text in page.records]
        assert [int(text) for text in page.records] == list(range(after + 1, page.next))
        after = page.next - 1
        assert after == next_number - 1
    assert heard == sorted(set(heard))
    assert all(begin > before for before, begin in gaps)


def test_nothing_is_said_of_a_number_that_was_never_given() -> None:
    pages = Pages("a", 1)
    pages.add(held(1, 2), 0)
    assert pages.read(2, 0).records == []
    with pytest.raises(FeedGap, match="no record 3 was ever sent") as gap:
        pages.read(3, 0)
    assert gap.value.first == 1


def test_a_listener_hears_of_additions_until_it_ends() -> None:
    pages, heard = Pages("a", 1), list[Any]()
    end = pages.listen(lambda: heard.append(pages.read(0, 0).next))
    pages.add((), NOW_MS - 1)
    pages.add(held(1, 1), 0)
    end()
    pages.add(held(2, 1), 0)
    assert heard == [2]
