"""Who may ask the monitor what, and what an acknowledgement does."""

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from monitor.adapters.operate_api import Acknowledgement, OperateApi, Tokens

STREAM = {"model": "m", "attribute": "race", "subgroup": "black", "metric": "error_rate"}
ASKED = {**STREAM, "actor": "kim", "reason": "seen"}


class Loop:
    """Takes acknowledgements as the loop does."""

    def __init__(self) -> None:
        self.taken: list[Acknowledgement] = []

    def ask(self, asked: Acknowledgement) -> "Future[None]":
        answer: Future[None] = Future()
        if asked.model == "m":
            self.taken.append(asked)
            answer.set_result(None)
        else:
            answer.set_exception(ValueError(f"no model {asked.model} is watched here"))
        return answer


@pytest.fixture
def loop() -> Loop:
    return Loop()


@pytest.fixture
def api(loop: Loop) -> Iterator[OperateApi]:
    api = OperateApi("127.0.0.1:0", Tokens("r-token", "o-token"), lambda: {"models": {}}, loop.ask)
    api.start()
    yield api
    api.stop()


def ask(
    api: OperateApi,
    path: str,
    body: bytes | None = None,
    token: str | None = None,
    others: Mapping[str, str] = {},
) -> tuple[int, dict[str, Any]]:
    shown = {} if token is None else {"Authorization": f"Bearer {token}"}
    headers = {"Content-Type": "application/json", **shown, **others}
    request = Request(f"http://127.0.0.1:{api.port}{path}", body, headers)
    try:
        with urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except HTTPError as error:
        with error:
            return error.code, json.load(error)


def test_an_acknowledgement_reaches_the_loop_with_who_and_why(api: OperateApi, loop: Loop) -> None:
    status, said = ask(api, "/v1/acknowledge", json.dumps(ASKED).encode(), "o-token")
    assert (status, said) == (200, {"acknowledged": ASKED})
    assert loop.taken == [Acknowledgement(**ASKED)]


def test_a_token_with_a_name_says_who_acknowledges_whatever_is_claimed(loop: Loop) -> None:
    api = OperateApi("127.0.0.1:0", Tokens("r-token", "ann a-token\nkim k-token\n"), lambda: {}, loop.ask)
    api.start()
    for token in ("a-token", "k-token"):
        assert ask(api, "/v1/acknowledge", json.dumps(ASKED).encode(), token)[0] == 200
    for token in ("ann", "ann a-token", "r-token"):
        assert ask(api, "/v1/acknowledge", json.dumps(ASKED).encode(), token)[0] == 401
    assert ask(api, "/v1/status", token="a-token")[0] == 200
    assert [asked.actor for asked in loop.taken] == ["ann", "kim"]
    api.stop()


@pytest.mark.parametrize("token", [None, "", "r-token", "o-toke", "o-token-and-more", "ö"])
def test_without_the_right_to_operate_nothing_is_acknowledged(api: OperateApi, loop: Loop, token: str | None) -> None:
    shown = token and token.encode().decode("latin-1")
    status, said = ask(api, "/v1/acknowledge", json.dumps(ASKED).encode(), shown)
    assert (status, "operate_file" in said["fix"], loop.taken) == (401, True, [])


@pytest.mark.parametrize("token", ["r-token", "o-token"])
def test_who_may_operate_may_read(api: OperateApi, token: str) -> None:
    assert ask(api, "/v1/status", token=token) == (200, {"models": {}})
    assert ask(api, "/v1/status")[0] == 401


def test_without_tokens_this_machine_may_ask(loop: Loop) -> None:
    api = OperateApi("127.0.0.1:0", Tokens(), lambda: {}, loop.ask)
    api.start()
    assert ask(api, "/v1/acknowledge", json.dumps(ASKED).encode())[0] == 200
    api.stop()


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{", id="cut"),
        pytest.param(b"[]", id="no object"),
        pytest.param(json.dumps(STREAM).encode(), id="without who and why"),
        pytest.param(json.dumps({**ASKED, "reason": ""}).encode(), id="an empty reason"),
        pytest.param(json.dumps({**ASKED, "until": "never"}).encode(), id="a field that is not known"),
    ],
)
def test_what_is_not_understood_is_refused_with_what_to_send(api: OperateApi, loop: Loop, body: bytes) -> None:
    status, said = ask(api, "/v1/acknowledge", body, "o-token")
    assert (status, "actor and reason" in said["fix"], loop.taken) == (400, True, [])


def test_a_body_that_is_too_large_is_refused(api: OperateApi, loop: Loop) -> None:
    assert ask(api, "/v1/acknowledge", b" " * 100_000, "o-token")[0] == 413
    assert loop.taken == []


def test_a_stream_that_is_not_judged_is_refused(api: OperateApi) -> None:
    status, said = ask(api, "/v1/acknowledge", json.dumps({**ASKED, "model": "x"}).encode(), "o-token")
    assert (status, said["title"]) == (404, "no model x is watched here")


def test_what_is_not_served_is_told_with_what_is(api: OperateApi) -> None:
    for path in ("/", "/v1/verdicts", "/metrics"):
        status, said = ask(api, path, token="r-token")
        assert (status, "/v1/status" in said["fix"]) == (404, True)


@pytest.mark.parametrize(
    ("others", "code"), [({"Host": "evil.example"}, 403), ({"Content-Type": "text/plain"}, 415), ({}, 200)]
)
def test_a_page_in_the_browser_of_who_sits_there_may_not_ask(loop: Loop, others: dict[str, str], code: int) -> None:
    api = OperateApi("127.0.0.1:0", Tokens(), lambda: {"models": {}}, loop.ask)
    api.start()
    status, _ = ask(api, "/v1/acknowledge", json.dumps(ASKED).encode(), None, others)
    api.stop()
    assert status == code
