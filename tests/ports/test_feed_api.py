"""The verdict feed over HTTP: who may ask, what is refused and with which way out, and who waits."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Any

import pytest

from monitor.adapters import feed_api
from monitor.adapters.feed_api import FeedApi
from monitor.adapters.operate_api import OperateApi, Tokens
from monitor.exporting.feed.pages import Pages
from tests.ports.verdict_feed_contract import records

TOKENS = Tokens("r-token", "o-token")
Answer = tuple[int, dict[str, str], Any]


@pytest.fixture
def pages() -> Pages:
    pages = Pages("history-1", next_number=41)
    pages.add(records(41, 5), 0)
    return pages


def explain(record: bytes) -> Sequence[str] | None:
    number = json.loads(record)["seq"]
    return None if number == 42 else [f"about {number}"]


@pytest.fixture
def answers(pages: Pages) -> FeedApi:
    return FeedApi(TOKENS, pages, explain)


@pytest.fixture
def api(answers: FeedApi) -> Iterator[OperateApi]:
    api = OperateApi("127.0.0.1:0", TOKENS, lambda: {}, lambda _asked: Future(), answers)
    api.start()
    yield api
    api.stop()


def ask(api: OperateApi, path: str, token: str | None = "r-token") -> Answer:
    connection = HTTPConnection("127.0.0.1", api.port, timeout=20)
    connection.request("GET", path, headers={} if token is None else {"Authorization": f"Bearer {token}"})
    answer = connection.getresponse()
    said = answer.status, dict(answer.getheaders()), json.load(answer)
    connection.close()
    return said


def test_a_part_has_the_form_of_the_contract(api: OperateApi) -> None:
    status, headers, said = ask(api, "/v1/verdicts?after=43&wait=30")
    assert (status, headers["Content-Type"].split(";")[0]) == (200, "application/json")
    assert list(said) == ["v", "source", "first", "next", "records"]
    assert (said["v"], said["source"], said["first"], said["next"]) == (1, "history-1", 41, 46)
    assert [record["seq"] for record in said["records"]] == [44, 45]


def test_without_a_number_it_begins_with_the_oldest(api: OperateApi) -> None:
    assert [record["seq"] for record in ask(api, "/v1/verdicts")[2]["records"]] == [41, 42, 43, 44, 45]


@pytest.mark.parametrize(
    "query",
    [
        *("after=-1", "after=", "after=x", "after=1.0", "after=1e3", "after=%2B1", "after=0x10", "after=%D9%A3"),
        *("after=1234567890123456", "after=45&wait=61", "after=45&wait=999", "after=45&wait=-1", "after=45&wait=1.5"),
        *("after=45&wait=", "after=45&wait=long", "after=45&wait=99999999999999999999"),
    ],
)
def test_what_is_not_understood_is_refused_with_how_to_ask(api: OperateApi, query: str) -> None:
    began_s = time.monotonic()
    status, headers, said = ask(api, f"/v1/verdicts?{query}")
    assert (status, headers["Content-Type"].split(";")[0]) == (400, "application/problem+json")
    assert "/v1/verdicts?after=0&wait=30" in said["fix"]
    assert time.monotonic() - began_s < 5


@pytest.mark.parametrize("path", ["/v1/verdicts?after=45&wait=30", "/v1/verdicts/v-44", "/v1/explain/v-44"])
@pytest.mark.parametrize("token", [None, "", "r-toke", "r-token-and-more", "hook"])
def test_without_the_right_to_read_nothing_is_said(api: OperateApi, path: str, token: str | None) -> None:
    status, headers, said = ask(api, path, token)
    assert (status, headers["WWW-Authenticate"], "read_file" in said["fix"]) == (401, "Bearer", True)
    assert set(said) == {"title", "status", "fix"}


def test_who_may_operate_may_read(api: OperateApi) -> None:
    assert ask(api, "/v1/verdicts", "o-token")[0] == 200


@pytest.mark.parametrize(("after", "first"), [(0, 41), (39, 41), (46, 41), (999_999_999_999_999, 41)])
def test_a_gap_says_where_to_begin(api: OperateApi, after: int, first: int) -> None:
    status, _, said = ask(api, f"/v1/verdicts?after={after}&wait=30")
    assert (status, said["first"]) == (410, first)
    assert "after=40" in said["fix"]
    assert "/v1/status" in said["fix"]


def test_one_record_is_read_by_its_name(api: OperateApi) -> None:
    assert ask(api, "/v1/verdicts/v-44")[2]["seq"] == 44
    assert ask(api, "/v1/verdicts/44")[2]["seq"] == 44


@pytest.mark.parametrize("name", ["v-40", "v-46", "v--1", "x", "v-", "v-v-44", "v-99999999999999999999"])
def test_what_is_not_held_is_not_found(api: OperateApi, name: str) -> None:
    for what in ("verdicts", "explain"):
        status, _, said = ask(api, f"/v1/{what}/{name}")
        assert (status, "GET /v1/verdicts" in said["fix"]) == (404, True)


def test_a_record_is_explained(api: OperateApi) -> None:
    assert ask(api, "/v1/explain/v-44")[2] == {"id": "v-44", "sentences": ["about 44"]}
    status, _, said = ask(api, "/v1/explain/v-42")
    assert (status, "still serves" in said["fix"]) == (404, True)


def test_many_wait_and_nobody_is_held_up(api: OperateApi, pages: Pages) -> None:
    """More than the server has threads."""
    with ThreadPoolExecutor(40) as callers:
        waiting = [callers.submit(ask, api, "/v1/verdicts?after=45&wait=30") for _ in range(40)]
        began_s = time.monotonic()
        for _ in range(20):
            assert ask(api, "/v1/status")[0] == 200
        assert time.monotonic() - began_s < 5
        pages.add(records(46, 1), 0)
        assert {one.result(10)[2]["next"] for one in waiting} == {47}


def wait_for(answers: FeedApi, waiting: int) -> None:
    end_s = time.monotonic() + 10
    while answers.waiting != waiting and time.monotonic() < end_s:
        time.sleep(0.01)
    assert answers.waiting == waiting


def test_what_comes_just_before_somebody_listens_is_not_waited_for() -> None:
    class Hasty(Pages):
        """A record comes between the look and the listening."""

        def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
            self.add(records(1, 1), 0)
            return super().listen(listener)

    api = OperateApi("127.0.0.1:0", TOKENS, dict, lambda _asked: Future(), FeedApi(TOKENS, Hasty("a", 1), explain))
    api.start()
    began_s = time.monotonic()
    assert ask(api, "/v1/verdicts?after=0&wait=15")[2]["next"] == 2
    assert time.monotonic() - began_s < 10
    api.stop()


def test_too_many_do_not_wait(api: OperateApi, answers: FeedApi, pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_api, "MOST_WAITING", 2)
    with ThreadPoolExecutor(2) as callers:
        waiting = [callers.submit(ask, api, "/v1/verdicts?after=45&wait=30") for _ in range(2)]
        wait_for(answers, 2)
        status, headers, said = ask(api, "/v1/verdicts?after=45&wait=30")
        assert (status, headers["Retry-After"], "ask again" in said["fix"]) == (503, "5", True)
        assert ask(api, "/v1/verdicts?after=45")[0] == 200, "who does not wait is answered"
        assert ask(api, "/v1/verdicts?after=44&wait=30")[0] == 200, "and whoever need not"
        pages.add(records(46, 1), 0)
        assert [one.result(10)[0] for one in waiting] == [200, 200]
    assert ask(api, "/v1/verdicts?after=46&wait=0")[0] == 200


def test_whoever_went_away_waits_no_longer_than_they_asked(
    api: OperateApi, answers: FeedApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_api, "MOST_WAITING", 1)
    gone = HTTPConnection("127.0.0.1", api.port)
    gone.request("GET", "/v1/verdicts?after=45&wait=1", headers={"Authorization": "Bearer r-token"})
    wait_for(answers, 1)
    gone.close()
    wait_for(answers, 0)
    assert ask(api, "/v1/verdicts?after=45&wait=1")[0] == 200


def test_the_server_stops_while_somebody_waits(api: OperateApi, answers: FeedApi) -> None:
    waiting = threading.Thread(target=_ask_in_vain, args=(api,), daemon=True)
    waiting.start()
    wait_for(answers, 1)
    began_s = time.monotonic()
    api.stop()
    assert time.monotonic() - began_s < 5
    waiting.join(5)
    assert not waiting.is_alive()


def _ask_in_vain(api: OperateApi) -> None:
    with pytest.raises((OSError, ValueError, Exception)):
        ask(api, "/v1/verdicts?after=45&wait=60")
