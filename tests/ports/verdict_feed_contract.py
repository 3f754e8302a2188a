"""What every `ports_acting.VerdictFeed` promises."""

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator

import pytest

from monitor.exporting.feed.pages import PAGE_BYTES, Held, Pages
from monitor.ports_acting import FeedGap, VerdictFeed

FAR_MS = 4_000_000_000_000


def records(first: int, count: int, size: int = 0) -> list[Held]:
    """Records that are as good as any, for whoever only carries them."""
    filling = b"x" * size
    return [
        Held(number, FAR_MS, b'{"seq":%d,"kind":"stream","name":"\xc3\xa9%b"}' % (number, filling))
        for number in range(first, first + count)
    ]


class VerdictFeedContract(ABC):
    """Subclasses give `feed_of`: a feed over these pages."""

    @pytest.fixture
    def pages(self) -> Pages:
        pages = Pages("history-1", next_number=41)
        pages.add(records(41, 5), 0)
        return pages

    @abstractmethod
    def feed_of(self) -> Callable[[Pages], VerdictFeed]:
        """A fixture of the subclass."""

    @pytest.fixture
    def feed(self, feed_of: Callable[[Pages], VerdictFeed], pages: Pages) -> Iterator[VerdictFeed]:
        feed = feed_of(pages)
        yield feed
        feed.close()
        feed.close()

    def test_records_come_as_they_are_by_rising_number(self, feed: VerdictFeed) -> None:
        page = feed.read(after=42, wait_s=0)
        assert (page.source, page.first, page.next) == ("history-1", 41, 46)
        assert list(page.records) == [one.text for one in records(43, 3)]

    def test_everything_is_read_part_by_part(self, feed: VerdictFeed, pages: Pages) -> None:
        pages.add(records(46, 4, PAGE_BYTES // 3), 0)
        after, parts = 40, 0
        while (page := feed.read(after, 0)).records:
            assert page.next == after + 1 + len(page.records)
            after, parts = page.next - 1, parts + 1
        assert (after, parts) == (49, 2)

    def test_reading_twice_gives_the_same(self, feed: VerdictFeed) -> None:
        assert feed.read(40, 0) == feed.read(40, 0)

    def test_at_the_end_there_is_nothing_and_no_waiting_unless_asked(self, feed: VerdictFeed) -> None:
        began_s = time.monotonic()
        page = feed.read(45, 0)
        assert (list(page.records), page.next) == ([], 46)
        assert time.monotonic() - began_s < 1

    def test_it_waits_for_the_first_one(self, feed: VerdictFeed, pages: Pages) -> None:
        timer = threading.Timer(0.3, pages.add, (records(46, 1), 0))
        timer.start()
        began_s = time.monotonic()
        page = feed.read(45, 20)
        assert (len(page.records), page.next) == (1, 47)
        assert 0.2 < time.monotonic() - began_s < 10

    def test_it_waits_no_longer_than_it_was_told(self, feed: VerdictFeed) -> None:
        began_s = time.monotonic()
        assert list(feed.read(45, 1).records) == []
        assert 0.9 < time.monotonic() - began_s < 5

    @pytest.mark.parametrize("after", [-1, 0, 39])
    def test_what_is_no_longer_held_is_a_gap_that_says_where_to_begin(self, feed: VerdictFeed, after: int) -> None:
        with pytest.raises(FeedGap, match="begin at 41") as gap:
            feed.read(after, 0)
        assert gap.value.first == 41
        assert feed.read(gap.value.first - 1, 0).first == 41

    def test_a_number_that_was_never_given_is_one_too(self, feed: VerdictFeed) -> None:
        with pytest.raises(FeedGap, match="no record 46 was ever sent"):
            feed.read(46, 5)

    def test_a_feed_that_has_said_nothing_yet(self, feed_of: Callable[[Pages], VerdictFeed]) -> None:
        feed = feed_of(Pages("history-2", 1))
        page = feed.read(-1, 0)
        assert (page.source, page.first, page.next, list(page.records)) == ("history-2", 1, 1, [])
        feed.close()
