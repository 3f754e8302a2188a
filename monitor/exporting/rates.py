"""Published rates: cases and samples of each metric, from gated counts. Detectors never read these.

Way of an event: step 9, between `gate` and everything that shows a rate. Pure.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from monitor.exporting.gate import GatedCounts
from monitor.exporting.small import is_small
from monitor.judging.intervals import newcombe, wilson
from monitor.judging.metrics import CALIBRATION, METRICS, Kind


class Cases(NamedTuple):
    """`k` harmful (or selected) of `n`."""

    k: int
    n: int


class Estimate(NamedTuple):
    """A share or a difference of shares, with 95 % limits."""

    value: float
    lower: float
    upper: float


_FIELDS: Final[Mapping[Kind, str]] = {
    Kind.TRUE_POSITIVE: "tp",
    Kind.FALSE_POSITIVE: "fp",
    Kind.TRUE_NEGATIVE: "tn",
    Kind.FALSE_NEGATIVE: "fn",
    Kind.FLAGGED: "n_predicted_positive",
    Kind.NOT_FLAGGED: "n_predicted_negative",
}

RATES: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    name: (tuple(_FIELDS[kind] for kind in metric.harmful), tuple(_FIELDS[kind] for kind in metric.counted))
    for name, metric in METRICS.items()
    if set(metric.counted) <= set(_FIELDS)
} | {
    "label_prevalence": (("tp", "fn"), ("tp", "fp", "tn", "fn")),
    "label_completeness": (("tp", "fp", "tn", "fn"), ("n",)),
}
"""Metric -> the counts that are its cases, and those that are its samples: as `judging` counts them.

The two metrics of labels are judged bin by bin; people are shown the plain shares. Audited outcomes are not counted
apart in windows: `false_omission_rate` has verdicts and no published rate.
"""


def cases(metric: str, counts: GatedCounts) -> Cases | None:
    """Cases and samples of a metric; None if withheld, or without a published rate.

    >>> cases("false_negative_rate", GatedCounts(tp=60, fn=20))
    Cases(k=20, n=80)
    >>> cases("error_rate", GatedCounts(tp=60, fn=20)) is None
    True
    """
    if metric not in RATES:
        return None
    harmful, counted = RATES[metric]
    samples = [getattr(counts, name) for name in counted]
    if None in samples:
        return None
    return Cases(sum(getattr(counts, name) for name in harmful), sum(samples))


def shows_evidence(metric: str, counts: GatedCounts) -> bool:
    """Whether evidence may show: it moves with every single case, so it shows only where the cases do.

    Calibration has no published rate: its cases are all that are labelled.

    >>> counts = GatedCounts(n=95, n_predicted_positive=40, tp=60, fn=20, fp=15)
    >>> shows_evidence("false_negative_rate", counts), shows_evidence("calibration", counts)
    (True, False)
    """
    return counts.n_labelled is not None if metric == CALIBRATION else cases(metric, counts) is not None


def rate(found: Cases) -> Estimate | None:
    """The rate with its 95 % Wilson limits; None without samples.

    >>> [round(one, 3) for one in rate(Cases(20, 80))]
    [0.25, 0.168, 0.355]

    References
    ----------
    Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
    """
    return Estimate(found.k / found.n, *wilson(found.k, found.n)) if found.n else None


def gap(found: Cases, everyone: Cases, min_cell: int) -> Estimate | None:
    """The rate minus that of everyone else, with its 95 % limits; None if either has no samples or is small.

    >>> [round(one, 4) for one in gap(Cases(56, 70), Cases(56 + 48, 70 + 80), min_cell=11)]
    [0.2, 0.0524, 0.3339]
    >>> gap(Cases(20, 80), Cases(25, 95), min_cell=11) is None
    True

    References
    ----------
    Newcombe, "Interval estimation for the difference between independent proportions", Stat. Med. 17 (1998), method 10.
    """
    rest = Cases(everyone.k - found.k, everyone.n - found.n)
    if not found.n or rest.n <= 0 or is_small(rest.k, min_cell) or is_small(rest.n - rest.k, min_cell):
        return None
    return Estimate(found.k / found.n - rest.k / rest.n, *newcombe(found.k, found.n, rest.k, rest.n))
