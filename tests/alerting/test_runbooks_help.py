"""Every runbook has what a person at night needs, and its commands ask for what exists."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.alerting.contract import PROMISES
from tests.alerting.rule_files import ALERTS, alerts
from tests.alerting.test_rules_are_well_made import EXPORTED, RECORDED

PAGES = {path.stem: path.read_text(encoding="utf-8") for path in sorted((ALERTS / "runbooks").glob("*.md"))}
ALL = pytest.mark.parametrize("name", PAGES)
HEADINGS = ["Meaning", "Impact", "Diagnosis", "Mitigation"]
QUERY = re.compile(r"^\$ promtool query instant \S+ '([^']+)'$", re.MULTILINE)


def test_there_is_one_page_for_each_alert() -> None:
    assert set(PAGES) == set(alerts())


@ALL
def test_a_page_has_its_headings_in_order(name: str) -> None:
    first, *_ = PAGES[name].splitlines()
    assert first == f"# {name}"
    assert re.findall(r"^## (.+)$", PAGES[name], re.MULTILINE) == HEADINGS
    for part in re.split(r"^## .+$", PAGES[name], flags=re.MULTILINE)[1:]:
        assert len(part.split()) >= 10, "a heading with nothing below it"


@ALL
def test_the_last_line_of_a_page_says_how_to_stop_automatic_rollback(name: str) -> None:
    last = PAGES[name].rstrip("\n").splitlines()[-1]
    assert last.startswith("**Stop automatic rollback:**")
    assert "`mode: observe`" in last
    assert "`fairdrift pause MODEL --for 2h --reason TEXT --settings FILE`" in last


def commands(page: str) -> Iterator[tuple[str, str]]:
    """(Command, what it printed) of every command of a page."""
    for block in re.findall(r"^```console\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        yield from re.findall(r"^\$ (.+)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)


@ALL
def test_a_page_shows_what_its_commands_print(name: str) -> None:
    shown = list(commands(PAGES[name]))
    assert shown, "a diagnosis without a command"
    for command, printed in shown:
        assert printed.strip(), command
        assert re.match(r"(promtool|curl|amtool|fairdrift|tail) ", command), command


@ALL
def test_the_queries_of_a_page_ask_for_series_that_exist_and_are_understood(
    name: str, promtool: Path, tmp_path: Path
) -> None:
    queries = QUERY.findall(PAGES[name])
    assert len(queries) == PAGES[name].count("$ promtool ")
    for query in queries:
        asked = set(re.findall(r"(?:\w+:)?fairdrift_\w+(?::\w+)?", re.sub(r'"[^"]*"', '""', query)))
        assert asked <= EXPORTED | RECORDED, query
    rules = [{"alert": "x", "expr": query} for query in queries]
    with (tmp_path / "queries.yaml").open("w", encoding="utf-8") as out:
        YAML(typ="safe", pure=True).dump({"groups": [{"name": "queries", "rules": rules}]}, out)
    done = subprocess.run([promtool, "check", "rules", tmp_path / "queries.yaml"], check=False, capture_output=True)
    assert not rules or done.returncode == 0, done.stderr


@ALL
def test_alerts_and_boards_that_a_page_names_exist(name: str) -> None:
    assert set(re.findall(r"\bFairdrift\w+", PAGES[name])) <= set(PROMISES)
    boards = {path.stem for path in (ALERTS.parent / "dashboards" / "json").glob("*.json")}
    assert {f"fairdrift-{board}" for board in re.findall(r"`fairdrift / (\w+)`", PAGES[name])} <= boards
