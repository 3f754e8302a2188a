"""T27: a notification of Alertmanager is a hint: kept, followed once, never evidence."""

import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from monitor.controller.asked import Asked, Look
from monitor.ports_acting import AuditUnwritable
from tests.asking_the_controller.office import Office, alert, notification


def test_a_hint_names_the_model_to_look_at(office: Office) -> None:
    assert office.notify(notification(alert())) == (202, {"woken": ["readmission"]})
    assert office.settled(["readmission"]) == ["readmission"]


def test_the_same_alert_from_the_twin_fifty_times_and_later_wakes_once(office: Office) -> None:
    told = [notification(alert()), notification(alert(), groupKey="another", receiver="twin", externalURL="http://b")]
    answers = [office.notify(told[number % 2]) for number in range(50)]
    assert {status for status, _ in answers} == {202}
    assert [said["woken"] for _, said in answers if said["woken"]] == [["readmission"]]
    assert office.settled(["readmission"]) == ["readmission"]


def test_the_same_alert_that_fires_anew_wakes_again(office: Office) -> None:
    office.notify(notification(alert()))
    office.settled(["readmission"])
    assert office.notify(notification(alert(startsAt="2026-11-28T11:00:00Z")))[1] == {"woken": ["readmission"]}
    assert office.settled(["readmission"] * 2) == ["readmission"] * 2


def test_while_a_look_waits_a_hundred_new_alerts_add_none(office: Office) -> None:
    office.pause()
    many = [notification(alert(fingerprint=f"f{number}")) for number in range(100)]
    many.append(notification(alert("sepsis", "g"), alert("sepsis", "h")))
    assert {office.notify(one)[0] for one in many} == {202}
    office.turn()
    assert office.settled(["readmission", "sepsis"]) == ["readmission", "sepsis"]


def test_a_hint_that_comes_during_a_look_is_followed_by_another_look(office: Office) -> None:
    is_looking, may_end = threading.Event(), threading.Event()

    def slowly(asked: Asked) -> str:
        is_looking.set()
        assert may_end.wait(10)
        return office.by_rule(asked)

    office.obey = slowly
    office.notify(notification(alert()))
    assert is_looking.wait(5)
    assert office.notify(notification(alert(fingerprint="f2")))[1] == {"woken": ["readmission"]}
    may_end.set()
    assert office.settled(["readmission"] * 2) == ["readmission"] * 2


@pytest.mark.parametrize(
    ("told", "looks"),
    [
        pytest.param(notification(alert(), truncatedAlerts=3), [None, "readmission"], id="alerts were left out"),
        pytest.param(notification(truncatedAlerts=1), [None], id="all were left out"),
        pytest.param(
            notification(*[alert(fingerprint=f"{n}") for n in range(1_001)]), [None, "readmission"], id="many"
        ),
        pytest.param(notification(alert(None)), [None], id="an alert about no model"),
    ],
)
def test_who_does_not_hear_of_every_model_looks_at_all(
    office: Office, told: dict[str, Any], looks: list[str | None]
) -> None:
    assert office.notify(told)[0] == 202
    assert office.settled(looks) == looks


@pytest.mark.parametrize(
    "told",
    [
        pytest.param(notification(alert(status="resolved"), status="resolved"), id="resolved"),
        pytest.param(notification(alert("somebody_elses")), id="a model of others"),
        pytest.param(notification(alert("watched_only")), id="a model that is not acted for"),
        pytest.param(notification(alert("*", status="resolved")), id="all, resolved"),
        pytest.param(notification(), id="no alert"),
    ],
)
def test_what_is_resolved_or_about_others_is_taken_and_wakes_nobody(office: Office, told: dict[str, Any]) -> None:
    assert office.notify(told) == (202, {"woken": []})
    assert office.settled([]) == []


