"""The one rule for all parts, and what becomes of a part when the tests are gone."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.parts.cache import cached_part
from tests.parts.processes import free_ports, is_open, start


@pytest.fixture(autouse=True)
def cache_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("FAIRDRIFT_PARTS", "required")


def refuse(folder: Path) -> None:
    (folder / "half").touch()
    raise OSError("no network")


def test_a_part_is_made_once_for_its_pins_and_kept() -> None:
    made: list[Path] = []
    first = cached_part("toy", ["1.0"], made.append)
    assert cached_part("toy", ["1.0"], made.append) == first
    assert cached_part("toy", ["1.1"], made.append) != first
    assert len(made) == 2


def test_the_environment_variable_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRDRIFT_PART_TOY", str(tmp_path))
    assert cached_part("toy", ["1.0"], refuse) == tmp_path


def test_a_part_that_was_half_made_is_made_anew() -> None:
    with pytest.raises(RuntimeError, match=r"the part toy cannot be had: no network \(set FAIRDRIFT_PART_TOY"):
        cached_part("toy", ["1.0"], refuse)
    made: list[Path] = []
    folder = cached_part("toy", ["1.0"], made.append)
    assert made == [folder]
    assert not (folder / "half").exists()


def test_on_a_foreign_machine_a_part_that_cannot_be_had_skips(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FAIRDRIFT_PARTS")
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="the part toy cannot be had"):
        cached_part("toy", ["1.0"], refuse)


def test_a_part_that_ends_at_once_is_reported_with_its_log(tmp_path: Path) -> None:
    process = start("toy", [sys.executable, "-c", "raise SystemExit('wrong flag')"], tmp_path)
    with pytest.raises(RuntimeError, match=r"toy exited with 1:\nwrong flag"):
        process.wait_ready(lambda: False)


def test_a_part_dies_with_the_process_that_started_it(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    serve = f"import http.server as h; h.HTTPServer(('127.0.0.1', {port}), h.BaseHTTPRequestHandler).serve_forever()"
    script = (
        "import pathlib, signal, sys\nfrom tests.parts.processes import is_open, start\n"
        f"start('toy', [sys.executable, '-c', {serve!r}], pathlib.Path({str(tmp_path)!r}))"
        f".wait_ready(lambda: is_open({port}))\nprint('ready', flush=True)\nsignal.pause()\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], cwd=Path(__file__).parents[2], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    with parent.stdout:
        assert parent.stdout.readline() == b"ready\n"
        assert is_open(port)
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
    child = start("waiting", [sys.executable, "-c", "import signal; signal.pause()"], tmp_path)
    child.wait_ready(lambda: not is_open(port), timeout_s=10)
    child.stop()
