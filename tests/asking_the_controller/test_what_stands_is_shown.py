"""What is told of incidents: folded from the audit log, waiting ones first, and nothing that is not listed."""

import json
from collections.abc import Sequence
from subprocess import CompletedProcess
from typing import Any

from monitor.acting.entries import Entry, Kind
from monitor.acting.policy import Signal, State
from monitor.controller.incidents_shown import incidents_shown
from tests.asking_the_controller.office import INCIDENT, NOW_MS, PLAN, TOKENS, Office, write_settings
from tests.commands_to_their_end.streams import here, told

M = f"sha256:{'c' * 64}"


def log() -> Sequence[Entry]:
    """An incident whose plan waits, and one that is closed; one pause."""
    ours: dict[str, Any] = {
        "actor": "fairdrift",
        "namespace": "clinical",
        "deployment": "readmission",
        "model": "readmission",
    }
    made = {
        "target_model": M,
        "target_template": "t",
        "source": "replica_set",
        "by": "timing",
        "annotations": {"a": "b"},
    }
    waits = {"uid": "d1", "incident": INCIDENT, "model_identity": f"sha256:{'d' * 64}", **ours}
    return [
        Entry(seq=1, at_ms=1_000, kind=Kind.JUDGED, state=State.ATTRIBUTING, signal=Signal.PAGE, **waits),
        Entry(
            seq=2, at_ms=2_000, kind=Kind.PLANNED, state=State.AWAITING_APPROVAL, signal=Signal.APPROVE, plan=PLAN,
            details={"plan": made, "why": "[red]timing[/red] alone\u202e", "template": {"env": "s3cr3t"}}, **waits,
        ),
        Entry(
            seq=3, at_ms=3_000, kind=Kind.PAUSED, actor="kim",
            details={"of": "d1", "until_ms": NOW_MS + 1, "reason": "a freeze"},
        ),
        Entry(
            seq=4, at_ms=4_000, kind=Kind.PAUSED, actor="kim",
            details={"of": "*", "until_ms": NOW_MS, "reason": "over"},
        ),
        Entry(
            seq=5, at_ms=5_000, kind=Kind.JUDGED, state=State.ATTRIBUTING, signal=Signal.PAGE, uid="d2", incident="i-1",
            model="sepsis", actor="fairdrift",
        ),
        Entry(
            seq=6, at_ms=6_000, kind=Kind.CLOSED, state=State.OBSERVING, signal=Signal.ACK, uid="d2", incident="i-1",
            actor="ann", details={"reason": "by hand"},
        ),
    ]  # fmt: skip


def test_what_stands_is_folded_from_the_log_and_nothing_else_of_it_is_told() -> None:
    found = incidents_shown(log(), {"readmission": "approve", "sepsis": "shadow"}, NOW_MS)
    assert found["models"] == {
        "readmission": {
            "mode": "approve",
            "pauses": [{"until": "2026-09-21T14:13:20.001Z", "by": "kim", "reason": "a freeze"}],
        },
        "sepsis": {"mode": "shadow", "pauses": []},
    }
    first, second = found["incidents"]
    assert (first["id"], first["state"], first["is_open"]) == (INCIDENT, "awaiting_approval", True)
    assert first["since"] == "1970-01-01T00:00:02Z"
    assert first["plan"] == {
        **{"hash": PLAN, "is_awaited": True, "target_model": M, "target_template": "t"},
        **{"source": "replica_set", "by": "timing"},
    }
    assert (second["id"], second["model"], second["is_open"]) == ("i-1", "sepsis", False)
    assert (second["by"], second["signal"], second["why"], second["plan"]) == ("ann", "ack", "by hand", None)
    assert "s3cr3t" not in json.dumps(found)


def test_a_pause_of_all_is_shown_with_every_model() -> None:
    said = {"of": "*", "until_ms": NOW_MS + 1, "reason": "a freeze"}
    entries = [Entry(seq=1, at_ms=0, kind=Kind.PAUSED, actor="kim", details=said)]
    found = incidents_shown(entries, {"readmission": "approve", "sepsis": "shadow"}, NOW_MS)
    assert [len(one["pauses"]) for one in found["models"].values()] == [1, 1]


def test_a_refusal_says_which_guard_and_why() -> None:
    details = {"refusal": {"guard": "G9", "why": "the last action is too recent", "numbers": {}}}
    held = Entry(
        seq=7, at_ms=7_000, kind=Kind.PLANNED, actor="fairdrift", incident=INCIDENT, state=State.SUPPRESSED,
        signal=Signal.HELD, details=details,
    )  # fmt: skip
    found = incidents_shown([*log(), held], {}, NOW_MS)["incidents"][0]
    assert found["why"] == "G9: the last action is too recent"
    assert found["plan"]["is_awaited"] is False


def listed(office: Office, *words: str) -> CompletedProcess[str]:
    write_settings(office.folder, {"read": TOKENS["read"]}, office.port)
    return here("incidents", *words, "--settings", office.path)


def test_incidents_are_listed_with_what_waits_for_a_person(office: Office) -> None:
    office.shown = lambda: incidents_shown(log(), {"readmission": "approve"}, NOW_MS)
    done = listed(office)
    assert done.returncode == 3
    assert "readmission: mode approve, paused until 2026-09-21T14:13:20.001Z by kim: a freeze" in done.stdout
    assert f"fairdrift approve {PLAN}" in done.stdout
    assert "[red]timing[/red]" in "".join(done.stdout.split())
    assert "\u202e" not in done.stdout
    assert told(listed(office, "--output", "json"), "incidents") == office.shown()


def test_without_an_open_incident_the_list_is_good(office: Office) -> None:
    done = listed(office)
    assert (done.returncode, "no incident so far" in done.stdout) == (0, True)
