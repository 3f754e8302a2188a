"""What the README shows is tried: its settings load, its events decode, its links and commands exist."""

import re
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

from monitor.cli.build import feed_plan
from monitor.settings.load import parse

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")

Record = namedtuple("Record", "offset timestamp key value headers")


def block(language: str) -> str:
    """The first fenced block of a language."""
    found = re.search(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    assert found is not None
    return found[1].strip("\n") if language == "json" else found[1]


def settings_shown() -> str:
    blocks = re.findall(r"^```yaml\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    return str(blocks[0])


def test_the_settings_shown_load() -> None:
    assert list(parse(settings_shown(), "README.md").models) == ["readmission"]


def test_the_events_shown_are_accepted() -> None:
    plan = feed_plan(parse(settings_shown(), "README.md"), "discharge", "as_configured")
    said, learnt = re.findall(r"^\{.*?\}$", block("json"), re.DOTALL | re.MULTILINE)
    for topic, text in zip(plan.topics, (said, learnt), strict=True):
        decoded = topic.decoder.decode([Record(0, 1_900_000_000_000, None, text.encode(), [])])
        assert len(decoded.events) == 1, decoded.rejects


def test_every_link_and_picture_is_there() -> None:
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_command_shown_exists_and_the_page_of_commands_lists_all() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "monitor.cli.main", "--help"], capture_output=True, text=True, timeout=60, check=True
    )
    commands = set(re.findall(r"^  ([a-z]+)  +", done.stdout, re.MULTILINE))
    shown = set(re.findall(r"^fairdrift ([a-z]+)", README, re.MULTILINE))
    assert shown <= commands
    page = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([a-z]+) ?", page, re.MULTILINE)) == commands


def test_the_two_commands_are_targets() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in ("demo", "test", "setup"):
        assert f"\n{target}:" in makefile
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_no_mark_of_a_merge_is_left() -> None:
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    marked = [
        name
        for name in tracked.stdout.split("\0")
        if name and re.search(rb"^(?:<{7}|>{7}) ", (ROOT / name).read_bytes(), re.MULTILINE)
    ]
    assert not marked
