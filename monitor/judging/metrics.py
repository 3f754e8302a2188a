"""The metrics: which cells they count, which of those are harmful, and what an alarm of theirs may lead to.

Way of an event: step 7 reads cells through this table; settings ask it for names. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Literal

Role = Literal["rollback", "page", "watch"]


class Kind(IntEnum):
    """What a cell counts: inferences alone, or labelled predictions, by prediction and label.

    The audited are those of the labelled whose outcome was looked up at random. The last three are not counted but
    follow, bin by bin, from the inferences and labels of a pane: who was still without a label when the bin began, by
    what became of them in it.
    """

    NOT_FLAGGED = 0
    TRUE_NEGATIVE = 1
    FALSE_NEGATIVE = 2
    FLAGGED = 3
    FALSE_POSITIVE = 4
    TRUE_POSITIVE = 5
    AUDITED_TRUE_NEGATIVE = 6
    AUDITED_FALSE_NEGATIVE = 7
    STILL_WAITING = 8
    GOT_NEGATIVE = 9
    GOT_POSITIVE = 10


_DERIVED: Final = (Kind.GOT_NEGATIVE, Kind.GOT_POSITIVE, Kind.STILL_WAITING)
FREE: Final = (Kind.NOT_FLAGGED, Kind.FLAGGED)
NOT_FLAGGED_LABELLED: Final = (Kind.TRUE_NEGATIVE, Kind.FALSE_NEGATIVE)
LABELLED: Final = (Kind.TRUE_NEGATIVE, Kind.FALSE_NEGATIVE, Kind.FALSE_POSITIVE, Kind.TRUE_POSITIVE)


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
    needs_negatives
        Whether it is not identified where nobody who was passed over ever gets an outcome.
    """

    role: Role
    counted: tuple[Kind, ...]
    harmful: tuple[Kind, ...]
    two_sided: bool = False
    needs_negatives: bool = False

    @property
    def is_labelled(self) -> bool:
        """Whether it waits for labels; if not, it is ripe at the end of its pane."""
        return self.counted != FREE

    @property
    def is_of_labels(self) -> bool:
        """Whether it watches how labels arrive, rather than what the model does."""
        return self.counted == _DERIVED

    @property
    def may_page(self) -> bool:
        """Whether it can be DEGRADED."""
        return self.role != "watch"


METRICS: Final[Mapping[str, Metric]] = {
    "false_negative_rate": Metric(
        "rollback", (Kind.FALSE_NEGATIVE, Kind.TRUE_POSITIVE), (Kind.FALSE_NEGATIVE,), needs_negatives=True
    ),
    "false_positive_rate": Metric("rollback", (Kind.TRUE_NEGATIVE, Kind.FALSE_POSITIVE), (Kind.FALSE_POSITIVE,)),
    "false_discovery_rate": Metric("page", (Kind.FALSE_POSITIVE, Kind.TRUE_POSITIVE), (Kind.FALSE_POSITIVE,)),
    "false_omission_rate": Metric(
        "page", (Kind.AUDITED_TRUE_NEGATIVE, Kind.AUDITED_FALSE_NEGATIVE), (Kind.AUDITED_FALSE_NEGATIVE,)
    ),
    "error_rate": Metric("watch", LABELLED, (Kind.FALSE_NEGATIVE, Kind.FALSE_POSITIVE)),
    "selection_rate": Metric("watch", FREE, (Kind.FLAGGED,), two_sided=True),
    "label_prevalence": Metric("watch", _DERIVED, (Kind.GOT_POSITIVE,), two_sided=True),
    "label_completeness": Metric("watch", _DERIVED, (Kind.GOT_NEGATIVE, Kind.GOT_POSITIVE), two_sided=True),
}
"""Name -> metric.

>>> METRICS["error_rate"].may_page, METRICS["selection_rate"].is_labelled
(False, False)
"""

ALWAYS_ON: Final = ("label_prevalence", "label_completeness")
"""Watched with every model: rates may move because labels do. They explain and forbid, and never act."""

CALIBRATION: Final = "calibration"
"""Watched where settings ask for it. It is no rate: `calibrating` judges it, on scores."""


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

    @property
    def is_of_labels(self) -> bool:
        """Whether it watches how labels arrive."""
        return METRICS[self.metric].is_of_labels


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
