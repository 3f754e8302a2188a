"""What a view holds for the verdict feed beside what people are shown: identities, exact facts, state of the data.

Way of an event: step 9 puts it into the view, step 10 reads it. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from monitor.judging.revision_facts import RevisionFacts


@dataclass(frozen=True, slots=True)
class Identity:
    """Which model digests and pod template hashes the inferences of a revision carried.

    `is_incomplete`: some carried none of the one or of the other.
    """

    model_digests: tuple[str, ...] = ()
    pod_template_hashes: tuple[str, ...] = ()
    is_incomplete: bool = False

    @property
    def model_digest(self) -> str | None:
        """The one digest; None without one, and of several."""
        return self.model_digests[0] if len(self.model_digests) == 1 else None

    @property
    def is_attributed(self) -> bool:
        """Whether it is known what served: every inference said so, and all named one model.

        >>> Identity(("sha256:1",), ("7d9f8", "5c6b4")).is_attributed, Identity(("a", "b"), ("7d9f8",)).is_attributed
        (True, False)
        """
        return self.model_digest is not None and bool(self.pod_template_hashes) and not self.is_incomplete


@dataclass(frozen=True, slots=True)
class RevisionView:
    """One revision: who served, start of the panes of its first and last inference, and what the judge knows of it."""

    identity: Identity
    first_served_ms: int
    last_served_ms: int
    facts: RevisionFacts


@dataclass(frozen=True, slots=True)
class DataView:
    """State of the data. `rejected` is a share of the newest records; `lag_records` None while the log is out of reach.

    `positions` has the next offset of every partition, by topic.
    """

    watermark_ms: int
    lag_records: int | None
    rejected: float
    coverage: bool
    positions: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ForFeed:
    """What one model's view holds for the feed.

    Parameters
    ----------
    rules_hash
        Names everything the evidence depends on.
    timing_may_act
        The operator lets blame by timing act without approval.
    labels
        Outcomes ever counted, by actual label (0, 1).
    revisions
        Every revision that is kept, those that serve no more too.
    cells
        Digest of the exact cells that the evidence came from; empty where they are not archived.
    """

    rules_hash: str
    timing_may_act: bool
    labels: tuple[int, int]
    data: DataView
    revisions: Mapping[str, RevisionView]
    cells: str = ""


def rule_version(rules_hash: str) -> str:
    """The name of rules, as records and evidence have it.

    >>> rule_version("4f")
    'sha256:4f'
    """
    return f"sha256:{rules_hash}"
