"""Wrong input to the command: one clear sentence with what to do, the documented exit code, no stack trace."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.way_of_an_event.story import SETTINGS


def fairdrift(arguments: Sequence[str | Path], **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "monitor.cli.main", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, env={**os.environ, **environment}
    )


def settings_file(folder: Path, **changes: str) -> Path:
    values = {"bootstrap": "127.0.0.1:9", "state": str(folder / "state"), "port": "0"}
    path = folder / "fairdrift.yaml"
    path.write_text(SETTINGS.format(**{**values, "inference": "i", "outcome": "o", **changes}))
    return path


def assert_refused(done: subprocess.CompletedProcess[str], code: int, *words: str) -> None:
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr


def test_settings_that_are_not_there(tmp_path: Path) -> None:
    assert_refused(fairdrift(["check", "--settings", tmp_path / "none.yaml"]), 2, "none.yaml")


def test_settings_with_a_misspelt_metric_say_where_and_what_was_meant(tmp_path: Path) -> None:
    path = settings_file(tmp_path)
    path.write_text(path.read_text().replace("error_rate", "eror_rate"))
    line = next(n for n, text in enumerate(path.read_text().splitlines(), start=1) if "eror_rate" in text)
    done = fairdrift(["check", "--settings", path])
    assert_refused(done, 2, f"fairdrift.yaml:{line}:", "metrics[2]", "did you mean error_rate?")


def test_a_stream_that_is_not_there(tmp_path: Path) -> None:
    done = fairdrift(["replay", tmp_path / "none", "--settings", settings_file(tmp_path), "--out", tmp_path / "out"])
    assert_refused(done, 2, str(tmp_path / "none"))
    assert not (tmp_path / "out" / "summary.json").exists()


def test_a_scenario_that_is_not_there(tmp_path: Path) -> None:
    assert_refused(fairdrift(["simulate", "no_such", "--out", tmp_path]), 2, "no_such", "bad_revision")


def test_the_scenarios_can_be_listed() -> None:
    done = fairdrift(["simulate", "list"])
    assert done.returncode == 0
    assert "bad_revision: " in done.stdout
    assert_refused(fairdrift(["simulate", "fair"]), 2, "--out DIR")


def test_a_folder_that_cannot_hold_what_is_written_is_refused_before_the_work(tmp_path: Path) -> None:
    path = settings_file(tmp_path, state="/proc/no-such-place")
    assert_refused(fairdrift(["run", "--settings", path]), 2, "state.dir", "/proc/no-such-place")
    for what in (["export", "schema"], ["simulate", "fair"], ["demo"]):
        assert_refused(fairdrift([*what, "--out", path]), 2, "--out", str(path))


def test_a_topic_that_was_stopped_is_told_of(tmp_path: Path) -> None:
    inference = b'{"prediction_id": "p", "model": "another", "revision": "r1", "event_time": 1767225600000}\n'
    (tmp_path / "inference.ndjson").write_bytes(inference * 1_500)
    (tmp_path / "outcome.ndjson").write_bytes(b"")
    done = fairdrift(["replay", tmp_path, "--settings", settings_file(tmp_path), "--out", tmp_path / "out"])
    assert done.returncode == 3
    assert "reading STOPPED" in done.stdout
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["stopped"] == ["i"]


def test_a_replay_does_not_depend_on_the_time_of_day(tmp_path: Path) -> None:
    said = {"model": "readmission", "revision": "r1", "prediction": 1, "attributes": {"sex": "F"}}
    for role, body in (("inference", said), ("outcome", {"label": 1})):
        times = [4_000_000_000_000 + day * 86_400_000 for day in range(40)]  # long ahead of us
        lines = [body | {"prediction_id": f"p{time}", "event_time": time} for time in times]
        (tmp_path / f"{role}.ndjson").write_text("".join(json.dumps(line) + "\n" for line in lines))
    fairdrift(["replay", tmp_path, "--settings", settings_file(tmp_path), "--out", tmp_path / "out"])
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary["models"]["readmission"]["panes_judged"] >= 39


def test_a_broker_that_cannot_be_reached(tmp_path: Path) -> None:
    assert_refused(fairdrift(["run", "--settings", settings_file(tmp_path)]), 5, "127.0.0.1:9")


def test_a_port_that_is_in_use(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert_refused(fairdrift(["run", "--settings", settings_file(tmp_path, port=port)]), 2, port, "in use")


def test_a_missing_crc32c(tmp_path: Path) -> None:
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "crc32c.py").write_text("raise ImportError('hidden')")
    done = fairdrift(["run", "--settings", settings_file(tmp_path)], PYTHONPATH=str(hidden))
    assert_refused(done, 2, "crc32c", "pip install")


def test_a_command_that_is_not_there() -> None:
    assert_refused(fairdrift(["rnu"]), 2, "rnu")


def test_settings_without_kafka_cannot_run(tmp_path: Path) -> None:
    path = settings_file(tmp_path)
    path.write_text("\n".join(line for line in path.read_text().splitlines() if not line.startswith("kafka:")))
    assert_refused(fairdrift(["run", "--settings", path]), 2, "kafka")


def test_a_client_that_is_not_there_yet_is_refused_before_it_runs(tmp_path: Path) -> None:
    path = settings_file(tmp_path)
    path.write_text(path.read_text().replace("kafka: {", "kafka: {client: confluent, "))
    for command in ("check", "run"):
        assert_refused(fairdrift([command, "--settings", path]), 2, "confluent", "kafka_python")


def test_json_output_is_one_object_with_its_exit_code(tmp_path: Path) -> None:
    done = fairdrift(["check", "--settings", settings_file(tmp_path), "--output", "json"])
    said = json.loads(done.stdout)
    assert (said["v"], said["command"], said["exit"]) == (1, "check", done.returncode)


@pytest.mark.parametrize(
    "command", ["", "run", "demo", "replay", "check", "explain", "acknowledge", "export", "simulate"]
)
def test_help_loads_nothing_heavy(command: str) -> None:
    """Half a second is promised; a time is not tested, what costs it is: no heavy module may be loaded."""
    code = (
        "import sys\nfrom monitor.cli.main import app\n"
        f"try: app({[command, '--help'] if command else ['--help']!r})\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'scipy', 'kafka', 'aiohttp', 'prometheus_client', 'river', 'rich'}\n"
        "print('heavy:', sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert "Usage:" in done.stdout
    assert done.stdout.splitlines()[-1] == "heavy: []"
