"""Pausing, approving, overriding and acknowledging: from the request to the loop, and back once it is written down."""

import threading
from pathlib import Path
from typing import Any

import pytest

from monitor.controller.asked import Asked, IncidentAcknowledged, PauseAsked, PlanAnswered, PlanOverridden
from monitor.ports_acting import AuditUnwritable
from tests.asking_the_controller.office import INCIDENT, NOW_MS, OTHER_PLAN, PLAN, Office

HOUR_MS = 3_600_000
M = f"sha256:{'c' * 64}"

ASKED: list[Any] = [
    pytest.param(
        "/v1/pause",
        {"model": "readmission", "for_ms": 2 * HOUR_MS, "reason": "a freeze"},
        PauseAsked("ann", "readmission", NOW_MS + 2 * HOUR_MS, "a freeze"),
        id="a pause of one model",
    ),
    pytest.param(
        "/v1/pause",
        {"model": None, "for_ms": 1, "reason": "a freeze"},
        PauseAsked("ann", None, NOW_MS + 1, "a freeze"),
        id="a pause of all",
    ),
    pytest.param("/v1/resume", {"model": "sepsis"}, PauseAsked("ann", "sepsis", 0, ""), id="the end of a pause"),
    pytest.param("/v1/resume", {"model": None, "reason": "done"}, PauseAsked("ann", None, 0, "done"), id="of all"),
    pytest.param(f"/v1/plans/{PLAN}/approve", {}, PlanAnswered("ann", PLAN, True, ""), id="a yes"),
    pytest.param(
        f"/v1/plans/{PLAN}/reject", {"reason": "not now"}, PlanAnswered("ann", PLAN, False, "not now"), id="a no"
    ),
    pytest.param(
        "/v1/acknowledge",
        {"incident": INCIDENT, "reason": "it is mine"},
        IncidentAcknowledged("ann", INCIDENT, "it is mine"),
        id="an incident taken over",
    ),
    pytest.param(
        "/v1/override",
        {"incident": INCIDENT, "target": M, "skips": ["G6", "G9"], "reason": "we know"},
        PlanOverridden("ann", INCIDENT, M, ("G6", "G9"), "we know"),
        id="a person's own plan",
    ),
]


@pytest.mark.parametrize(("path", "body", "expected"), ASKED)
def test_what_is_asked_reaches_the_loop_with_who_and_why(
    office: Office, path: str, body: dict[str, Any], expected: Asked
) -> None:
    assert office.ask(path, body) == (200, {"done": "written as entry 1", "actor": "ann"})
    assert office.taken == [expected]


@pytest.mark.parametrize(("path", "body", "expected"), ASKED)
def test_nobody_is_answered_before_the_loop_has_written(
    office: Office, path: str, body: dict[str, Any], expected: Asked
) -> None:
    office.pause()
    answers: list[tuple[int, dict[str, Any]]] = []
    asking = threading.Thread(target=lambda: answers.append(office.ask(path, body)))
    asking.start()
    asking.join(0.3)
    assert (answers, office.taken) == ([], [])
    office.turn()
    asking.join(10)
    assert [status for status, _ in answers] == [200]


@pytest.mark.parametrize(
    ("path", "body", "word"),
    [
        (f"/v1/plans/{OTHER_PLAN}/approve", {}, "another plan"),
        (f"/v1/plans/{OTHER_PLAN}/reject", {"reason": "x"}, "another plan"),
        ("/v1/acknowledge", {"incident": "i-gone", "reason": "x"}, "i-gone"),
        ("/v1/override", {"incident": "i-gone", "target": M, "reason": "x"}, "i-gone"),
    ],
)
def test_what_cannot_be_as_things_stand_is_409_and_names_where_to_look(
    office: Office, path: str, body: dict[str, Any], word: str
) -> None:
    status, said = office.ask(path, body)
    assert (status, word in said["title"], "/v1/incidents" in said["fix"]) == (409, True, True)
    assert office.taken == []


