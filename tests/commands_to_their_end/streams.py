"""Recorded streams of known patients, the settings to read them by, and the command, run as people run it."""

import csv
import gzip
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from monitor.cli.main import app
from tests.way_of_an_event.story import DAY_MS, SETTINGS, Case, cases

END_MS = 1_790_000_000_000
NAMES = {"bootstrap": "none:9092", "state": "unused", "port": "0", "inference": "said", "outcome": "found"}
EASY = "judging: {{harm_to_find: 0.6}}\n    metrics:"
"""With settings that ask for little, a few weeks are enough to say HEALTHY."""


def patients(days: int = 40, per_day: int = 30) -> list[Case]:
    return cases(END_MS, days=days, per_day=per_day)


def harmed(story: Sequence[Case]) -> list[Case]:
    """In the last third of the time the model misses every woman who has the outcome."""
    since_ms = END_MS - (END_MS - story[0].time_ms) // 3
    return [
        replace(case, prediction=0) if case.sex == "F" and case.label and case.time_ms > since_ms else case
        for case in story
    ]


def known(story: Sequence[Case]) -> list[tuple[int, str, dict[str, object]]]:
    """(arrival, role, body) in the order of arrival; what becomes known after the end of the stream is not in it."""
    said = [(case.time_ms, "inference", case.inference()) for case in story]
    learnt = [(case.learnt_ms, "outcome", case.outcome()) for case in story if case.learnt_ms <= END_MS]
    return sorted(said + learnt, key=lambda one: (one[0], one[1]))


def write_roles(folder: Path, story: Sequence[Case], *, pack: bool = False) -> None:
    """A file a role."""
    folder.mkdir()
    for role in ("inference", "outcome"):
        lines = "".join(json.dumps(body) + "\n" for _, of, body in known(story) if of == role).encode()
        path = folder / (f"{role}.ndjson.gz" if pack else f"{role}.ndjson")
        path.write_bytes(gzip.compress(lines) if pack else lines)


def write_feed(folder: Path, story: Sequence[Case]) -> None:
    """One file in the order of arrival."""
    folder.mkdir()
    lines = [
        json.dumps({"arrival_time": at_ms, "topic": NAMES[role], "value": json.dumps(body)})
        for at_ms, role, body in known(story)
    ]
    (folder / "feed.ndjson").write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_settings(path: Path, *changes: tuple[str, str]) -> Path:
    text = SETTINGS
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path.write_text(text.format(**NAMES), encoding="utf-8")
    return path


def fairdrift(*arguments: str | Path, within_s: float = 120) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    command = [sys.executable, "-m", "monitor.cli.main", *map(str, arguments)]
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=within_s, check=False, env=environment)
    assert "Traceback" not in done.stderr, done.stderr
    return done


def here(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The command in this process: the same words in, the same streams and exit code out, in a tenth of the time."""
    words = [str(one) for one in arguments]
    result = CliRunner().invoke(app, words)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return subprocess.CompletedProcess(words, result.exit_code, result.stdout, result.stderr)


def told(done: subprocess.CompletedProcess[str], command: str) -> Any:
    """The result of a command that was asked for JSON: one object on stdout, with the exit code in it."""
    (line,) = done.stdout.splitlines()
    said = json.loads(line)
    assert said.keys() == {"v", "command", "exit", "result"}
    assert (said["v"], said["command"], said["exit"]) == (1, command, done.returncode)
    return said["result"]


def rows(path: Path) -> list[Mapping[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def file_counts(path: Path) -> dict[tuple[str, ...], tuple[int, ...]]:
    """A counts file: (window start, attribute, value) -> n, positive, labelled, tp, fp, tn, fn."""
    assert {row["revision"] for row in rows(path)} == {"r1"}
    columns = ("n", "n_predicted_positive", "n_labelled", "tp", "fp", "tn", "fn")
    return {
        (row["window_start"], row["attribute"], row["value"]): tuple(int(row[one]) for one in columns)
        for row in rows(path)
    }


def own_counts(story: Sequence[Case], span_ms: int = DAY_MS) -> dict[tuple[str, ...], tuple[int, ...]]:
    """The same, counted by hand."""
    found: dict[tuple[str, ...], list[int]] = {}
    for case in story:
        start = f"{datetime.fromtimestamp(case.time_ms // span_ms * span_ms / 1_000, UTC):%Y-%m-%dT%H:%M:%SZ}"
        for attribute, value in (("*", "*"), ("sex", case.sex)):
            counts = found.setdefault((start, attribute, value), [0] * 7)
            counts[0] += 1
            counts[1] += case.prediction
            if case.learnt_ms <= END_MS and case.learnt_ms - case.time_ms <= 5 * DAY_MS:
                counts[2] += 1
                counts[{(1, 1): 3, (1, 0): 4, (0, 0): 5, (0, 1): 6}[case.prediction, case.label]] += 1
    return {key: tuple(counts) for key, counts in found.items()}
