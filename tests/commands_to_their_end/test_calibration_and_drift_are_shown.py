"""A replay that watches calibration, and what it shows of drift: verdicts, report, and nothing of it acts."""

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.commands_to_their_end.streams import here, patients, told, write_roles, write_settings

WITH_IT = ("metrics: [", "metrics: [calibration, ")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("calibration")
    write_roles(folder / "stream", patients(75, 80))
    settings = write_settings(folder / "replay.yaml", WITH_IT)
    done = here("replay", folder / "stream", "--settings", settings, "--out", folder / "out", "--output", "json")
    told(done, "replay")
    return folder / "out"


def test_calibration_has_verdicts_of_everyone_and_of_single_values_and_nothing_acts_on_it(out: Path) -> None:
    changes = [json.loads(line) for line in (out / "timeline.ndjson").read_text(encoding="utf-8").splitlines()]
    of_it = [one for one in changes if one.get("metric") == "calibration"]
    assert {"*"} < {one["attribute"] for one in of_it}
    last = {(one["attribute"], one["value"]): one["verdict"] for one in of_it}
    assert last["*", "*"] == "HEALTHY"
    assert "DEGRADED" not in Counter(one["verdict"] for one in of_it)


def test_the_report_has_statistics_of_drift_beside_and_says_that_no_verdict_reads_them(out: Path) -> None:
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "Statistics of drift, for a look" in page
    assert "no verdict reads them" in page
    for head in ("PSI", "KS distance", "calibration error", "ADWIN", "Page-Hinkley"):
        assert f">{head}</th>" in page
