"""`docs/comparison.md` is made of kept results by a command, and says where we lose; its short form is made here."""

from math import inf
from pathlib import Path
from xml.etree import ElementTree

import pytest

from monitor.simulating.comparison import PAGE, WATCH
from replay.rivals.picture import Chart, picture
from replay.scenarios.__main__ import FULL, RESULTS, Results, pages
from replay.scenarios.contest import Size, measured
from replay.scenarios.harmless import harmless
from replay.scenarios.measured import (
    AS_IT_COMES,
    OUR_BUDGET,
    OUR_MEASURE,
    Found,
    Measured,
    Quiet,
    Said,
    Wrong,
    read,
    written,
)
from replay.scenarios.page import chart, in_short, losses, page, table
from replay.scenarios.stories import FAIR, HARMLESS, HARMS, story
from replay.scenarios.tuning import BUDGET_PER_YEAR

DOCS = Path(__file__).parents[2] / "docs"
SHORT = Path(__file__).with_name("short.md")


def test_the_docs_are_written_of_the_kept_results() -> None:
    results = read(RESULTS.read_text(encoding="utf-8"), Results)
    for name, text in pages(results).items():
        assert (DOCS / name).read_text(encoding="utf-8") == text, "renew with: python -m replay.scenarios --again"
    assert {one.scenario for one in results.scenarios.found} == {one.name for one in HARMS}
    assert {one.scenario for one in results.scenarios.wrong} == {one.name for one in HARMLESS}
    assert results.scenarios.quiet_streams == FULL.quiet


def test_the_short_form_says_today_what_it_said_when_it_was_kept(tmp_path: Path) -> None:
    one = measured(Size(1, 1, 1, 1), 5, harms=[story("sudden_drift")], harmless=[story("missing_labels")])
    text = page(one, "## The other contest\n")
    assert text == SHORT.read_text(encoding="utf-8"), f"look at the difference; if it is meant, keep it:\n{text}"
    ours = next(quiet for quiet in one.quiet if quiet.monitor == PAGE)
    assert ours.per_year <= BUDGET_PER_YEAR


def known(ours: float, theirs: float, their_alarms: int = 3) -> Measured:
    quiet = [Quiet(PAGE, OUR_BUDGET, None, 2, 10.0), Quiet("DDM", OUR_BUDGET, 4.0, their_alarms, 10.0)]
    quiet.append(Quiet("DDM", AS_IT_COMES, 3.0, 99, 10.0))
    found = [
        Found("sudden_drift", PAGE, OUR_BUDGET, 4, 4, ours),
        Found("sudden_drift", "DDM", OUR_BUDGET, 4, 3, theirs),
    ]
    wrong = [
        Wrong("missing_labels", name, tuning, 4, 2, 6)
        for name, tuning in ((PAGE, OUR_BUDGET), (WATCH, OUR_BUDGET), ("DDM", OUR_BUDGET), ("DDM", AS_IT_COMES))
    ]
    said = [Said("sudden_drift", 4, 1, {}), Said("missing_labels", 4, 0, {"share of those: STALE": 3, "rare": 1})]
    return Measured(1, 2, 3, quiet, found, wrong, said)


def test_where_a_rival_is_sooner_or_quieter_it_is_told() -> None:
    assert "DDM, 0.30 false alarms a year: sudden_drift (20 (75%) against 30)" in losses(known(30, 20), OUR_BUDGET)
    assert "DDM, 0.10 false alarms a year: quieter (0.10 a year against 0.20)" in losses(known(30, 40, 1), OUR_BUDGET)
    assert "nowhere in these streams" in losses(known(30, 40), OUR_BUDGET)
    assert "sudden_drift (never (75%) against never)" not in losses(known(inf, inf), OUR_BUDGET)


def test_who_is_first_is_told_at_the_top_be_it_a_rival_or_nobody() -> None:
    assert "fairdrift's page 30; the soonest rival, tuned to our budget, DDM 20 (75%);" in in_short(known(30, 20))
    nobody = in_short(known(30, inf))
    assert "tuned to our budget, DDM never (75%); the soonest as quiet as we were, none." in nobody
    assert "False alarms a year: fairdrift's page 0.20" in nobody


def test_the_table_has_a_line_a_monitor_and_says_never_instead_of_a_number() -> None:
    lines = table(known(30, inf), OUR_BUDGET).splitlines()
    assert lines[0] == "| monitor | setting | false alarms a year | sudden_drift |"
    assert lines[2:4] == [f"| {PAGE} | – | 0.20 | 30 |", "| DDM | 4 | 0.30 | never (75%) |"]
    assert lines[-1] == "*`make campaign-comparison`, seed 1*"
    assert "DDM" not in table(known(30, 20), OUR_MEASURE), "of another tuning there is only ours"


def test_what_harms_nobody_is_told_with_the_share_of_runs_and_rarities_are_left_out() -> None:
    text = harmless(known(30, 20))
    assert "| missing_labels | 1.5 | 1.5 | 0% | 1.5 / 1.5 |" in text
    assert "- *missing_labels*: share of those: STALE (75%)" in text
    assert "rare" not in text.split("What fairdrift said")[1]
    assert "sudden_drift 25%" in text


def test_results_are_kept_and_read_without_loss() -> None:
    assert read(written(known(30, inf)), Measured) == known(30, inf)


def test_the_picture_is_one_with_a_mark_for_every_delay() -> None:
    svg = picture(chart(known(30, inf)))
    root = ElementTree.fromstring(svg)
    assert root.tag.endswith("svg")
    assert svg.count("<circle") == 3, "two monitors, and one in the legend"
    four = Chart("t", ("a", "b", "c", "d"), (1, 10), [("m", dict.fromkeys("abcd", 3.0))])
    assert picture(four).count("<path") == 4
    assert picture(four).count("<circle") == 2


@pytest.mark.parametrize("one", [FAIR, *HARMS, *HARMLESS], ids=lambda one: one.name)
def test_every_scenario_of_the_contest_is_a_shipped_one_and_drawn_anew_by_its_seed(one) -> None:
    first, second = one.seeded(1), one.seeded(2)
    assert first.name == one.name.split(",")[0]
    assert (first.seed, second.seed) == (1, 2)
    assert any(change.factor > 1 and change.rate.startswith("false") for change in first.changes) == (one in HARMS)
