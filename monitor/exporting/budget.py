"""The series budget: over it the deepest, thinnest crossings fold into their crossing's ``other`` subgroup.

Way of an event: step 9, before `gate`. Pure. Single attributes and everyone never fold; counts of folded subgroups add
up, and the worst verdict among them stands for all: an alert is never folded away.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Final

from monitor.counting.lattice import CROSS
from monitor.exporting.catalogue import CATALOGUE, DRIFT_SCORE
from monitor.exporting.view import GroupView, ModelView, WindowCounts
from monitor.judging.verdict import StreamVerdict, Verdict
from monitor.vocabulary import OTHER

_VALUES_OF: Final = {"model": 1, "attribute": 1, "subgroup": 1, "revision": 1, "actual": 2, "predicted": 2, "scope": 2}
Stream = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Folded:
    """A model within its budget: series it would have had (`wanted`), and how many of them were folded away."""

    model: ModelView
    wanted: int
    suppressed: int


def series_per_subgroup(metrics: int, windows: int, judged: int, evidence: int) -> int:
    """Most series of one subgroup of one revision, from the labels in the catalogue.

    `metrics` have rates in windows, `judged` ones a verdict: those of labels, too. `evidence` is the number of pairs of
    a metric and a detector that runs on it.

    >>> series_per_subgroup(metrics=5, windows=2, judged=7, evidence=7)
    175
    """
    sizes = {**_VALUES_OF, "state": len(Verdict), "window": windows}
    total = 0
    for series in CATALOGUE:
        if series is DRIFT_SCORE:
            continue  # crossings, which alone can fold, have none: `fold` counts those that there are
        if "detector" in series.labels:
            total += evidence if "subgroup" in series.labels else 0
        elif "subgroup" in series.labels:
            size = 1
            for label in series.labels:
                size *= (metrics if "window" in series.labels else judged) if label == "metric" else sizes[label]
            total += size
    return total


def pairs(thresholds: Mapping[tuple[str, str, str, str], float]) -> int:
    """Pairs of a metric and a detector that runs on it, from the evidence that levels ask for.

    >>> pairs({("sex", "error_rate", "gap", "watch"): 8.0, ("race", "error_rate", "gap", "watch"): 8.5})
    1
    """
    return len({(metric, detector) for _, metric, detector, _ in thresholds})


def fold(model: ModelView, other_series: int) -> Folded:
    """The model within its `series_limit`.

    Parameters
    ----------
    other_series
        Series of the model that belong to no subgroup; they count, and never fold.
    """
    judged = {said.metric for said in model.verdicts} | set(model.metrics)
    evidence = max(len(judged), pairs(model.evidence_thresholds))
    each = series_per_subgroup(len(model.metrics), len(model.windows), len(judged), evidence)
    each *= max(1, len(model.revisions))
    subgroups = _thinnest_first(model.groups)
    drift = sum(len(scores) + any(one.detector == "psi" for one in scores) for scores in model.drift.values())
    wanted = other_series + drift + each * len({(group.attribute, group.subgroup) for group in model.groups})
    excess = wanted - model.series_limit
    away = subgroups[: max(0, -(-excess // each))]
    if not away:
        return Folded(model, wanted, 0)
    into = {(attribute, subgroup): _other(attribute) for attribute, subgroup in away}
    return Folded(
        replace(model, groups=_groups(model.groups, into), verdicts=_verdicts(model.verdicts, into)),
        wanted,
        each * len(away),
    )


def _other(attribute: str) -> str:
    return CROSS.join([OTHER] * len(attribute.split(CROSS)))


def _thinnest_first(groups: Sequence[GroupView]) -> list[Stream]:
    """Crossings that may fold. Thinness counts doublings, so that two of a size do not swap places at every scrape."""
    totals: Counter[Stream] = Counter()
    for group in groups:
        if CROSS in group.attribute and group.subgroup != _other(group.attribute):
            totals[group.attribute, group.subgroup] += sum(group.inferences)
    return sorted(totals, key=lambda stream: (-stream[0].count(CROSS), totals[stream].bit_length()))


def _groups(groups: Sequence[GroupView], into: Mapping[Stream, str]) -> tuple[GroupView, ...]:
    kept: dict[tuple[str, str, str], GroupView] = {}
    for group in groups:
        name = into.get((group.attribute, group.subgroup), group.subgroup)
        known = kept.get((group.revision, group.attribute, name))
        kept[group.revision, group.attribute, name] = (
            replace(group, subgroup=name) if known is None else _added(known, group)
        )
    return tuple(kept.values())


def _added(one: GroupView, more: GroupView) -> GroupView:
    return replace(
        one,
        windows={name: _added_counts(counts, more.windows[name]) for name, counts in one.windows.items()},
        inferences=_added2(one.inferences, more.inferences),
        inferences_retracted=_added2(one.inferences_retracted, more.inferences_retracted),
        labelled=_added4(one.labelled, more.labelled),
        retracted=_added4(one.retracted, more.retracted),
    )


def _added2(a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
    return a[0] + b[0], a[1] + b[1]


def _added4(a: tuple[int, int, int, int], b: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    return a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3]


def _added_counts(a: WindowCounts, b: WindowCounts) -> WindowCounts:
    return WindowCounts(*(getattr(a, field.name) + getattr(b, field.name) for field in fields(WindowCounts)))


def _verdicts(verdicts: Sequence[StreamVerdict], into: Mapping[Stream, str]) -> tuple[StreamVerdict, ...]:
    kept: dict[tuple[str, str, str, str], StreamVerdict] = {}
    for said in verdicts:
        name = into.get((said.attribute, said.subgroup), said.subgroup)
        key = (said.revision, said.attribute, name, said.metric)
        known = kept.get(key)
        if known is None or said.verdict > known.verdict:
            kept[key] = replace(said, subgroup=name)
    return tuple(kept.values())
