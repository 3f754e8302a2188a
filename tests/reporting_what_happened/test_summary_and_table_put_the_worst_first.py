"""The summary for programs and the table for a terminal: what came of it, the worst first."""

import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from monitor.exporting.replayed import Replayed
from monitor.exporting.small import is_small
from monitor.exporting.standing import standing_record, standings
from monitor.exporting.summary import write_summary
from monitor.exporting.terminal import verdict_table
from monitor.exporting.view import ModelView
from monitor.judging.verdict import Verdict
from tests.reporting_what_happened.worlds import World


@pytest.fixture
def model(done: Replayed) -> ModelView:
    return done.view.models[0]


def printed(model: ModelView, most: int | None = None, width: int = 160) -> str:
    console = Console(file=StringIO(), width=width, color_system=None)
    console.print(verdict_table(model, standings(model), most))
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_the_summary_is_for_the_owner_and_says_so(done: Replayed, tmp_path: Path) -> None:
    path = tmp_path / "summary.json"
    written = write_summary(path, done, ["report.html", "counts_7d.csv"])
    assert json.loads(path.read_text(encoding="utf-8")) == written
    assert path.stat().st_mode & 0o777 == 0o600
    assert written["exact"] == "exact numbers, small ones too: for the owner of the data, mode 0600"
    assert written["files"] == ["counts_7d.csv", "report.html"]


def test_the_summary_counts_what_was_read_and_judged(done: Replayed, tmp_path: Path) -> None:
    written = write_summary(tmp_path / "s", done, [])
    topic, model = written["topics"]["readmission.inference"], written["models"]["readmission"]
    assert topic["events"]["inference_accepted"] == 31_200
    assert topic["rejected"] == {"not_json": 3, "bad_time": 1}
    assert (model["panes_judged"], model["first_pane"]) == (120, "2025-01-01T00:00:00Z")
    assert (model["judged_until"], written["watermark"]) == ("2025-05-01T00:00:00Z", "2025-01-10T00:00:00Z")
    assert sum(model["verdicts"].values()) == len(done.view.models[0].verdicts)
    assert model["changes"] == len(done.recordings["readmission"].changes)
    assert model["references"] == {"ref-7": dict.fromkeys(done.view.models[0].metrics, 5_120)}
    assert {one["verdict"] for one in model["worst"]} == {"DEGRADED", "SUSPECT"}


def test_the_summary_of_a_replay_whose_last_labels_came_long_after_has_the_verdicts_said_last(tmp_path: Path) -> None:
    model = write_summary(tmp_path / "s", World(drained=60).replayed(), [])["models"]["readmission"]
    assert (model["verdicts_of"], model["judged_until"]) == ("2025-05-01T00:00:00Z", "2025-06-30T00:00:00Z")
    assert model["verdicts"]["DEGRADED"] >= 1


def test_a_summary_of_nothing_is_a_summary(tmp_path: Path) -> None:
    written = write_summary(tmp_path / "s", World(days=0).replayed(), [])
    assert written["models"]["readmission"]["panes_judged"] == 0
    assert written["models"]["readmission"]["first_pane"] is None


def test_streams_stand_worst_first_and_inside_a_verdict_by_evidence(model: ModelView) -> None:
    rows = standings(model)
    verdicts = [row.said.verdict for row in rows]
    assert verdicts == sorted(verdicts, reverse=True)
    assert len(rows) == len(model.verdicts)
    degraded = [row.said.evidence[0].log_e or 0.0 for row in rows if row.said.verdict is Verdict.DEGRADED]
    assert degraded == sorted(degraded, reverse=True)
    assert len(degraded) > 2


def test_numbers_of_few_people_are_withheld_from_table_and_json() -> None:
    model = World(days=60, a_day=30, release=20).replayed().view.models[0]
    rows = standings(model)
    withheld = [row for row in rows if row.found is None]
    assert withheld
    for row in withheld:
        record = standing_record(row)
        assert [record[name] for name in ("cases", "samples", "rate", "evidence")] == [None] * 4
    for row in rows:
        if row.found is not None:
            assert not is_small(row.found.k, model.min_cell)
            assert not is_small(row.found.n - row.found.k, model.min_cell)
    assert "withheld" in printed(model)


def test_a_standing_is_plain_data(model: ModelView) -> None:
    record = standing_record(standings(model)[0])
    assert json.loads(json.dumps(record)) == record
    assert (record["subgroup"], record["metric"]) == ("female__65_plus", "false_negative_rate")
    assert (record["verdict"], record["onset"]) == ("DEGRADED", "2025-03-13T00:00:00Z")


def test_the_table_names_the_worst_and_says_how_many_it_leaves_out(model: ModelView) -> None:
    text = printed(model, most=3)
    lines = [line for line in text.splitlines() if "DEGRADED" in line]
    assert lines[0].startswith("readmission, 408 streams: ")
    assert "sex=female age_band=65_plus" in lines[1]
    assert "false_negative_rate" in lines[1]
    assert "/ 10.7" in lines[1]
    assert f"{len(model.verdicts) - 3} more, none worse than these" in text


def test_a_verdict_is_a_word_even_without_colour_and_in_a_narrow_terminal(model: ModelView) -> None:
    assert "DEGRADED" in printed(model, most=1, width=80)
    assert "\x1b" not in printed(model)
