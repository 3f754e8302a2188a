"""Statistics of drift that may be shown: of subgroups whose numbers are, and no finer than people need them.

Way of an event: step 9, between `gate` and whoever shows them. Pure.
"""

from typing import Any

from monitor.exporting.gate import GatedGroup
from monitor.exporting.small import is_small
from monitor.exporting.view import ModelView
from monitor.judging.annotating.drift import DriftScore

_DIGITS = 3

WORDS = {
    "psi": "population stability index of the scores",
    "ks": "largest difference of the distributions of scores",
    "mix": "chi-square of this group's share among all",
    "ece": "expected calibration error against the reference",
    "adwin": "ADWIN fired, times in 28 steps",
    "page_hinkley": "Page-Hinkley fired, times in 28 steps",
}
"""What each is, for people."""


def drift_shown(model: ModelView, group: GatedGroup) -> tuple[DriftScore, ...]:
    """What may be shown of one subgroup.

    It shows only where the inferences of a window do and it rests on no small number, in three significant digits,
    from which no count can be told.
    """
    if all(counts.n is None for counts in group.windows.values()):
        return ()
    scores = model.drift.get((group.revision, group.attribute, group.subgroup), ())
    return tuple(_rounded(one) for one in scores if not is_small(one.samples, model.min_cell))


def drift_record(score: DriftScore) -> dict[str, Any]:
    """One of them for programs; without what it has not.

    >>> drift_record(DriftScore("psi", 0.12, 4000, limit=0.01))
    {'detector': 'psi', 'value': 0.12, 'limit': 0.01}
    """
    known = {"limit": score.limit, "lower": score.lower, "upper": score.upper}
    return {"detector": score.detector, "value": score.value} | {k: v for k, v in known.items() if v is not None}


def _rounded(score: DriftScore) -> DriftScore:
    """Counts of samples go, numbers are cut.

    >>> _rounded(DriftScore("ks", 0.123456, 4000))
    DriftScore(detector='ks', value=0.123, samples=0, limit=None, lower=None, upper=None)
    """
    limits = (_cut(one) for one in (score.limit, score.lower, score.upper))
    return DriftScore(score.detector, float(_cut(score.value) or 0.0), 0, *limits)


def _cut(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.{_DIGITS}g}")
