"""`may_act` and `blocked_by` are a table: one test a row, and each limit from both sides."""

from dataclasses import replace
from typing import Any, get_args

import pytest

from monitor.acting.records import A_PERSON_MAY_ACT, DATA_FAULTS, HARM_METRICS
from monitor.exporting.feed.blocks import STALE, TABLE, Block, Known, blocked_by
from monitor.exporting.feed.facts import Identity
from monitor.exporting.feed.standing import FeedModel
from monitor.exporting.view import ModelView, Tallied, WindowView
from monitor.judging.blame import Blame
from monitor.judging.metrics import METRICS
from monitor.judging.revision_facts import RevisionFacts
from monitor.judging.table import INCONCLUSIVE_REASONS
from monitor.judging.verdict import StreamVerdict, Verdict
from monitor.service.doubts import STALE_FLAGS
from tests.telling_the_controller.worlds import COUNTS, NOW_MS, model, said, with_revision

HARM = Known(
    verdict=Verdict.DEGRADED,
    metric="false_negative_rate",
    blame=Blame("revision", "concurrent", ""),
    reasons=frozenset(),
    window_is_exact=True,
    label_maturity=0.9,
    maturity=0.9,
    labels_moved=False,
    late_share=0.1,
    min_cell=11,
    cases=11,
    samples=11,
    former_samples=11,
    is_attributed=True,
    timing_may_act=False,
    mode="auto",
)
TIMING = Blame("revision", "timing", "")


def reasons(*names: str) -> dict[str, Any]:
    return {"reasons": frozenset(names)}


ROWS: list[tuple[str, dict[str, Any], tuple[Block, ...]]] = [
    ("nothing at all", {}, ()),
    ("only suspected", {"verdict": Verdict.SUSPECT, "blame": None}, ("verdict",)),
    ("healthy", {"verdict": Verdict.HEALTHY, "blame": None}, ("verdict",)),
    ("labels have stopped", reasons("labels_stopped"), ("stale",)),
    ("the log is out of reach", reasons("source_unreachable"), ("stale",)),
    ("outcomes are old", reasons("outcomes_old"), ("stale",)),
    ("it lags", reasons("lag"), ("stale",)),
    ("records are missing", reasons("gap"), ("stale", "inexact")),
    ("it rebuilds", reasons("rebuilding"), ("stale", "inexact")),
    ("the published window has a flag", {"window_is_exact": False}, ("inexact",)),
    ("late after idle", reasons("late_after_idle"), ("inexact",)),
    ("evidence began anew", reasons("evidence_restarted"), ("inexact",)),
    ("a flag nobody knows here", reasons("struck_by_lightning"), ("inexact",)),
    ("other settings", reasons("config_changed"), ("inexact", "rule_change")),
    ("labels are missing", {"maturity": 0.899}, ("immature",)),
    ("labels come otherwise", {"labels_moved": True}, ("immature",)),
    ("one label comes late", {"late_share": 0.101}, ("immature",)),
    ("no label at all", {"late_share": None}, ("immature",)),
    ("outcomes find no inference", reasons("unpaired"), ("immature",)),
    ("maturity is not known", {"maturity": None}, ()),
    ("few cases", {"cases": 10}, ("small",)),
    ("few samples", {"samples": 10}, ("small",)),
    ("few of the former revision", {"former_samples": 10}, ("small",)),
    ("no window", {"cases": None, "samples": None}, ("small",)),
    ("no case, and no smallest count", {"cases": 0, "min_cell": 0}, ("small",)),
    ("nobody was treated wrongly", {"metric": "selection_rate"}, ("not_harm_metric",)),
    ("it is not known what served", {"is_attributed": False}, ("unattributed",)),
    ("the population", {"blame": Blame("population", None, "")}, ("population",)),
    ("the revision and more", {"blame": Blame("mixed", None, "")}, ("mixed",)),
    ("nobody knows", {"blame": Blame("unknown", None, "")}, ("unknown",)),
    ("no blame came", {"blame": None}, ("unknown",)),
    ("timing alone", {"blame": TIMING}, ("no_control",)),
    ("timing alone, and that is enough", {"blame": TIMING, "timing_may_act": True}, ()),
    ("blame on a revision by nothing", {"blame": Blame("revision", None, "")}, ("no_control",)),
    *((f"mode {mode}", {"mode": mode}, ("mode",)) for mode in ("observe", "shadow", "approve")),
]


