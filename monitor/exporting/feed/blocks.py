"""Why nothing may follow from a verdict, as a table: every row that holds is named in `blocked_by`.

Way of an event: step 10. Pure. It reads exact numbers: the disclosure gate changes no decision. What is not known
blocks, as what is known to be bad does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from monitor.judging.blame import Blame, Cause
from monitor.judging.metrics import METRICS
from monitor.judging.rules import UNPAIRED
from monitor.judging.table import INCONCLUSIVE_REASONS, LABELS_STOPPED
from monitor.judging.verdict import Verdict

Block = Literal[
    "verdict",
    "stale",
    "inexact",
    "immature",
    "small",
    "not_harm_metric",
    "unattributed",
    "population",
    "mixed",
    "unknown",
    "no_control",
    "mode",
    "rule_change",
]

RULE_CHANGE: Final = "config_changed"

STALE: Final = frozenset(
    {
        *("rebuilding", "dead_letters", "gap", "evicted", "lag", "source_unreachable"),
        *("inferences_old", "outcomes_old", LABELS_STOPPED),
    }
)
"""Reasons of a verdict that say: the data are not of now, or not all there."""

_NOT_OF_COUNTS: Final = frozenset(
    {"lag", "source_unreachable", "inferences_old", "outcomes_old", LABELS_STOPPED, UNPAIRED, *INCONCLUSIVE_REASONS}
)
"""Reasons that do not say that counts may be wrong. Every other one does, also one that is new here."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one stream, in exact numbers.

    Parameters
    ----------
    verdict, metric, blame
        What is said; `blame` is None of what is not DEGRADED.
    reasons
        Of the verdict: flags of the data, and why INCONCLUSIVE or STALE.
    window_is_exact
        No flag lies in the published window.
    label_maturity
        Lowest share of the labels expected, as set.
    maturity
        That share; None where it is not known.
    labels_moved
        The completeness of the labels of the subgroup, or of everybody, is at watch.
    late_share
        Highest share, over the two labels, that came too late for the evidence; None without any label.
    min_cell
        Smallest count that is shown.
    cases, samples, former_samples
        Of the revision judged in the published window, and samples of the one it is compared with (None: with none).
    is_attributed
        It is known what served.
    timing_may_act, mode
        As set.
    """

    verdict: Verdict
    metric: str
    blame: Blame | None
    reasons: frozenset[str]
    window_is_exact: bool
    label_maturity: float
    maturity: float | None
    labels_moved: bool
    late_share: float | None
    min_cell: int
    cases: int | None
    samples: int | None
    former_samples: int | None
    is_attributed: bool
    timing_may_act: bool
    mode: str

    @property
    def is_exact(self) -> bool:
        """Whether nothing says that counts or evidence may be other than they should."""
        return self.window_is_exact and self.reasons <= _NOT_OF_COUNTS

    @property
    def cause(self) -> Cause | None:
        """Whom a DEGRADED stream is blamed on; nobody knows where no blame came with it."""
        if self.verdict != Verdict.DEGRADED:
            return None
        return "unknown" if self.blame is None else self.blame.cause


def _is_immature(known: Known) -> bool:
    is_late = known.late_share is None or 1 - known.late_share < known.label_maturity
    is_missing = known.maturity is not None and known.maturity < known.label_maturity
    return is_missing or known.labels_moved or UNPAIRED in known.reasons or is_late


def _is_small(known: Known) -> bool:
    counts = [known.cases or 0, known.samples or 0]
    if known.former_samples is not None:
        counts.append(known.former_samples)
    return min(counts) < max(known.min_cell, 1)


def _is_harm(known: Known) -> bool:
    return known.metric in METRICS and METRICS[known.metric].role == "rollback"


def _is_timing_alone(known: Known) -> bool:
    is_alone = known.blame is not None and known.blame.by != "concurrent"
    return known.cause == "revision" and is_alone and not known.timing_may_act


TABLE: Final[tuple[tuple[Block, Callable[[Known], bool]], ...]] = (
    ("verdict", lambda k: k.verdict != Verdict.DEGRADED),
    ("stale", lambda k: not STALE.isdisjoint(k.reasons)),
    ("inexact", lambda k: not k.is_exact),
    ("immature", _is_immature),
    ("small", _is_small),
    ("not_harm_metric", lambda k: not _is_harm(k)),
    ("unattributed", lambda k: not k.is_attributed),
    ("population", lambda k: k.cause == "population"),
    ("mixed", lambda k: k.cause == "mixed"),
    ("unknown", lambda k: k.cause == "unknown"),
    ("no_control", _is_timing_alone),
    ("mode", lambda k: k.mode != "auto"),
    ("rule_change", lambda k: RULE_CHANGE in k.reasons),
)
"""What blocks, and when; in the order in which they are named."""


def blocked_by(known: Known) -> tuple[Block, ...]:
    """Everything that forbids acting on a stream; nothing: it may be acted on.

    Examples
    --------
    >>> from dataclasses import replace
    >>> harm = Known(Verdict.DEGRADED, "false_negative_rate", Blame("revision", "timing", ""), frozenset(),
    ...     window_is_exact=True, label_maturity=0.9, maturity=None, labels_moved=False, late_share=0.0, min_cell=11,
    ...     cases=88, samples=240, former_samples=900, is_attributed=True, timing_may_act=False, mode="auto")
    >>> blocked_by(harm), blocked_by(replace(harm, timing_may_act=True))
    (('no_control',), ())
    """
    return tuple(name for name, holds in TABLE if holds(known))
