"""How much may be done, how often, and on how fresh data: the numbers of the guards.

Way of an event: from the settings; step 12 holds every plan against them. Pure.
"""

from dataclasses import dataclass
from typing import Final

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Judgement, not statistics; each errs on the side of not acting.

    Parameters
    ----------
    cooldown_ms, window_ms, label_age_ms
        Shortest time between two actions; the published window; the age by which 95 % of labels are known. The longer
        of the first, and of the sum of the others, holds.
    budget_ms, automatic, approved
        Actions on one Deployment in a time.
    cluster_hour
        Actions on all Deployments within an hour.
    breaker_share, breaker_count
        So many suspects at once are no coincidence of releases.
    approval_ms, decision_ms
        How long an approval and a decision hold.
    reassertions, conflicts
        Patches again after somebody else's change; tries after a lost race.
    lag_records, watermark_age_ms, rejected
        How far the monitor may be behind, and the share of events it may refuse.
    request_timeout_ms, lease_margin_ms
        What must be left of the lease when a patch is sent.
    """

    cooldown_ms: int = 24 * HOUR_MS
    window_ms: int = 28 * DAY_MS
    label_age_ms: int = 0
    budget_ms: int = 7 * DAY_MS
    automatic: int = 1
    approved: int = 3
    cluster_hour: int = 2
    breaker_share: float = 0.3
    breaker_count: int = 3
    approval_ms: int = 4 * HOUR_MS
    decision_ms: int = 15 * MINUTE_MS
    reassertions: int = 1
    conflicts: int = 3
    lag_records: int = 10_000
    watermark_age_ms: int = 2 * DAY_MS
    rejected: float = 0.01
    request_timeout_ms: int = 5_000
    lease_margin_ms: int = 2_000

    @property
    def rest_ms(self) -> int:
        """Shortest time between two actions on a Deployment.

        >>> Limits(window_ms=7 * DAY_MS, label_age_ms=DAY_MS).rest_ms // DAY_MS
        8
        """
        return max(self.cooldown_ms, self.window_ms + self.label_age_ms)
