"""Over `series_limit` the deepest, thinnest crossings fold; declared single attributes never."""

from dataclasses import replace

import numpy as np
import pytest

from monitor.exporting import catalogue as c
from monitor.exporting.budget import fold, series_per_subgroup
from monitor.exporting.collector import collected
from monitor.exporting.gate import gate_windows
from monitor.exporting.view import GroupView, ModelView
from monitor.judging.verdict import Verdict
from tests.exposing_metrics import populations
from tests.exposing_metrics.adversary import adversary

OF = populations.lattice(3, 2)
EACH = series_per_subgroup(metrics=5, windows=2, judged=5, evidence=5)


def drawn() -> dict[str, tuple[populations.Ints, populations.Ints]]:
    combinations, parts = populations.people(OF, np.random.default_rng(5), 20_000)
    return {"28d": (combinations, parts), "7d": (combinations, parts // 4)}


@pytest.fixture
def model() -> ModelView:
    return populations.model(populations.groups(OF, drawn()))


def limited(model: ModelView, subgroups: int) -> ModelView:
    return replace(model, series_limit=subgroups * EACH, drift={})


def test_statistics_of_drift_are_counted_where_there_are_any(model: ModelView) -> None:
    without, several = fold(replace(model, drift={}), other_series=0), fold(model, other_series=0)
    single = sum("__" not in group.attribute for group in model.groups)
    assert several.wanted - without.wanted == 3 * single  # psi with its limit, and adwin


def names(model: ModelView) -> set[tuple[str, str]]:
    return {(group.attribute, group.subgroup) for group in model.groups}


def test_series_are_counted_as_the_catalogue_makes_them(model: ModelView) -> None:
    verdicts = tuple(replace(said, verdict=Verdict.SUSPECT, still_needed=6) for said in model.verdicts[:5])
    one = replace(model, groups=model.groups[:1], verdicts=verdicts, min_cell=1, drift={})
    samples = collected(populations.view(one)).samples
    made = sum(len(found) for series, found in samples.items() if "subgroup" in series.labels)
    # Everyone has no gap to everyone else: 3 series a metric and window are never there.
    assert made == EACH - 3 * 5 * 2


def test_within_the_limit_nothing_folds(model: ModelView) -> None:
    folded = fold(limited(model, len(model.groups)), other_series=0)
    assert folded.model.groups == model.groups
    assert (folded.wanted, folded.suppressed) == (len(model.groups) * EACH, 0)


def test_the_thinnest_crossings_fold_and_their_counts_add_up(model: ModelView) -> None:
    folded = fold(limited(model, len(model.groups) - 10), other_series=0)
    gone = names(model) - names(folded.model)
    assert len(gone) == 10
    assert folded.suppressed == 10 * EACH
    sizes = {(g.attribute, g.subgroup): sum(g.inferences) for g in model.groups if "__" in g.attribute}
    assert max(sizes[one].bit_length() for one in gone) <= min(
        size.bit_length() for one, size in sizes.items() if one not in gone and one[1] != "other__other"
    )
    before, after = (
        sum(g.windows["28d"].n for g in one.groups if g.attribute == "a__b") for one in (model, folded.model)
    )
    assert before == after == 20_000


def test_declared_single_attributes_never_fold(model: ModelView) -> None:
    folded = fold(limited(model, 1), other_series=0)
    assert {name for name in names(folded.model) if "__" in name[0]} == {("a__b", "other__other")}
    assert {name for name in names(model) if "__" not in name[0]} <= names(folded.model)


def test_the_deepest_crossings_fold_first() -> None:
    of = populations.lattice(1, 1, 1, depth=2, also=(("a", "b", "c"),))
    combinations, parts = populations.people(of, np.random.default_rng(5), 5_000)
    model = populations.model(populations.groups(of, {"28d": (combinations, parts), "7d": (combinations, parts)}))
    folded = fold(limited(model, len(model.groups) - 20), other_series=0)
    assert {attribute for attribute, _ in names(model) - names(folded.model)} == {"a__b__c"}


def test_an_alert_is_never_folded_away(model: ModelView) -> None:
    harmed = next(said for said in model.verdicts if said.subgroup == "a1__b1" and said.metric == "error_rate")
    verdicts = tuple(
        replace(said, verdict=Verdict.DEGRADED if said is harmed else Verdict.HEALTHY) for said in model.verdicts
    )
    folded = fold(limited(replace(model, verdicts=verdicts), 1), other_series=0)
    left = {(said.subgroup, said.metric): said.verdict for said in folded.model.verdicts if said.attribute == "a__b"}
    assert set(left) == {("other__other", metric) for metric in model.metrics}
    assert [metric for (_, metric), verdict in left.items() if verdict is Verdict.DEGRADED] == ["error_rate"]


def test_the_budget_is_exported(model: ModelView) -> None:
    out = collected(populations.view(limited(model, len(model.groups) - 10)))
    (wanted,), (limit,), (suppressed,) = (
        [value for _, value in out.samples[series]] for series in (c.SERIES, c.SERIES_LIMIT, c.SERIES_SUPPRESSED)
    )
    assert limit == (len(model.groups) - 10) * EACH
    assert wanted - suppressed <= limit < wanted
    made = [series for series in out.samples if "model" in series.labels]
    assert sum(len(out.samples[series]) for series in made) <= limit + 1


def test_folding_lets_no_small_count_be_worked_out(model: ModelView) -> None:
    """The folded subgroup is gated like any other: what it says of its parts is a sum of withheld ones."""
    folded = fold(limited(model, len(model.groups) - 15), other_series=0).model
    shown = gate_windows(folded.groups, model.min_cell)
    told: dict[tuple[str, str], GroupView] = {(g.attribute, g.subgroup): g for g in folded.groups}
    by_name = dict(zip(told, shown, strict=True))
    hidden: dict[str, object] = {}
    kept = [by_name.get((one.attribute, one.slug), hidden) for one in OF.subgroups]
    # Of the folded subgroup itself the adversary reads nothing here; its members he must not get from the rest.
    kept = [hidden if one.slug == "other__other" else said for one, said in zip(OF.subgroups, kept, strict=True)]
    parts = {name: table for name, (_, table) in drawn().items()}
    assert adversary(OF, parts, kept).works_out(model.min_cell) == []  # type: ignore[arg-type]
