"""The contract of the verdict feed, held by the monitor's own pages and by the client over HTTP."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from monitor.adapters.feed_api import FeedApi
from monitor.adapters.operate_api import OperateApi, Tokens
from monitor.adapters.verdict_feed import HttpVerdictFeed
from monitor.exporting.feed.pages import Pages
from monitor.ports_acting import VerdictFeed
from tests.ports.verdict_feed_contract import VerdictFeedContract


class TestPages(VerdictFeedContract):
    """In the process of the monitor: what demo and tests read."""

    @pytest.fixture
    def feed_of(self) -> Callable[[Pages], VerdictFeed]:
        return lambda pages: pages


class TestOverHttp(VerdictFeedContract):
    """Between two processes."""

    @pytest.fixture
    def feed_of(self, tmp_path: Path) -> Iterator[Callable[[Pages], VerdictFeed]]:
        token = tmp_path / "read.token"
        token.write_text("r-token\n")
        started: list[OperateApi] = []

        def feed_of(pages: Pages) -> VerdictFeed:
            tokens = Tokens("r-token", "o-token")
            answers = FeedApi(tokens, pages, lambda _record: None)
            api = OperateApi("127.0.0.1:0", tokens, lambda: {}, lambda _asked: Future(), answers)
            api.start()
            started.append(api)
            return HttpVerdictFeed(f"http://127.0.0.1:{api.port}", token)

        yield feed_of
        for api in started:
            api.stop()