def test_of_a_notification_only_the_firing_part_counts(office: Office) -> None:
    told = notification(alert("sepsis", "g", status="resolved"), alert(), **{"new field": [{"of": "2030"}]})
    assert office.notify(told)[1] == {"woken": ["readmission"]}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{", id="cut"),
        pytest.param(b"[]", id="a list"),
        pytest.param({"version": "4"}, id="no alerts"),
        pytest.param(notification(alert(), version="5"), id="another version"),
        pytest.param(notification(alert(), truncatedAlerts=-1), id="less than none left out"),
        pytest.param(notification(alert(fingerprint="")), id="no fingerprint"),
        pytest.param(notification(alert(fingerprint="f" * 65)), id="a long fingerprint"),
        pytest.param(notification({**alert(), "fingerprint": 7}), id="a number for a fingerprint"),
        pytest.param(notification(alert(fingerprint="\ud800")), id="half a character"),
        pytest.param(notification(alert(labels={"model": None})), id="a label without value"),
        pytest.param(notification(alert(labels="readmission")), id="labels that are text"),
        pytest.param(b'{"version": "4", "alerts": [], "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", id="deep"),
        pytest.param(b'{"version": "4", "alerts": [NaN]}', id="NaN"),
        pytest.param(b"\xff\xfe" + b"\0" * 100, id="no text"),
    ],
)
def test_what_is_no_notification_is_400_and_wakes_nobody(office: Office, body: object) -> None:
    status, said = office.notify(body)
    assert (status, "version 4" in said["fix"]) == (400, True)
    assert office.settled([]) == []


def test_a_hint_that_cannot_be_kept_is_503_and_is_taken_when_it_comes_again(office: Office) -> None:
    held = sqlite3.connect(office.folder / "audit" / "hints.sqlite", isolation_level=None)
    held.execute("BEGIN IMMEDIATE")
    status, said = office.notify(notification(alert()))
    assert (status, "hints.sqlite" in said["title"], "again" in said["fix"]) == (503, True, True)
    assert office.looks == []
    held.execute("ROLLBACK")
    held.close()
    assert office.notify(notification(alert())) == (202, {"woken": ["readmission"]})
    assert office.settled(["readmission"]) == ["readmission"]


def test_a_hint_that_was_acknowledged_is_followed_after_a_restart(tmp_path: Path) -> None:
    office = Office(tmp_path).open(turning=False)
    assert office.notify(notification(alert(), alert("sepsis", "g")))[0] == 202
    office.close()
    assert office.looks == []
    again = Office(tmp_path).open()
    assert again.settled(["readmission", "sepsis"]) == ["readmission", "sepsis"]
    again.close()
    third = Office(tmp_path).open()
    assert third.notify(notification(alert()))[1] == {"woken": []}
    assert third.settled([]) == []
    third.close()


def test_a_hint_whose_look_failed_with_the_loop_is_followed_after_a_restart(tmp_path: Path) -> None:
    def full(_: Asked) -> str:
        raise AuditUnwritable("full")

    office = Office(tmp_path).open()
    office.obey = full
    office.notify(notification(alert()))
    end = time.monotonic() + 5
    while office.ended_by is None and time.monotonic() < end:
        time.sleep(0.01)
    office.close()
    again = Office(tmp_path).open()
    assert again.settled(["readmission"]) == ["readmission"]
    again.close()


def test_a_hint_about_a_model_that_is_no_longer_acted_for_is_let_go(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.control.store.add([("f", "t", "left"), ("g", "t", "sepsis")])
    office.open()
    assert office.settled(["sepsis"]) == ["sepsis"]
    office.close()


def test_so_many_alerts_are_remembered_and_no_more(office: Office) -> None:
    store = office.control.store
    store.add((f"f{number}", "t", "readmission") for number in range(10_005))
    assert store.add([("f10004", "t", "readmission"), ("f5", "t", "readmission")]) == {}
    assert set(store.add([("f4", "t", "readmission")])) == {"readmission"}


def test_a_look_is_asked_for_and_nothing_else(office: Office) -> None:
    office.notify(notification(alert(), alert("sepsis", "g", annotations={"approve": "sha256:a"})))
    office.settled(["readmission", "sepsis"])
    assert {type(asked) for asked in office.taken} == {Look}
