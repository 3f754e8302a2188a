"""One HTML file that needs nothing else, and in which no value of the data can become markup."""

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.exporting.replayed import Replayed
from monitor.exporting.report.markup import tag
from monitor.exporting.report.page import MOST_CHARTS, report_page, write_report
from monitor.judging.verdict import Verdict
from tests.reporting_what_happened.worlds import World, together

VOID = {"meta", "link", "input", "br"}


class Outline(HTMLParser):
    """Elements with their attributes, the text of each kind of element; complains of what is not closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self._open[-1] if self._open else "", data))

    def of(self, name: str, class_: str | None = None) -> list[dict[str, str | None]]:
        found = [attributes for element, attributes in self.elements if element == name]
        return [one for one in found if class_ is None or class_ in (one.get("class") or "").split()]

    def text(self, *names: str) -> str:
        return " ".join(data for name, data in self.texts if not names or name in names)


@pytest.fixture(scope="module")
def outline(done: Replayed) -> Outline:
    return Outline(report_page(done))


def test_it_loads_nothing_from_anywhere(outline: Outline) -> None:
    for _, attributes in outline.elements:
        assert not {"src", "srcset", "action", "style", "data", "poster"} & attributes.keys()
        assert not any(name.startswith("on") for name in attributes)
    assert [attributes["href"] for _, attributes in outline.elements if "href" in attributes] == ["data:,"]
    assert "url(" not in outline.text("style")
    assert "@import" not in outline.text("style")


def test_the_browser_runs_and_styles_only_what_we_wrote(done: Replayed) -> None:
    page = report_page(done)
    (policy,) = [one["content"] or "" for one in Outline(page).of("meta") if "http-equiv" in one]
    for name in ("style", "script"):
        (text,) = re.findall(f"<{name}>(.*?)</{name}>", page, re.DOTALL)
        digest = b64encode(sha256(text.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy


def test_values_that_look_like_markup_are_shown_as_they_are() -> None:
    plain, hostile = (Outline(report_page(World(days=40, hostile=hostile).replayed())) for hostile in (False, True))
    assert {name for name, _ in hostile.elements} == {name for name, _ in plain.elements}
    for shown in ("race = <script>alert(1)</script>", 'race = "><img src=x onerror=alert(2)>', "</style>&lt;b&gt;"):
        assert shown in hostile.text("bdi")
    # The world has a letter that turns the direction of writing: it must not reach beyond its name.
    assert {name for name, text in hostile.texts if "\N{RIGHT-TO-LEFT OVERRIDE}" in text} <= {"bdi", "title"}
    assert len(hostile.of("script")) == len(hostile.of("style")) == 1


@given(st.text(), st.text())
def test_no_text_and_no_attribute_gets_out_of_its_place(text: str, value: str) -> None:
    outline = Outline(tag("p", text, title=value))
    assert [name for name, _ in outline.elements] == ["p"]
    # What HTML itself takes out or joins: carriage returns, and characters it does not know.
    if text.isprintable() and value.isprintable():
        assert outline.text() == text
        assert outline.elements[0][1] == {"title": value}


def test_undecided_is_never_green(outline: Outline) -> None:
    names = [(one.get("class") or "").split() for one in outline.of("li", "tile")]
    assert [one[-1] for one in names] == ["DEGRADED", "SUSPECT", "none", "INCONCLUSIVE", "HEALTHY"]
    css = outline.text("style")
    greens = re.findall(r"\.(\w+) \{ --verdict: var\(--healthy\); \}", css)
    assert greens == ["HEALTHY"]


def test_it_says_who_is_harmed_how_sure_since_when_and_how_many(outline: Outline) -> None:
    told = outline.text("bdi", "b", "p", "dd", "time")
    # The world's release of day 70 misses women over 65: see `worlds`.
    assert "sex = F and age_band = 65_plus" in told
    assert "false negative rate, revision r2:" in told
    assert re.search(r"The evidence is [0-9.]+ nats; 10\.7 make a page alarm", told)
    assert re.search(r"DEGRADED since\s+2025-03-1[0-9]", told)
    assert re.search(r"[0-9]+ of [0-9]+ with the outcome were missed in 2 windows", told)


def test_the_worst_streams_are_drawn_and_all_are_listed(done: Replayed, outline: Outline) -> None:
    streams = done.recordings["readmission"].streams
    assert len(outline.of("svg", "chart")) == MOST_CHARTS < len(streams)
    assert len(outline.of("tr")) - 2 - 1 == len(streams)  # less two headings and the one row of what was read
    harmed = sum(record.said.verdict >= Verdict.SUSPECT for record in streams.values())
    cards = [(one.get("class") or "").split()[-1] for one in outline.of("figure")]
    assert sum(one in ("DEGRADED", "SUSPECT") for one in cards) == min(harmed, MOST_CHARTS)


def test_a_revision_that_has_gone_says_until_when_and_counts_in_no_tile(done: Replayed, outline: Outline) -> None:
    assert len(outline.of("tr", "past")) == sum(
        stream.revision == "r1" for stream in done.recordings["readmission"].streams
    )
    tiles = [int(text.replace(",", "")) for name, text in outline.texts if name == "strong" and text.strip().isdigit()]
    assert sum(tiles[:5]) == len(done.view.models[0].verdicts)


def test_what_was_said_last_still_counts_when_nothing_serves_any_more() -> None:
    outline = Outline(report_page(World(drained=200).replayed()))
    assert "verdicts as of 2025-05-01, none serves since" in outline.text("p")
    assert int(next(text for name, text in outline.texts if name == "strong")) >= 1  # the tile of DEGRADED


def test_nothing_decided_is_said_so() -> None:
    outline = Outline(report_page(World(days=20, is_silent=True).replayed()))
    assert "none is HEALTHY either: nothing could be decided" in outline.text("p")
    assert "reference building" in outline.text("td")


def test_nothing_judged_is_said_so() -> None:
    assert "No pane has been judged" in Outline(report_page(World(days=0).replayed())).text("p")


def test_several_models_stand_one_after_another(tmp_path: Path) -> None:
    done = together(World(days=10, model="a"), World(days=10, model="b.2"))
    write_report(tmp_path / "report.html", done)
    outline = Outline((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert [one["id"] for one in outline.of("main")] == ["model-a", "model-b.2"]
