"""`audit replay --cells`: verdict and blame of what was acted on follow from the exact cells, or exit 3."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from monitor.acting.entries import Kind
from monitor.acting.records import StreamRecord
from monitor.cli.main import app
from tests.acting_safely.worlds import NOW_MS as LOGGED_MS
from tests.acting_safely.worlds import UID
from tests.proving_what_happened.files import Place, place
from tests.proving_what_happened.test_a_plan_is_made_again import INCIDENT, details_of, plan_of
from tests.restarting_where_it_stood.lives import TOPICS
from tests.telling_the_controller.worlds import NOW_MS, live, memory_log, settings, story, stream_of, told


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, StreamRecord]:
    """A monitor's folder, and its record on the women it harms."""
    folder = tmp_path_factory.mktemp("monitor")
    log = memory_log()
    log.take(live(folder, story(0.5)), NOW_MS)
    return folder / "cells", stream_of(told(log))


@pytest.fixture
def kept(tmp_path: Path) -> Place:
    return place(tmp_path)


def replay(kept: Place, record: StreamRecord, cells: Path, change: Callable[[str], str] = str) -> tuple[int, Any]:
    names = {"bootstrap": "none:9092", "state": "/nowhere", "port": 0, **TOPICS}
    audit = f"\naudit: {{dir: {kept.log}}}\n"
    of_then = kept.folder / "then.yaml"
    of_then.write_text(change(settings()).format(**names) + audit, encoding="utf-8")
    plan = plan_of(record)
    trail = kept.open()
    details = details_of(plan, record)
    trail.write(
        Kind.PLANNED, at_ms=LOGGED_MS, actor="fairdrift", incident=INCIDENT, plan=plan.hash, uid=UID, details=details
    )
    trail.close()
    words = (
        "audit",
        "replay",
        INCIDENT,
        "--cells",
        cells,
        "--output",
        "json",
        "--settings",
        of_then,
        "--dir",
        kept.log,
    )
    done = CliRunner().invoke(app, list(map(str, words)))
    return done.exit_code, json.loads(done.stdout)["result"]["plans"][0]


def test_the_cells_say_what_the_record_says(kept: Place, said: tuple[Path, StreamRecord]) -> None:
    cells, record = said
    code, one = replay(kept, record, cells)
    assert one["why"] == []
    assert (code, one["judged_again"]["verdict"], one["judged_again"]["blame"]) == (0, "DEGRADED", record.blame)
    assert one["judged_again"]["panes"] > 0


def test_a_record_that_blames_another_is_found_out(kept: Place, said: tuple[Path, StreamRecord]) -> None:
    cells, record = said
    code, one = replay(kept, msgspec.structs.replace(record, blame="population", blame_by=None), cells)
    assert code == 3
    assert "the cells say blame" in one["why"][0]


def test_cells_that_are_gone_or_changed_are_told(kept: Place, said: tuple[Path, StreamRecord], tmp_path: Path) -> None:
    cells, record = said
    code, one = replay(kept, record, tmp_path / "none")
    assert (code, "not there" in one["why"][0]) == (3, True)
    copy = tmp_path / "copy"
    shutil.copytree(cells, copy)
    for path in copy.iterdir():
        path.write_bytes(b"other")
    code, one = replay(kept, record, copy)
    assert (code, "cannot be read" in one["why"][0]) == (3, True)


def test_other_rules_are_no_proof(kept: Place, said: tuple[Path, StreamRecord]) -> None:
    cells, record = said
    code, one = replay(kept, record, cells, lambda text: text.replace("tive_rate, error_rate]", "tive_rate]"))
    assert code == 3
    assert "take the settings and the reference of then" in one["why"][0]
