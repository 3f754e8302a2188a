"""The page of the boards shows each of them, as it is drawn by `make pictures`."""

import re
from pathlib import Path

import pytest

import dashboards
from tests.showing_dashboards.queries import Board, boards

DOCS = Path(dashboards.__file__).parents[1] / "docs"
PAGE = (DOCS / "dashboards.md").read_text(encoding="utf-8")
MOST_BYTES = 300_000

ALL = pytest.mark.parametrize("board", boards(), ids=lambda board: board["uid"])


def section(board: Board) -> str:
    name = board["uid"].removeprefix("fairdrift-")
    found = re.search(rf"^## {name}\n(.*?)(?=^## )", PAGE, re.DOTALL | re.MULTILINE)
    assert found, f"docs/dashboards.md has no section {name}"
    return found[1]


@ALL
def test_every_board_has_a_picture_that_is_small_and_shown(board: Board) -> None:
    (path,) = re.findall(r"!\[[^\]]+\]\((.+\.png)\)", section(board))
    picture = (DOCS / path).read_bytes()
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(picture) < MOST_BYTES, "draw it smaller: docs are cloned by everybody"


@ALL
def test_the_page_says_what_to_look_at_first_and_asks_the_question_of_the_board(board: Board) -> None:
    assert f"| {board['description']} |" in PAGE
    assert "\n1. " in section(board)


@ALL
def test_panels_that_the_page_names_exist(board: Board) -> None:
    titles = [panel["title"].lower() for panel in board["panels"]]
    named = re.findall(r"\*\*([^*]+)\*\*", section(board))
    assert named
    for name in named:
        assert any(title.startswith(name.lower()) for title in titles), f"no panel {name}"