@pytest.mark.parametrize(
    ("path", "body", "status", "words"),
    [
        ("/v1/pause", {"model": "readmision", "for_ms": 1, "reason": "x"}, 404, ["readmission, sepsis", "for_ms"]),
        ("/v1/pause", {"model": "watched_only", "for_ms": 1, "reason": "x"}, 404, ["readmission, sepsis"]),
        ("/v1/resume", {"model": "x"}, 404, ["readmission, sepsis"]),
        ("/v1/pause", {"for_ms": 1, "reason": "x"}, 400, ["model"]),
        ("/v1/pause", {"model": None, "reason": "x"}, 400, ["for_ms"]),
        ("/v1/pause", {"model": None, "for_ms": 0, "reason": "x"}, 400, ["for_ms"]),
        ("/v1/pause", {"model": None, "for_ms": 32 * 24 * HOUR_MS, "reason": "x"}, 400, ["31 days"]),
        ("/v1/pause", {"model": None, "for_ms": 1}, 400, ["reason"]),
        ("/v1/pause", {"model": None, "for_ms": 1, "reason": "  "}, 400, ["say why"]),
        ("/v1/pause", {"model": None, "for_ms": 1, "reason": "a\nb"}, 400, ["one line"]),
        ("/v1/pause", {"model": None, "for_ms": 1, "reason": "a\u202eb"}, 400, ["one line"]),
        ("/v1/pause", {"model": None, "for_ms": 1, "reason": "x" * 1_001}, 400, ["reason"]),
        ("/v1/pause", {"model": None, "for_ms": 1, "reason": "x", "until": 3}, 400, ["until"]),
        ("/v1/plans/newest/approve", {}, 400, ["64 hexadecimal"]),
        (f"/v1/plans/{PLAN}/reject", {}, 400, ["reason"]),
        ("/v1/override", {"incident": INCIDENT, "target": M, "skips": ["G0"], "reason": "x"}, 400, ["G5, G6"]),
        ("/v1/override", {"incident": INCIDENT, "target": "", "reason": "x"}, 400, ["target"]),
        ("/v1/acknowledge", {"incident": INCIDENT}, 400, ["reason"]),
        ("/v1/acknowledge", b"", 400, ["incident and reason"]),
        ("/v1/acknowledge", b"[]", 400, ["incident and reason"]),
        ("/v1/acknowledge", b"{", 400, ["incident and reason"]),
        ("/v1/acknowledge", b"[" * 60_000, 400, ["incident and reason"]),
        ("/v1/acknowledge", b" " * 100_000, 413, ["one of"]),
        ("/v1/statement", {}, 404, ["/v1/pause", "/v1/plans/{hash}/approve"]),
    ],
)
def test_what_nobody_can_ask_for_is_refused_with_what_to_send(
    office: Office, path: str, body: object, status: int, words: list[str]
) -> None:
    found, said = office.ask(path, body)
    text = f"{said['title']} {said['fix']}"
    assert (found, [word for word in words if word not in text]) == (status, [])
    assert office.taken == []


def test_an_audit_log_that_takes_no_line_is_503_and_ends_the_loop(office: Office) -> None:
    def full(_: Asked) -> str:
        raise AuditUnwritable("the audit log takes no line: the disk is full")

    office.obey = full
    status, said = office.ask("/v1/resume", {"model": None})
    assert (status, "disk is full" in said["title"], "audit log" in said["fix"]) == (503, True, True)
    assert isinstance(office.end(), AuditUnwritable)


def test_a_request_that_waited_too_long_is_taken_back_and_not_done_later(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.control.api._answer_within_s = 0.2
    office.open(turning=False)
    status, said = office.ask(f"/v1/plans/{PLAN}/approve", {})
    assert (status, "in time" in said["title"], "taken back" in said["fix"]) == (503, True, True)
    office.turn()
    assert office.ask("/v1/resume", {"model": None})[0] == 200
    assert office.taken == [PauseAsked("ann", None, 0, "")]
    office.close()


def test_a_loop_that_ends_answers_all_who_wait_but_those_who_left(office: Office) -> None:
    def full(_: Asked) -> str:
        raise AuditUnwritable("full")

    office.pause()
    first, gone, last = (office.desk.ask(PauseAsked("ann", None, number, "x")) for number in (1, 2, 3))
    gone.cancel()
    office.obey = full
    office.turn()
    assert isinstance(last.exception(10), AuditUnwritable)
    assert isinstance(first.exception(10), AuditUnwritable)
    assert gone.cancelled()


def test_what_stands_is_told_to_whoever_may_read(office: Office) -> None:
    for token in ("r-token", "k-token"):
        status, said = office.ask("/v1/incidents", token=token)
        assert (status, said["models"]) == (200, {"readmission": {"mode": "approve", "pauses": []}})
