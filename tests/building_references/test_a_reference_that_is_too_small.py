"""Too few cases: INCONCLUSIVE, with what is still needed, everywhere a person looks; exactly where the owner looks."""

import json
from pathlib import Path

import numpy as np
import pytest

from monitor.exporting.explaining import sentences
from monitor.exporting.exposition import render
from monitor.exporting.status import status
from monitor.exporting.view import View
from monitor.judging.judge import Judge
from monitor.judging.reference import Reference
from monitor.judging.reference_file import read_reference, write_reference
from monitor.judging.reference_told import told
from monitor.judging.verdict import Verdict
from tests.commands_to_their_end.streams import here, write_settings
from tests.commands_to_their_end.streams import told as result_of
from tests.exposing_metrics import populations
from tests.judging_evidence.worlds import CODING, LATTICE, USUAL, F, M, Pane, everyone, judged, people, rules, said

FEW = people(fn=1, tp=1, fp=10, tn=40)
"""Two positives a day and bin."""


def reference(positive_days: int) -> Reference:
    """28 days in which women have positives on so many days only: four a day."""
    none = people(fn=0, tp=0, fp=10, tn=40)

    def pane_of(pane: int) -> Pane:
        return {("r1", F): FEW if pane < positive_days else none, ("r1", M): USUAL}

    # Rates of few events keep the rule waiting for its 56th day.
    return judged(Judge(rules(), LATTICE, None), pane_of, range(1, 60)).reference


@pytest.mark.parametrize(("days", "needed"), [(0, 10), (1, 6), (2, 2), (3, None)])
def test_the_number_that_is_missing_is_told(days: int, needed: int | None) -> None:
    given = reference(days)
    judge = Judge(rules(), LATTICE, read_reference(write_reference(given, CODING), CODING))
    judged(judge, lambda pane: {} if pane < 100 else everyone(USUAL), range(100, 130))
    (stream,) = said(judge, 130)
    assert stream.still_needed == needed
    assert (stream.reasons == ("reference_too_small",)) == (needed is not None)
    assert stream.verdict == (Verdict.INCONCLUSIVE if needed is not None else stream.verdict)
    (row,) = (
        one
        for one in told(rules(), LATTICE, given).streams
        if (one.subgroup, one.metric) == ("f", "false_negative_rate")
    )
    assert (row.samples, row.still_needed) == (4 * days, needed or 0)


@pytest.fixture(scope="module")
def view() -> View:
    """Every subgroup shown; streams that are INCONCLUSIVE lack six cases of reference."""
    of = populations.lattice(3, 2)
    combinations, parts = populations.people(of, np.random.default_rng(5), 20_000)
    return populations.view(populations.model(populations.groups(of, {"28d": (combinations, parts)})))


def test_what_everybody_may_see_is_rounded_up(view: View) -> None:
    # Six that are missing of ten would say that four people were counted.
    body = render(view, "text/plain")[0].decode()
    values = {line.rsplit(" ", 1)[1] for line in body.splitlines() if line.startswith("fairdrift_reference_needed")}
    assert values == {"10.0"} or values == {"10"}
    streams = status(view)["models"]["readmission"]["streams"]
    assert {one["reference_needs"] for one in streams} == {None, 10}
    assert all((one["reference_needs"] == 10) == (one["verdict"] == "INCONCLUSIVE") for one in streams)


def test_explain_says_it(view: View) -> None:
    (stream, *_) = (s for s in status(view)["models"]["readmission"]["streams"] if s["verdict"] == "INCONCLUSIVE")
    text = " ".join(sentences(stream | {"reasons": ["reference_too_small"]}, {}))
    assert "too few cases of this kind in this subgroup" in text
    assert "Up to 10 more cases are needed; `fairdrift reference show` has exact numbers." in text


def settings(folder: Path) -> Path:
    """Settings with a reference in which women have two positive labels."""
    cells = [
        {"values": [sex], "age_bin": 0, "predicted": p, "actual": a, "n": n}
        for sex, counts in (("female", (2, 30)), ("male", (200, 300)))
        for (p, a), n in zip(((1, 1), (0, 0)), counts, strict=True)
    ]
    edges = [0, *(day * 86_400_000 for day in range(1, 6))]
    file = {
        "form": "fairdrift-reference/1",
        "model": "readmission",
        "source": "audit",
        "start_ms": 0,
        "end_ms": 28 * 86_400_000,
        "edges_ms": edges,
        "attributes": ["sex"],
        "cells": cells,
    }
    (folder / "r.json").write_text(json.dumps(file))
    given = f"mode: observe\n    reference: {{{{file: {folder / 'r.json'}}}}}"
    return write_settings(folder / "s.yaml", ("mode: observe", given))


def test_check_and_show_name_the_stream_and_the_exact_number(tmp_path: Path) -> None:
    path = settings(tmp_path)
    done = here("check", "--settings", path)
    sentence = "sex=female, false_negative_rate: INCONCLUSIVE until the reference has 8 more cases; it has 2"
    assert sentence in " ".join(done.stdout.split())
    shown = result_of(
        here("reference", "show", tmp_path / "r.json", "--settings", path, "--output", "json"), "reference show"
    )
    lacking = {(one["subgroup"], one["metric"]): one["still_needed"] for one in shown["streams"]}
    assert lacking["female", "false_negative_rate"] == 8
    assert lacking["male", "false_negative_rate"] == 0
    assert shown["panes"] is None


def test_a_table_says_that_sums_alone_hide_seasons(tmp_path: Path) -> None:
    path = settings(tmp_path)
    done = here("reference", "show", tmp_path / "r.json", "--settings", path)
    assert "without panes nobody can tell a season" in " ".join(done.stdout.split())
