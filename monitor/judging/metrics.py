"""The metrics: which cells they count, which of those are harmful, and what an alarm of theirs may lead to.

Way of an event: step 7 reads cells through this table; settings ask it for names. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Literal

Role = Literal["rollback", "page", "watch"]


class Kind(IntEnum):
    """What a cell counts: inferences alone, or labelled predictions, by prediction and label."""

    NOT_FLAGGED = 0
    TRUE_NEGATIVE = 1
    FALSE_NEGATIVE = 2
    FLAGGED = 3
    FALSE_POSITIVE = 4
    TRUE_POSITIVE = 5


_LABELLED: Final = (Kind.TRUE_NEGATIVE, Kind.FALSE_NEGATIVE, Kind.FALSE_POSITIVE, Kind.TRUE_POSITIVE)


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric.

    Parameters
    ----------
    role
        `rollback`: may page and, with blame, roll back; `page`: may page; `watch`: never more than SUSPECT.
    counted
        Kinds of cells in n.
    harmful
        Those of them with x = 1.
    two_sided
        Watched for a fall, too: two mirrored streams with half the weight each.
    """

    role: Role
    counted: tuple[Kind, ...]
    harmful: tuple[Kind, ...]
    two_sided: bool = False

    @property
    def is_labelled(self) -> bool:
        """Whether it waits for labels; if not, it is ripe at the end of its pane."""
        return self.counted[0] in _LABELLED

    @property
    def may_page(self) -> bool:
        """Whether it can be DEGRADED."""
        return self.role != "watch"


METRICS: Final[Mapping[str, Metric]] = {
    "false_negative_rate": Metric("rollback", (Kind.FALSE_NEGATIVE, Kind.TRUE_POSITIVE), (Kind.FALSE_NEGATIVE,)),
    "false_positive_rate": Metric("rollback", (Kind.TRUE_NEGATIVE, Kind.FALSE_POSITIVE), (Kind.FALSE_POSITIVE,)),
    "false_discovery_rate": Metric("page", (Kind.FALSE_POSITIVE, Kind.TRUE_POSITIVE), (Kind.FALSE_POSITIVE,)),
    "error_rate": Metric("watch", _LABELLED, (Kind.FALSE_NEGATIVE, Kind.FALSE_POSITIVE)),
    "selection_rate": Metric("watch", (Kind.NOT_FLAGGED, Kind.FLAGGED), (Kind.FLAGGED,), two_sided=True),
}
"""Name -> metric.

>>> METRICS["error_rate"].may_page, METRICS["selection_rate"].is_labelled
(False, False)
"""

LATER: Final = ("false_omission_rate", "label_prevalence", "label_completeness", "calibration")
"""Metrics of the design that this version does not judge; settings refuse them with a sentence."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A metric watched in one direction: a rate that is bad when low is watched as its complement.

    >>> [(rate.metric, rate.is_complement) for rate in rates_of(("selection_rate",))]
    [('selection_rate', False), ('selection_rate', True)]
    """

    metric: str
    counted: tuple[Kind, ...]
    harmful: tuple[Kind, ...]
    is_complement: bool = False

    @property
    def is_labelled(self) -> bool:
        """Whether it waits for labels."""
        return METRICS[self.metric].is_labelled


def rates_of(metrics: tuple[str, ...]) -> tuple[Rate, ...]:
    """The rates to watch, in the order of the metrics. KeyError for a metric that is not judged."""
    rates = []
    for name in metrics:
        metric = METRICS[name]
        rates.append(Rate(name, metric.counted, metric.harmful))
        if metric.two_sided:
            rest = tuple(kind for kind in metric.counted if kind not in metric.harmful)
            rates.append(Rate(name, metric.counted, rest, is_complement=True))
    return tuple(rates)
