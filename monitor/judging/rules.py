"""What the judge is told: rules that are fixed before looking, and the state of the data at the moment of a verdict.

Way of an event: rules are made from settings before the first event, a `DataState` by `service` at each verdict. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from monitor.judging.metrics import CALIBRATION, METRICS, Rate, rates_of
from monitor.judging.seasonal_key import Calendar

DAY_MS: Final = 86_400_000
BUDGET_SPAN_MS: Final = 91 * DAY_MS
"""Budgets are told to people per this time."""

DEFAULT_TOLERANCE: Final = 0.02

UNPAIRED: Final = "unpaired"
"""The reason of data of which too many outcomes find no inference."""


@dataclass(frozen=True, slots=True)
class Budget:
    """At most `alarms` false alarms (positive) in `per_ms` of event time, over all streams of the model."""

    alarms: float
    per_ms: int

    def steps(self, pane_ms: int) -> float:
        """Steps of the judge for one false alarm: A of the papers."""
        return self.per_ms / pane_ms / self.alarms


def _default_budgets() -> dict[str, Budget]:
    return {"watch": Budget(1, 7 * DAY_MS), "page": Budget(1, BUDGET_SPAN_MS)}


def _default_risks() -> dict[str, float]:
    return {"watch": 0.01, "rollback": 0.001}


@dataclass(frozen=True)
class JudgingRules:
    """How one model is judged.

    Parameters
    ----------
    model, metrics
        The model, and names of `METRICS`.
    pane_ms
        One step of the judge.
    edges_ms
        Edges of the label-age bins, rising from 0 to the horizon.
    tolerance
        Metric -> worsening that is accepted, absolute, [0, 1)-valued; 0.02 where it is not given.
    harm_to_find
        A stream that cannot find this worsening within 30 days is INCONCLUSIVE; (0, 1]-valued.
    budgets
        Level (`watch`, `page`) -> its budget.
    risks
        Level (`watch`, `rollback`) -> probability that a harmless rollout reaches it, over all its streams.
    attributes_wait_ms
        How long cells wait for attributes of their own topic; 0 without one.
    calendar
        Season of a pane as one more attribute of what is expected; None: none.
    reference_range_ms
        Panes [from, to) of the reference, whoever served; None: a file, or by rule.
    calibration
        Whether calibration is watched, too.

    Raises
    ------
    ValueError
        for a metric that is not judged, a budget that is not positive, or edges that do not rise from 0.

    Examples
    --------
    >>> rules = JudgingRules("readmission", ("error_rate",), DAY_MS, (0, DAY_MS, 2 * DAY_MS))
    >>> rules.horizon_ms == 2 * DAY_MS, rules.tolerance_of("error_rate"), rules.budgets["page"].steps(DAY_MS)
    (True, 0.02, 91.0)
    """

    model: str
    metrics: tuple[str, ...]
    pane_ms: int
    edges_ms: tuple[int, ...]
    tolerance: Mapping[str, float] = field(default_factory=dict)
    harm_to_find: float = 0.10
    budgets: Mapping[str, Budget] = field(default_factory=_default_budgets)
    risks: Mapping[str, float] = field(default_factory=_default_risks)
    attributes_wait_ms: int = 0
    calendar: Calendar | None = None
    reference_range_ms: tuple[int, int] | None = None
    calibration: bool = False

    def __post_init__(self) -> None:
        unknown = [name for name in self.metrics if name not in METRICS]
        if unknown or not self.metrics:
            raise ValueError(f"model {self.model}: cannot judge {unknown}, give any of {list(METRICS)}")
        if set(self.budgets) != {"watch", "page"} or any(b.alarms <= 0 or b.per_ms <= 0 for b in self.budgets.values()):
            raise ValueError(f"model {self.model}: give a positive budget for watch and page, got {dict(self.budgets)}")
        if list(self.risks) != ["watch", "rollback"] or not 0 < self.risks["rollback"] <= self.risks["watch"] < 1:
            raise ValueError(
                f"model {self.model}: give probabilities 0 < rollback <= watch < 1 of a harmless rollout being "
                f"suspected or blamed, got {dict(self.risks)}"
            )
        if len(self.edges_ms) < 2 or self.edges_ms[0] != 0 or list(self.edges_ms) != sorted(set(self.edges_ms)):
            raise ValueError(f"model {self.model}: label-age edges must rise from 0, got {list(self.edges_ms)}")

    @property
    def horizon_ms(self) -> int:
        """Oldest label that counts."""
        return self.edges_ms[-1]

    @property
    def seasons(self) -> int:
        """Seasons of the calendar key; 1 without one."""
        return 1 if self.calendar is None else self.calendar.seasons

    @property
    def sharing(self) -> tuple[str, ...]:
        """The metrics that share the budget: the rates, and calibration where it is watched."""
        return (*self.metrics, CALIBRATION) if self.calibration else self.metrics

    @property
    def rates(self) -> tuple[Rate, ...]:
        """The rates that are watched."""
        return rates_of(self.metrics)

    def tolerance_of(self, metric: str) -> float:
        """Accepted worsening of a metric."""
        return self.tolerance.get(metric, DEFAULT_TOLERANCE)

    def ripening_ms(self, age_bin: int) -> int:
        """Time from the end of a pane until its cells of a bin are ripe; bin -1 is label-free."""
        return max(self.attributes_wait_ms, self.edges_ms[age_bin + 1] if age_bin >= 0 else 0)

    def open_bin(self, opened: int, waited_ms: int) -> int:
        """The last bin that is ripe so long after the end of a pane; at least `opened`, which was so before.

        >>> JudgingRules("m", ("error_rate",), 10, (0, 10, 20, 40)).open_bin(-2, 25)
        1
        """
        while opened < len(self.edges_ms) - 2 and waited_ms >= self.ripening_ms(opened + 1):
            opened += 1
        return opened


@dataclass(frozen=True, slots=True)
class DataState:
    """The state of the data beside the evidence.

    Parameters
    ----------
    serving
        Revisions that serve, newest first: those that get verdicts.
    flags
        Doubts that forbid acting; named in the reasons of every verdict.
    stale
        Reasons to make every stream of the model at least STALE.
    """

    serving: tuple[str, ...]
    flags: frozenset[str] = frozenset()
    stale: frozenset[str] = frozenset()
