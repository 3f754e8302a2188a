"""Published rates: cases and samples of each metric, from gated counts. Detectors never read these.

Way of an event: step 9, between `gate` and everything that shows a rate. Pure.
"""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from monitor.exporting.gate import GatedCounts, is_small
from monitor.judging.intervals import newcombe, wilson


class Cases(NamedTuple):
    """`k` harmful (or selected) of `n`."""

    k: int
    n: int


class Estimate(NamedTuple):
    """A share or a difference of shares, with 95 % limits."""

    value: float
    lower: float
    upper: float


_Count = int | None


def _of(k: _Count, n: _Count) -> Cases | None:
    return None if k is None or n is None else Cases(k, n)


def _plus(a: _Count, b: _Count) -> _Count:
    return None if a is None or b is None else a + b


RATES: Final[Mapping[str, Callable[[GatedCounts], Cases | None]]] = {
    "false_negative_rate": lambda c: _of(c.fn, _plus(c.tp, c.fn)),
    "false_positive_rate": lambda c: _of(c.fp, _plus(c.fp, c.tn)),
    "error_rate": lambda c: _of(_plus(c.fp, c.fn), c.n_labelled),
    "false_discovery_rate": lambda c: _of(c.fp, _plus(c.tp, c.fp)),
    "selection_rate": lambda c: _of(c.n_predicted_positive, c.n),
}
"""Metric -> its cases and samples; None if a part of them is withheld."""


def cases(metric: str, counts: GatedCounts) -> Cases | None:
    """Cases and samples of a metric; None if withheld. KeyError for a metric without a published rate.

    >>> cases("false_negative_rate", GatedCounts(tp=60, fn=20))
    Cases(k=20, n=80)
    >>> cases("error_rate", GatedCounts(tp=60, fn=20)) is None
    True
    """
    return RATES[metric](counts)


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

    >>> [round(one, 3) for one in gap(Cases(20, 80), Cases(120, 1_080), min_cell=11)]
    [0.15, 0.067, 0.256]
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
