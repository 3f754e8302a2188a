"""What the loop needs to know of a feed and its models; `cli` makes it from the settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from monitor.counting.lattice import Lattice
from monitor.counting.rules import CountingRules
from monitor.intake.decode import Decoder


@dataclass(frozen=True, slots=True)
class TopicPlan:
    """One topic: how its records are read, and the longest time from event to append that its producer states."""

    name: str
    role: str
    decoder: Decoder
    publish_delay_ms: int


@dataclass(frozen=True, slots=True)
class FeedPlan:
    """Topics joined by `prediction_id`. `rules_hash` names everything that stored counts depend on."""

    name: str
    topics: tuple[TopicPlan, ...]
    counting: CountingRules
    rules_hash: str
    ids_by_model: bool = False
    rejects_in_a_row: int = 1_000
    rejects_share: float = 0.1


@dataclass(frozen=True, slots=True)
class ModelPlan:
    """One model: how it is shown and when its data are too old. Times in ms, shares 0 to 1."""

    name: str
    feed: str
    mode: str
    lattice: Lattice
    metrics: tuple[str, ...]
    windows: Mapping[str, int]
    pane_ms: int
    min_cell: int
    series_limit: int
    keep_revisions: int
    timing_may_act: bool = False
    limits: Mapping[str, tuple[float, str]] = field(default_factory=dict)