@pytest.mark.parametrize(("changed", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_a_row_blocks_and_no_other_one(changed: dict[str, Any], expected: tuple[Block, ...]) -> None:
    assert blocked_by(replace(HARM, **changed)) == expected


def test_the_list_is_closed_and_every_row_was_tried() -> None:
    names = [name for name, _ in TABLE]
    assert names == list(get_args(Block))
    assert {block for _, _, blocks in ROWS for block in blocks} == set(names)


def test_everything_that_holds_is_named() -> None:
    worst = replace(HARM, reasons=frozenset({"gap", "config_changed"}), cases=0, is_attributed=False, mode="observe")
    assert blocked_by(worst) == ("stale", "inexact", "small", "unattributed", "mode", "rule_change")


def test_the_controller_knows_every_word() -> None:
    said_of_data = {"stale", "inexact", "immature", "small", "unattributed", "rule_change"}
    assert said_of_data == DATA_FAULTS
    assert set(A_PERSON_MAY_ACT) <= set(get_args(Block))
    harms = {name for name, metric in METRICS.items() if not blocked_by(replace(HARM, metric=name))}
    assert harms == set(HARM_METRICS)


def test_every_reason_to_be_stale_is_one_here() -> None:
    assert {*STALE_FLAGS, "source_unreachable", "lag", "inferences_old", "outcomes_old", "labels_stopped"} == STALE


@pytest.mark.parametrize("reason", INCONCLUSIVE_REASONS)
def test_why_it_is_inconclusive_says_nothing_of_counts(reason: str) -> None:
    inconclusive = replace(HARM, verdict=Verdict.INCONCLUSIVE, blame=None, reasons=frozenset({reason}))
    assert blocked_by(inconclusive) == ("verdict",)


# The same from a view: where each number is looked up.


def blocks(view: ModelView, stream: StreamVerdict | None = None) -> tuple[Block, ...]:
    assert view.for_feed is not None
    return FeedModel(view, view.for_feed).blocked_by(stream or view.verdicts[0])


def identified(**changed: Any) -> ModelView:
    known = {"model_digests": ("sha256:1",), "pod_template_hashes": ("7d9f8",), **changed}
    return model(facts={"revisions": with_revision("r2", lambda one: replace(one, identity=Identity(**known)))})


def compared_with(samples: int) -> ModelView:
    """r1 does not serve any more; it had so many cases before."""
    facts = RevisionFacts(former_samples={("sex", "female", "false_negative_rate"): samples})
    gone = replace(COUNTS, n=0, n_predicted_positive=0, tp=0, fp=0, tn=0, fn=0)
    return model(former=gone, facts={"revisions": with_revision("r2", lambda one: replace(one, facts=facts))})


def beside(verdict: Verdict, **changed: Any) -> ModelView:
    """A verdict on how labels arrive stands beside."""
    labels = said(metric="label_completeness", verdict=verdict, blame=None, **changed)
    return model(said(), labels)


def late(negatives: int, positives: int) -> tuple[Tallied, Tallied]:
    """So many stand as late, and as many more were taken back."""
    return Tallied(2 * negatives, negatives), Tallied(2 * positives, positives)


VIEWS: list[tuple[str, ModelView, tuple[Block, ...]]] = [
    ("it may be acted on", model(), ()),
    ("its window has a flag", model(windows=(WindowView("28d", NOW_MS - 7, NOW_MS, exact=False),)), ("inexact",)),
    ("eleven were missed", model(women=replace(COUNTS, fn=11)), ()),
    ("ten were missed", model(women=replace(COUNTS, fn=10)), ("small",)),
    ("the former one had eleven", compared_with(11), ()),
    ("the former one had ten", compared_with(10), ("small",)),
    ("the former one serves beside", model(former=replace(COUNTS, tp=11, fn=0)), ()),
    ("and is small", model(former=replace(COUNTS, tp=5, fn=5)), ("small",)),
    ("two templates of one model", identified(pod_template_hashes=("7d9f8", "5c6b4")), ()),
    ("two models under one name", identified(model_digests=("sha256:1", "sha256:2")), ("unattributed",)),
    ("no model", identified(model_digests=()), ("unattributed",)),
    ("no template", identified(pod_template_hashes=()), ("unattributed",)),
    ("some say nothing", identified(is_incomplete=True), ("unattributed",)),
    ("nobody knows the revision", model(facts={"revisions": {}}), ("unattributed",)),
    ("a tenth of the positives come late", model(labels_late=late(0, 300)), ()),
    ("more of the positives do", model(labels_late=late(0, 301)), ("immature",)),
    ("more of the negatives do", model(labels_late=late(401, 0)), ("immature",)),
    ("no outcome at all", model(facts={"labels": (0, 0)}), ("immature",)),
    ("her labels are suspected", beside(Verdict.SUSPECT), ("immature",)),
    ("her labels are fine", beside(Verdict.STALE), ()),
    ("his labels are suspected", beside(Verdict.SUSPECT, subgroup="male"), ()),
    ("all labels are suspected", beside(Verdict.SUSPECT, attribute="overall", subgroup="overall"), ("immature",)),
    ("those of the former revision are", beside(Verdict.SUSPECT, revision="r1"), ("immature",)),
    ("timing is enough, as set", model(said(blame=TIMING), facts={"timing_may_act": True}), ()),
    ("timing is not", model(said(blame=TIMING)), ("no_control",)),
    ("shadow", model(mode="shadow"), ("mode",)),
    ("before any window", model(windows=()), ("inexact", "small")),
]


@pytest.mark.parametrize(("view", "expected"), [row[1:] for row in VIEWS], ids=[row[0] for row in VIEWS])
def test_a_view_is_blocked_by_what_it_holds(view: ModelView, expected: tuple[Block, ...]) -> None:
    assert blocks(view) == expected


def test_without_a_limit_that_was_set_every_label_must_be_there_in_time() -> None:
    assert blocks(model(limits={}, labels_late=late(1, 0))) == ("immature",)
