"""docs/audit.md, run from top to bottom: its commands say what it shows."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from monitor.acting.audit.verify import CANNOT_PROVE
from monitor.acting.entries import Kind
from monitor.cli.audit.opening import open_trail
from monitor.settings.load import load
from tests.proving_what_happened.files import DAY_MS, FROM_MS, SETTINGS

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")
BLOCK: Final = re.compile(
    r"^```(console|python|yaml)\n(.*?)^```|^<!-- (here the controller runs).*?-->", re.DOTALL | re.M
)


def runs(folder: Path) -> None:
    """Eleven entries, as a controller would write them, with checkpoints over 4, 8 and 12."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        trail = open_trail(load(Path("fairdrift.yaml")).audit)
        for number in range(2, 13):
            at_ms = FROM_MS + number * DAY_MS
            trail.write(Kind.JUDGED, at_ms=at_ms, actor="fairdrift", details={"log_e": number / 7})
            if number % 4 == 0:
                trail.tick(at_ms)
        trail.close()
    finally:
        os.chdir(before)


def settings_with(shown: str) -> str:
    """Settings of a model, and the section that the page shows."""
    kept = SETTINGS.format(name="x", folder="x", more="").splitlines()
    return "\n".join(line for line in kept if not line.startswith("audit:")) + f"\n{shown}"


def shell(folder: Path, block: str) -> str:
    """What a block of commands prints; the exit code of the last one, unless it is 0."""
    said = ""
    where = folder
    for command in re.findall(r"^\$ (.*)$", block, re.MULTILINE):
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=where,
            env={**os.environ, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        said += f"$ {command}\n{done.stdout}{done.stderr}"
        said += f"exit {done.returncode}\n" if done.returncode else ""
    return said


def is_as_shown(said: str, shown: str) -> bool:
    """Whether it is what the page shows: `…` on a line is any text on it, and alone on a line any lines."""
    pattern = ""
    for line in shown.splitlines():
        pattern += r"(?:.*\n)*?" if line == "…" else ".*".join(map(re.escape, line.rstrip().split("…"))) + r"\s*?\n"
    return re.fullmatch(pattern, said) is not None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder in which `fairdrift` and `python` are ours."""
    (tmp_path / "bin").mkdir()
    for name, words in (("python", ""), ("fairdrift", "-m monitor.cli.main ")):
        script = tmp_path / "bin" / name
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" {words}"$@"\n')
        script.chmod(0o755)
    return tmp_path


def test_every_command_of_the_page_says_what_the_page_shows(folder: Path) -> None:
    commands = 0
    for language, block, marker in (match.groups() for match in BLOCK.finditer(PAGE)):
        if marker:
            runs(folder)
        elif language == "yaml":
            (folder / "fairdrift.yaml").write_text(settings_with(block), encoding="utf-8")
        elif language == "python":
            (folder / block.partition("\n")[0].removeprefix("# ")).write_text(block, encoding="utf-8")
        else:
            said = shell(folder, block)
            assert is_as_shown(said, block), f"the page shows\n{block}\nand it says\n{said}"
            commands += block.count("\n$ ") + block.startswith("$ ")
    assert commands == PAGE.count("\n$ ")
    assert commands > 15


def test_a_line_that_differs_is_noticed() -> None:
    assert is_as_shown("$ a\nkey: 1\nend\n", "$ a\nkey: …\nend\n")
    assert is_as_shown("$ a\nkey: 1\n2\n3\nend\n", "$ a\nkey: …\n…\nend\n")
    assert not is_as_shown("$ a\nkey: 1\nEND\n", "$ a\nkey: …\nend\n")
    assert not is_as_shown("$ a\nkey: 1\nexit 3\n", "$ a\nkey: …\n")


def test_the_page_says_what_no_log_can_prove() -> None:
    assert " ".join(f"No log can prove {CANNOT_PROVE}.".split()) in " ".join(PAGE.split())


def test_the_script_for_strangers_is_short() -> None:
    (script,) = (block for _, block, _ in BLOCK.findall(PAGE) if block.startswith("# check_proof.py"))
    assert len(script.strip().splitlines()) <= 22
    assert "monitor" not in script
