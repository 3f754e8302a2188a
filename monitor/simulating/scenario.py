"""The form of a scenario: who comes, how often the model errs, and what changes on which day.

Beside the way of an event: `library` reads scenarios into it, `population` and `generator` follow it. Pure.
"""

from datetime import UTC, date, datetime
from typing import Final, Literal

import msgspec

RateName = Literal[
    "share", "label_prevalence", "false_negative_rate", "false_positive_rate", "missing_labels", "unverified"
]
HARMS: Final[tuple[RateName, ...]] = ("false_negative_rate", "false_positive_rate")
"""Rates of the model's own errors: a rise of one harms those it happens to."""

DAY_MS: Final = 86_400_000


class Described(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of a scenario. A field that it does not have is refused."""


class Attribute(Described, frozen=True):
    """One protected attribute.

    Parameters
    ----------
    shares
        Value -> share of the population, summing to 1. `unknown` sends null. With bands, the values are their slugs.
    bands
        Lower edges, where a number is sent; the last band is open.
    source
        Name under which it is sent; its own name if empty.
    """

    shares: dict[str, float]
    bands: tuple[float, ...] = ()
    source: str = ""


class Rates(Described, frozen=True):
    """Rates of everyone, 0 to 1.

    Parameters
    ----------
    missing_labels
        Share of cases that never get a label.
    unverified
        Share of the cases predicted 0 whose outcome nobody looks for. Above 0, the others of them are drawn at random,
        and their outcomes say so: they are an audit.
    """

    label_prevalence: float
    false_negative_rate: float
    false_positive_rate: float
    missing_labels: float = 0.0
    unverified: float = 0.0


class Shift(Described, frozen=True):
    """A rate of one subgroup that is another than everyone's.

    Parameters
    ----------
    where
        Attribute -> value; empty is everyone.
    rate
        Which one; `share` is the subgroup's share of the population.
    factor
        What it is multiplied by, at least 0.
    from_day
        First day on which it holds.
    ramp_days
        Days until it holds in full; 0: at once.
    season_days
        Days of a whole turn of a season, above 0: the factor is that of the crest, and as far below 1 in the trough.
    revision
        The only revision to which it happens; None: to all.
    """

    rate: RateName
    factor: float
    where: dict[str, str] = {}
    from_day: int = 0
    ramp_days: int = 0
    season_days: int = 0
    revision: str | None = None


class Revision(Described, frozen=True):
    """What serves from a day on: `share` of the traffic is its own, the rest stays with those before it."""

    name: str
    from_day: int = 0
    share: float = 1.0


class Delay(Described, frozen=True):
    """Time from the inference to its label: a beta distribution between two ages in days; uniform by default."""

    days: tuple[float, float]
    shape: tuple[float, float] = (1.0, 1.0)


class Labels(Described, frozen=True):
    """When labels come, by their value, and when no label counts any more."""

    positive: Delay
    negative: Delay
    horizon_days: int
    decided_days: tuple[int, ...] = ()


class Faults(Described, frozen=True):
    """Shares of records that are sent twice, of outcomes that are corrected or late, and of records that are none."""

    duplicates: float = 0.0
    corrections: float = 0.0
    late: float = 0.0
    malformed: float = 0.0


class Scenario(Described, frozen=True):
    """A story.

    Parameters
    ----------
    name
        Of its file.
    about, expected
        What happens, and what a good monitor says of it; a sentence each.
    seed
        Of every draw.
    start, days
        First day, UTC, and how many follow; what has not arrived by the end is not in the stream.
    events_per_day
        Mean number of inferences.
    model, attributes, rates, labels
        The world on its first day.
    differences
        Where subgroups differ from everyone, always.
    revisions
        In the order of their coming.
    changes
        What happens. The first one is the moment; none: nothing happens.
    metrics
        Rates that the monitor is told to judge.
    depth
        Deepest crossing of attributes that is watched.
    faults
        None: every record is whole, in order and in time.
    may_act
        Whether the monitor may roll back by itself; by timing, too, where no former revision serves beside the new one.
    """

    name: str
    about: str
    expected: str
    seed: int
    start: date
    days: int
    events_per_day: float
    model: str
    attributes: dict[str, Attribute]
    rates: Rates
    labels: Labels
    revisions: tuple[Revision, ...]
    differences: tuple[Shift, ...] = ()
    changes: tuple[Shift, ...] = ()
    metrics: tuple[str, ...] = ("false_negative_rate", "false_positive_rate", "error_rate")
    depth: int = 1
    faults: Faults | None = None
    may_act: bool = False

    @property
    def start_ms(self) -> int:
        """Midnight of the first day."""
        moment = datetime(self.start.year, self.start.month, self.start.day, tzinfo=UTC)
        return int(moment.timestamp()) * 1_000

    @property
    def has_control(self) -> bool:
        """Whether every revision that comes leaves part of the traffic to those before it."""
        return all(one.share < 1.0 for one in self.revisions[1:])

    @property
    def end_ms(self) -> int:
        """Midnight after the last day."""
        return self.start_ms + self.days * DAY_MS
