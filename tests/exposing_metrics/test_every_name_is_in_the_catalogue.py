"""Names, labels and help are written once: what is scraped, the catalogue and docs/metrics.md agree."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
from prometheus_client.exposition import generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as generate_open
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_open
from prometheus_client.parser import text_string_to_metric_families as parse

from monitor.exporting.catalogue import CATALOGUE
from monitor.exporting.catalogue_page import COMMAND, page
from monitor.exporting.collector import ViewCollector, collected
from monitor.exporting.exposition import render, text
from monitor.exporting.view import View
from tests.exposing_metrics import populations

DOCS = Path(__file__).parents[2] / "docs" / "metrics.md"

# What Prometheus 2.42 sends.
OPEN = (
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
)


@pytest.fixture(scope="module")
def view() -> View:
    """A view in which every series of the catalogue has a sample."""
    of = populations.lattice(3, 2)
    combinations, parts = populations.people(of, np.random.default_rng(5), 20_000)
    # Many of everything in one cell: the explained ones show, too.
    parts[0] += 5_000
    shown = populations.groups(of, {"28d": (combinations, parts), "7d": (combinations, parts // 4)})
    return populations.view(populations.model(shown))


def test_what_is_scraped_is_the_catalogue(view: View) -> None:
    body, _ = render(view, "text/plain")
    families = {family.name: family for family in parse(body.decode())}
    assert len(families) == len(CATALOGUE)
    for series in CATALOGUE:
        family = families[series.name.removesuffix("_total")]
        assert (family.type, family.documentation) == (series.kind, series.help)
        assert family.samples, f"{series.name} has no sample"
        for sample in family.samples:
            allowed = {*series.labels, "le"} if sample.name.endswith("_bucket") else {*series.labels}
            assert set(sample.labels) == allowed


def test_every_published_rate_has_its_series(view: View) -> None:
    body, _ = render(view, "text/plain")
    (rates,) = (family for family in parse(body.decode()) if family.name == "fairdrift_rate_ratio")
    assert {sample.labels["metric"] for sample in rates.samples} == set(populations.METRICS)


def test_docs_metrics_is_the_catalogue() -> None:
    assert DOCS.read_text(encoding="utf-8") == page(), f"renew it: {COMMAND}"


def test_names_are_unique_and_end_in_what_they_are() -> None:
    assert len({series.name for series in CATALOGUE}) == len(CATALOGUE)
    for series in CATALOGUE:
        assert series.name.startswith("fairdrift_")
        assert series.name.endswith("_total") == (series.kind == "counter")
        assert not {"job", "instance", "namespace", "pod", "le"} & set(series.labels)


def test_promtool_finds_nothing(view: View, promtool: Path) -> None:
    body, _ = render(view, "")
    checked = subprocess.run([promtool, "check", "metrics"], check=False, input=body, capture_output=True)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, b"", b"")


def test_our_text_is_the_library_s_to_the_byte(view: View) -> None:
    out = collected(view)
    assert text(out, is_open=False) == generate_latest(ViewCollector(out))  # type: ignore[arg-type]
    assert text(out, is_open=True) == generate_open(ViewCollector(out))


def test_a_view_of_nothing_is_the_library_s_to_the_byte_as_well() -> None:
    out = collected(View(published_ms=0))
    assert text(out, is_open=False) == generate_latest(ViewCollector(out))  # type: ignore[arg-type]
    assert text(out, is_open=True) == generate_open(ViewCollector(out))


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("", "text/plain; version=0.0.4; charset=utf-8"),
        ("*/*", "text/plain; version=0.0.4; charset=utf-8"),
        ("text/plain;version=0.0.4", "text/plain; version=0.0.4; charset=utf-8"),
        (OPEN, "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores"),
    ],
)
def test_the_format_is_the_one_asked_for(view: View, accept: str, content_type: str) -> None:
    body, given = render(view, accept)
    assert given == content_type
    assert body.endswith(b"# EOF\n") == content_type.startswith("application/openmetrics-text")


@pytest.mark.parametrize("escaping", ["dots", "values"])
def test_a_scraper_that_wants_names_escaped_gets_them_from_the_library(view: View, escaping: str) -> None:
    body, given = render(view, f"application/openmetrics-text;version=1.0.0;escaping={escaping}")
    assert given.endswith(f"escaping={escaping}")
    assert body.endswith(b"# EOF\n")


def test_open_metrics_parses_and_no_series_is_doubled_by_its_birth(view: View) -> None:
    body, _ = render(view, OPEN)
    families = list(parse_open(body.decode()))
    assert len(families) == len(CATALOGUE)
    assert b"_created" not in body


HOSTILE = 'a"b\\c\nfairdrift_forged{x="1"} 1\n\u202e\N{PILE OF POO}'


def test_a_hostile_label_value_forges_no_line() -> None:
    """B10: quotes, newlines, right-to-left marks; the topic's name is text of the operator, the reason is ours."""
    view = View(published_ms=0, version=HOSTILE, heartbeats_ms={HOSTILE: 1})
    for accept, read in (("text/plain", parse), (OPEN, parse_open)):
        body, _ = render(view, accept)
        families = {family.name: family for family in read(body.decode())}
        assert "fairdrift_forged" not in families
        assert families["fairdrift_build_info"].samples[0].labels == {"version": HOSTILE}


def test_declared_series_exist_before_the_first_event() -> None:
    """P3: a subgroup that is first seen shows no new series of its totals."""
    of = populations.lattice(3, 2)
    nobody = (np.arange(of.coding.size), np.zeros((of.coding.size, 7), np.int64))
    somebody = populations.people(of, np.random.default_rng(5), 20_000)
    seen = [
        {
            line.rpartition(" ")[0]
            for line in text(collected(populations.view(populations.model(shown))), is_open=False).decode().splitlines()
            if "_total{" in line or line.startswith("fairdrift_verdict")
        }
        for shown in (populations.groups(of, {"28d": counted}) for counted in (nobody, somebody))
    ]
    assert seen[0] == seen[1]
    assert any('subgroup="a0__unknown"' in line for line in seen[0])
