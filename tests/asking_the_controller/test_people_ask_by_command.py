"""The commands for people on duty, to the loop and back; and their page, as it is written."""

import re
import shlex
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from monitor.controller.asked import IncidentAcknowledged, PauseAsked, PlanAnswered, PlanOverridden
from tests.asking_the_controller.office import INCIDENT, NOW_MS, OTHER_PLAN, PLAN, TOKENS, Office, write_settings
from tests.commands_to_their_end.streams import here, told

PAGE = Path(__file__).parents[2] / "docs" / "people.md"
M = f"sha256:{'c' * 64}"
HOUR_MS = 3_600_000


@pytest.fixture(autouse=True)
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ann is on duty; the folder is made before, because its name holds the user's."""
    monkeypatch.setenv("LOGNAME", "ann")


def command(office: Office, *words: str) -> CompletedProcess[str]:
    """A command with the settings that name the open office."""
    write_settings(office.folder, TOKENS, office.port)
    return here(*words, "--settings", office.path)


TOLD: list[Any] = [
    (
        ["pause", "readmission", "--for", "1h30m", "--reason", "a freeze"],
        PauseAsked("ann", "readmission", NOW_MS + 3 * HOUR_MS // 2, "a freeze"),
    ),
    (["pause", "--all", "--for", "2h", "--reason", "x"], PauseAsked("ann", None, NOW_MS + 2 * HOUR_MS, "x")),
    (["resume", "sepsis"], PauseAsked("ann", "sepsis", 0, "")),
    (["resume", "--all", "--reason", "done"], PauseAsked("ann", None, 0, "done")),
    (["approve", PLAN], PlanAnswered("ann", PLAN, True, "")),
    (["approve", PLAN, "--reason", "go"], PlanAnswered("ann", PLAN, True, "go")),
    (["reject", PLAN, "--reason", "no"], PlanAnswered("ann", PLAN, False, "no")),
    (["acknowledge", INCIDENT, "--reason", "mine"], IncidentAcknowledged("ann", INCIDENT, "mine")),
    (
        ["override", INCIDENT, "--target", M, "--reason", "x", "--skip", "G6", "--skip", "G9"],
        PlanOverridden("ann", INCIDENT, M, ("G6", "G9"), "x"),
    ),
]


@pytest.mark.parametrize(("words", "expected"), TOLD, ids=[" ".join(words[:2])[:24] for words, _ in TOLD])
def test_a_command_reaches_the_loop_and_says_what_was_done(office: Office, words: list[str], expected: object) -> None:
    done = command(office, *words, "--output", "json")
    assert told(done, words[0]) == {"done": "written as entry 1", "actor": "ann"}
    assert (done.returncode, office.taken) == (0, [expected])
    assert "written as entry 2" in command(office, *words).stdout


@pytest.mark.parametrize(
    ("words", "code", "word"),
    [
        (["approve", OTHER_PLAN], 3, "another plan waits now"),
        (["reject", OTHER_PLAN, "--reason", "x"], 3, "another plan waits now"),
        (["acknowledge", "i-0", "--reason", "x"], 3, "no incident i-0"),
        (["override", "i-0", "--target", M, "--reason", "x"], 3, "no incident i-0"),
        (["approve", "newest"], 2, "64 hexadecimal"),
        (["approve", "../../pause"], 2, "64 hexadecimal"),
        (["pause", "readmision", "--for", "2h", "--reason", "x"], 2, "readmission, sepsis"),
        (["pause", "readmission", "--for", "2", "--reason", "x"], 2, "write it like 2h"),
        (["pause", "readmission", "--for", "32d", "--reason", "x"], 2, "31 days"),
        (["pause", "readmission", "--for", "2h", "--reason", " "], 2, "say why"),
        (["pause", "readmission", "--all", "--for", "2h", "--reason", "x"], 2, "--all"),
        (["pause", "--for", "2h", "--reason", "x"], 2, "--all"),
        (["resume"], 2, "--all"),
        (["override", INCIDENT, "--target", M, "--reason", "x", "--skip", "G0"], 2, "G10, G5, G6, G9"),
        (["acknowledge", "i-", "--reason", "x"], 2, "model/attribute/subgroup/metric"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(office: Office, words: list[str], code: int, word: str) -> None:
    done = command(office, *words)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.startswith("fairdrift: ")
    assert word in done.stderr
    assert office.taken == []


def test_without_a_reason_nobody_pauses(office: Office) -> None:
    assert command(office, "pause", "readmission", "--for", "2h").returncode == 2
    assert command(office, "pause", "readmission", "--reason", "x").returncode == 2
    assert office.taken == []


def test_a_controller_that_is_not_there_or_does_not_answer_is_5(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.control.api._answer_within_s = 0.2
    office.open(turning=False)
    slow = command(office, "approve", PLAN)
    assert (slow.returncode, "in time" in slow.stderr) == (5, True)
    office.close()
    gone = command(office, "approve", PLAN)
    assert (gone.returncode, "fairdrift rollback" in gone.stderr) == (5, True)


def test_settings_without_a_controller_are_refused(office: Office, tmp_path: Path) -> None:
    text = write_settings(tmp_path, TOKENS).read_text()
    path = tmp_path / "none.yaml"
    path.write_text(re.sub(r"^controller: .*\n", "", text, flags=re.MULTILINE))
    done = here("resume", "--all", "--settings", path)
    assert (done.returncode, "controller: is missing" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("text", "name", "code", "word"),
    [
        ("ann a-token\nkim k-token\n", "ann", 0, ""),
        ("ann old\nann a-token\n", "ann", 0, ""),
        ("kim k-token\n", "ann", 0, ""),
        ("ann a-token\nkim k-token\n", "eve", 2, "FAIRDRIFT__HTTP__TOKENS__OPERATE_FILE"),
        ("ann wrong\nkim k-token\n", "ann", 2, "needs the operate token"),
        ("", "ann", 2, "is empty"),
        ("a b c\n", "ann", 2, "line 1"),
        (None, "ann", 2, "No such file"),
    ],
)
def test_a_command_shows_the_token_of_its_user(
    office: Office, monkeypatch: pytest.MonkeyPatch, text: str | None, name: str, code: int, word: str
) -> None:
    monkeypatch.setenv("LOGNAME", name)
    own = office.folder / "own.token"
    if text is not None:
        own.write_text(text)
    monkeypatch.setenv("FAIRDRIFT__HTTP__TOKENS__OPERATE_FILE", str(own))
    write_settings(office.folder, TOKENS, office.port)
    done = here("resume", "--all", "--settings", office.path)
    assert (done.returncode, word in done.stderr) == (code, True)
    assert not [token for token in ("a-token", "k-token", "wrong") if token in done.stderr]
    assert len(office.taken) == (1 if code == 0 else 0)


def test_a_server_that_points_elsewhere_gets_no_second_question(tmp_path: Path, office: Office) -> None:
    seen: list[str | None] = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append(self.headers["Authorization"])
            self.send_response(302)
            self.send_header("Location", f"http://{self.headers['Host']}/v1/incidents")
            self.end_headers()

        def do_GET(self) -> None:
            self.do_POST()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        write_settings(office.folder, TOKENS, server.server_port)
        done = here("resume", "--all", "--settings", office.path)
        server.shutdown()
    assert (done.returncode, seen) == (2, ["Bearer a-token"])


def shown_commands() -> list[str]:
    blocks = re.findall(r"^```sh\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return [line.split("  #")[0] for block in blocks for line in block.splitlines()]


@pytest.mark.parametrize("line", [line for line in shown_commands() if not line.startswith("fairdrift status")])
def test_every_command_of_the_page_does_what_it_says(office: Office, line: str) -> None:
    name, *words = shlex.split(line, comments=True)
    done = command(office, *words)
    assert (name, done.returncode, done.stderr) == ("fairdrift", 0, "")
    assert len(office.taken) == (0 if words[0] == "incidents" else 1)
