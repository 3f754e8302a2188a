"""Where rejects are kept: coordinates and reason, bounded, for the owner's eyes."""

import json
import stat
from pathlib import Path

from monitor.adapters.dead_letters import MOST_BYTES, DeadLetterFile


def test_a_reject_is_a_line_of_coordinates_and_reason(tmp_path: Path) -> None:
    path = tmp_path / "state" / "rejects.ndjson"
    file = DeadLetterFile(path)
    file.write("inferences", 2, [(5, "not_json", None), (9, "missing_field", "model")])
    file.write("outcomes", 0, [(1, "empty", None)])
    assert [json.loads(line) for line in path.read_text().splitlines()] == [
        {"topic": "inferences", "partition": 2, "offset": 5, "reason": "not_json", "field": None},
        {"topic": "inferences", "partition": 2, "offset": 9, "reason": "missing_field", "field": "model"},
        {"topic": "outcomes", "partition": 0, "offset": 1, "reason": "empty", "field": None},
    ]


def test_without_rejects_there_is_no_file(tmp_path: Path) -> None:
    DeadLetterFile(tmp_path / "rejects.ndjson").write("inferences", 0, [])
    assert list(tmp_path.iterdir()) == []


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "state" / "rejects.ndjson"
    DeadLetterFile(path).write("inferences", 0, [(1, "empty", None)])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_full_file_is_turned_over_and_one_older_file_is_kept(tmp_path: Path) -> None:
    path, older = tmp_path / "rejects.ndjson", tmp_path / "rejects.1.ndjson"
    file = DeadLetterFile(path)
    for turn in range(2):
        path.write_bytes(b"%d" % turn + b"x" * MOST_BYTES)
        file.write("inferences", 0, [(turn, "empty", None)])
        assert json.loads(path.read_text())["offset"] == turn
        assert older.read_bytes()[:1] == b"%d" % turn
    assert sorted(found.name for found in tmp_path.iterdir()) == ["rejects.1.ndjson", "rejects.ndjson"]
