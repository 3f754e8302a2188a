"""Tokens let in, and name who asked; a name without a token is only claimed, and is kept as such."""

import os
import socket
from pathlib import Path

import pytest

from monitor.cli.exits import Refused
from monitor.controller.asked import Asked
from tests.asking_the_controller.office import PLAN, TOKENS, Office, notification

RESUME = {"model": None}


def actors(office: Office) -> list[str]:
    return [getattr(asked, "actor", "") for asked in office.taken]


@pytest.mark.parametrize(
    ("path", "method", "good"),
    [
        ("/v1/resume", "POST", {"a-token", "k-token"}),
        (f"/v1/plans/{PLAN}/approve", "POST", {"a-token", "k-token"}),
        ("/v1/incidents", "GET", {"r-token", "a-token", "k-token"}),
        ("/v1/hooks/alertmanager", "POST", {"h-token"}),
    ],
)
def test_each_token_opens_its_doors_and_no_other(office: Office, path: str, method: str, good: set[str]) -> None:
    bodies = {"/v1/resume": RESUME, "/v1/hooks/alertmanager": notification()}
    body = bodies.get(path, {}) if method == "POST" else None
    for token in (
        "r-token",
        "a-token",
        "k-token",
        "h-token",
        "ann",
        "ann a-token",
        "a-toke",
        "a-token2",
        "ö",
        "",
        None,
    ):
        shown = token and token.encode().decode("latin-1")
        status, said = office.ask(path, body, shown)
        assert (token, status < 300) == (token, token in good)
        assert status < 300 or (status == 401 and "token" in said["fix"])
    assert len(office.taken) == (2 if method == "POST" and path != "/v1/hooks/alertmanager" else 0)


def test_the_name_comes_from_the_token_whatever_is_claimed(office: Office) -> None:
    office.ask("/v1/resume", {**RESUME, "actor": "kim"}, "a-token")
    office.ask("/v1/resume", {**RESUME, "actor": "ann"}, "k-token")
    assert actors(office) == ["ann", "kim"]


def test_a_name_without_a_token_of_its_own_is_kept_as_claimed(tmp_path: Path) -> None:
    office = Office(tmp_path, {"operate": "shared\n"}).open()
    assert office.ask("/v1/resume", {**RESUME, "actor": "ann"}, "shared")[1]["actor"] == "operate (says ann)"
    assert office.ask("/v1/resume", RESUME, "shared")[1]["actor"] == "operate (unnamed)"
    for name in ("", "a b", "ann)", "x" * 65, "a\n"):
        assert office.ask("/v1/resume", {**RESUME, "actor": name}, "shared")[0] == 400
    assert actors(office) == ["operate (says ann)", "operate (unnamed)"]
    office.close()


def test_without_a_token_only_this_machine_may_ask_by_its_own_name(tmp_path: Path) -> None:
    office = Office(tmp_path, {}).open()
    assert office.ask("/v1/resume", {**RESUME, "actor": "ann"}, None)[1]["actor"] == "this machine (says ann)"
    assert office.ask("/v1/incidents", token=None)[0] == 200
    assert office.ask("/v1/resume", RESUME, None, Host=f"localhost:{office.port}")[0] == 200
    for host in ("evil.example", f"evil.example:{office.port}", f"127.0.0.1.evil.example:{office.port}"):
        status, said = office.ask("/v1/resume", RESUME, None, Host=host)
        assert (status, "operate_file" in said["fix"]) == (403, True)
    assert len(office.taken) == 2
    office.close()


def test_without_a_token_another_machine_may_not(tmp_path: Path) -> None:
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(("192.0.2.1", 9))
            own = probe.getsockname()[0]
    except OSError:
        pytest.skip("this machine has no network")
    office = Office(tmp_path, {})
    office.control.api._server._address = ":0"
    office.open()
    with socket.create_connection((own, office.port), 5) as asking:
        asking.sendall(b"GET /v1/incidents HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert asking.recv(4_096).startswith(b"HTTP/1.1 403 ")
    office.close()


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_page_in_somebodys_browser_cannot_ask(tmp_path: Path, kind: str) -> None:
    office = Office(tmp_path, {}).open()
    headers = {"Content-type": kind, "Origin": "https://evil.example"}
    assert office.ask("/v1/resume", RESUME, None, **headers)[0] == 415
    assert office.ask("/v1/hooks/alertmanager", notification(), None, **headers)[0] == 415
    assert office.taken == []
    office.close()


def test_a_token_is_replaced_and_taken_away_without_a_restart(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "operate.token"
    file.write_text("ann a-token\nann a-token-2\n")
    assert {office.ask("/v1/resume", RESUME, token)[0] for token in ("a-token", "a-token-2")} == {200}
    assert office.ask("/v1/resume", RESUME, "k-token")[0] == 401
    new = tmp_path / "new"
    new.write_text("kim k-token\n")
    new.rename(file)
    assert [office.ask("/v1/resume", RESUME, token)[0] for token in ("a-token", "k-token")] == [401, 200]
    assert set(actors(office)) == {"ann", "kim"}


@pytest.mark.parametrize("text", [None, "", "kim\nann a\n", "kim k-token more\n", "a b\0\xff\n" * 20_000])
def test_while_the_tokens_cannot_be_used_nobody_may(office: Office, tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "operate.token"
    file.unlink() if text is None else file.write_text(text, encoding="latin-1")
    status, said = office.ask("/v1/resume", RESUME, "a-token")
    assert (status, "operate" in said["title"], office.taken) == (503, True, [])
    assert str(tmp_path) not in str(said)
    assert "k-token" not in str(said)
    file.write_text(TOKENS["operate"])
    os.utime(file, ns=(1, 1))
    assert office.ask("/v1/resume", RESUME, "a-token")[0] == 200


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("# nobody yet\n\n", "is empty"),
        ("ann a-token\nk-token\n", "line 2"),
        ("ann a-token\nkim a-token\n", "line 2 has another's token"),
        ("a nn token\n", "line 1"),
        ("ann! token\n", "line 1"),
    ],
)
def test_a_file_of_tokens_that_says_nothing_clear_is_refused_at_the_start(
    tmp_path: Path, text: str, words: str
) -> None:
    office = Office(tmp_path, {**TOKENS, "operate": text})
    with pytest.raises(Refused) as refused:
        office.control.start()
    assert "http.tokens.operate_file" in str(refused.value)
    assert words in str(refused.value)
    assert "token\n" not in str(refused.value)
    assert "a-token" not in str(refused.value)


def test_the_loop_sees_no_request_of_those_who_may_not(office: Office) -> None:
    seen: list[Asked] = []

    def see(asked: Asked) -> str:
        seen.append(asked)
        return "seen"

    office.obey = see
    for token in (None, "r-token", "h-token", "forged"):
        assert office.ask("/v1/pause", {"model": None, "for_ms": 1, "reason": "x"}, token)[0] == 401
    assert seen == []
