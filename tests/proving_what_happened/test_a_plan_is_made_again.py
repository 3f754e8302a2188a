"""`audit replay`: a plan follows from the record, the target and the policy that its entry holds, or exit 3."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from monitor.acting.audit.replan import replanned
from monitor.acting.canonical import digest
from monitor.acting.entries import Entry, Kind
from monitor.acting.plan import Plan, make_plan
from monitor.acting.records import StreamRecord
from monitor.acting.target import Candidate
from tests.acting_safely.worlds import NOW_MS, RULES, UID, deployment, m_of, r_of, sha, stream, template
from tests.proving_what_happened.files import Place, place

INCIDENT = "i-0123456789abcdef"


def plan_of(record: StreamRecord | None) -> Plan:
    """To leave b for a."""
    target = Candidate(template("a"), r_of("a"), m_of("a"), "replica_set", {"team": "wards"})
    by = "person" if record is None else "concurrent"
    return make_plan(INCIDENT, deployment("b"), target, record, by=by, policy=sha("e"), rules=RULES)  # type: ignore[arg-type]


def details_of(plan: Plan, record: StreamRecord | None) -> dict[str, Any]:
    """As the controller logs a plan: with the digest of the template instead of it."""
    said = {name: getattr(plan, name) for name in Plan.__dataclass_fields__} | {"template": digest(plan.template)}
    return {"plan": said} | ({} if record is None else {"record": msgspec.to_builtins(record)})


def logged(kept: Place, record: StreamRecord | None, **changed: Any) -> Entry:
    """The entry of a plan, in a log on the disk."""
    plan = plan_of(record)
    kind = changed.pop("kind", Kind.PLANNED)
    said = {"incident": INCIDENT, "plan": plan.hash, "uid": UID, "details": details_of(plan, record)} | changed
    trail = kept.open()
    entry = trail.write(kind, at_ms=NOW_MS, actor="fairdrift", **said)
    trail.close()
    return entry


def replay(kept: Place, name: str) -> tuple[int, dict[str, Any]]:
    done = kept.run("replay", name, "--output", "json")
    return done.exit_code, json.loads(done.stdout)["result"]


@pytest.fixture
def kept(tmp_path: Path) -> Place:
    return place(tmp_path)


@pytest.mark.parametrize("record", [stream(), stream(blame="mixed"), None], ids=["blamed", "mixed", "a person's"])
def test_a_plan_that_follows_from_its_entry_is_the_same(kept: Place, record: StreamRecord | None) -> None:
    entry = logged(kept, record)
    for name in (INCIDENT, entry.plan):
        code, said = replay(kept, name)
        assert code == 0
        (one,) = said["plans"]
        assert (one["seq"], one["is_same"], one["again"]) == (1, True, entry.plan)
        assert one["cells"] == (None if record is None else record.cells)
    assert "exact cells" in said["not_shown"]


def another_verdict(details: dict[str, Any]) -> None:
    details["record"]["blame"] = "population"


def another_cells(details: dict[str, Any]) -> None:
    details["record"]["cells"] = sha("f")


def without_record(details: dict[str, Any]) -> None:
    del details["record"]


def another_target(details: dict[str, Any]) -> None:
    details["plan"]["target_model"] = m_of("c")


def another_template(details: dict[str, Any]) -> None:
    details["plan"]["template"] = digest(template("c"))


def another_policy(details: dict[str, Any]) -> None:
    details["plan"]["policy"] = sha("f")


def another_deployment(details: dict[str, Any]) -> None:
    details["plan"]["uid"] = "another"


def another_reason(details: dict[str, Any]) -> None:
    details["plan"]["by"] = "timing"


def half_a_plan(details: dict[str, Any]) -> None:
    del details["plan"]["policy"]


HARMS = [
    *(another_verdict, another_cells, without_record, another_target, another_template, another_policy),
    *(another_deployment, another_reason, half_a_plan),
]


@pytest.mark.parametrize("change", HARMS)
def test_a_plan_that_does_not_follow_from_its_entry_is_a_finding(
    kept: Place, change: Callable[[dict[str, Any]], None]
) -> None:
    record = stream()
    details = details_of(plan_of(record), record)
    change(details)
    entry = logged(kept, record, details=details)
    code, said = replay(kept, INCIDENT)
    (one,) = said["plans"]
    assert (code, one["is_same"], one["again"] == entry.plan) == (3, False, False)
    assert one["why"]


def test_what_no_plan_rests_on_may_differ() -> None:
    record = stream()
    details = details_of(plan_of(record), record)
    details["record"] |= {"seq": 99, "id": "another", "issued_at": "2027-01-16T00:00:00Z"}
    said: dict[str, Any] = {"kind": Kind.PLANNED, "actor": "fairdrift", "uid": UID, "plan": plan_of(record).hash}
    assert replanned(Entry(seq=1, at_ms=0, incident=INCIDENT, details=details, **said)).is_same


def test_the_plan_that_was_carried_out_is_made_again_too(kept: Place) -> None:
    logged(kept, stream())
    logged(kept, stream(), kind=Kind.INTENT)
    logged(kept, stream(), kind=Kind.PATCHED, details={})
    code, said = replay(kept, INCIDENT)
    assert (code, [one["seq"] for one in said["plans"]]) == (0, [1, 2])


def test_a_plan_that_nobody_made_is_refused(kept: Place) -> None:
    logged(kept, stream())
    done = kept.run("replay", "i-other")
    assert done.exit_code == 2
    assert "the log knows no plan of 'i-other': give the id of an incident" in done.stderr
