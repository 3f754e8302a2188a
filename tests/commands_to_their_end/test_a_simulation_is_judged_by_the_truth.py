"""`fairdrift simulate`: a stream of known truth, replayed, and what each monitor said of it."""

import json
import time
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.commands_to_their_end.streams import fairdrift, here, mode, told


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("simulated") / "out"


@pytest.fixture(scope="module")
def done(out: Path) -> CompletedProcess[str]:
    began = time.monotonic()
    done = fairdrift("simulate", "bad_revision", "--out", out, "--output", "json")
    assert time.monotonic() - began < 20
    return done


def test_it_says_how_long_the_harm_was_looked_for_and_how_often_in_vain(done: CompletedProcess[str], out: Path) -> None:
    assert done.returncode == 0
    said = told(done, "simulate")
    assert said == json.loads((out / "comparison.json").read_text())
    by_monitor = {row["monitor"]: row for row in said["rows"]}
    ours = by_monitor["fairdrift, DEGRADED"]
    assert ours["false_alarms"] == 0
    assert 0 < ours["delay_days"] < 30
    assert by_monitor["naive: gap in the last 100 rows beyond a bound"]["false_alarms"] > 10


def test_the_stream_can_be_replayed_by_hand_and_says_the_same(
    done: CompletedProcess[str], out: Path, tmp_path: Path
) -> None:
    again = here("replay", out, "--settings", out / "settings.yaml", "--out", tmp_path / "again")
    assert done.returncode == 0
    assert again.returncode == 3, "the revision is bad"
    for name in ("counts_1d.csv", "counts_7d.csv", "counts_28d.csv", "timeline.ndjson"):
        assert (tmp_path / "again" / name).read_bytes() == (out / "replayed" / name).read_bytes()
        assert mode(out / "replayed" / name) == 0o600
