"""The verdict feed, heard as far as it goes: never more than what one history of one monitor said.

In the way of an event: step 11. Touches the feed.
"""

from typing import Final

from monitor.acting.hearing import Heard
from monitor.acting.records import Malformed, decode
from monitor.ports_acting import FeedError, FeedGap, VerdictFeed

PAGES: Final = 200
"""At most so many parts a cycle: a feed that never ends must not keep the loop from its incidents."""


class Ear:
    """Reads a feed and keeps the newest record of each stream and revision.

    Whatever breaks the history (another source, a hole, numbers that fall) empties it: nothing is acted on that this
    history did not say.
    """

    def __init__(self, feed: VerdictFeed) -> None:
        self._feed = feed
        self._source: str | None = None
        self._after = 0
        self.heard = Heard()
        self.malformed = 0
        """Records so far that kept no contract, and decided nothing."""
        self.trouble: str | None = None
        """Why the feed could not be read the last time; None if it could."""

    def listen(self) -> None:
        """Read all that is there. A feed that cannot be read is told in `trouble`; what was heard ages by itself."""
        try:
            for _ in range(PAGES):
                if not self._read():
                    break
            self.trouble = None
        except FeedError as error:
            self.trouble = str(error)

    def _read(self) -> bool:
        """Read one part; whether there may be more."""
        try:
            page = self._feed.read(self._after, 0)
        except FeedGap as gap:
            self._begin_anew(gap.first - 1)
            return True
        if self._source is not None and page.source != self._source:
            self._source = None
            self._begin_anew(0)
            return True
        if page.next <= self._after and self._after:
            self._begin_anew(page.first - 1)
            return bool(page.next > page.first)
        self._source = page.source
        for text in page.records:
            self._take(text)
        has_more = page.next - 1 > self._after
        self._after = max(self._after, page.next - 1)
        return has_more

    def _begin_anew(self, after: int) -> None:
        self._after, self.heard = after, Heard()

    def _take(self, text: bytes) -> None:
        try:
            self.heard = self.heard.take(decode(text))
        except Malformed:
            self.malformed += 1
