"""What stands in the way of trusting a verdict: flags on the window's data, and reasons to call it stale.

Way of an event: beside step 8; the judge takes the larger of what evidence and data say. Pure but for what it is given.
"""

from dataclasses import dataclass
from typing import Final

from monitor.judging.rules import UNPAIRED
from monitor.service.feed import Feed
from monitor.service.plan import ModelPlan

STALE_FLAGS: Final = frozenset({"rebuilding", "dead_letters", "gap", "evicted"})
"""Flags under which a window is incomplete."""


@dataclass(frozen=True, slots=True)
class Doubts:
    """`flags` forbid acting; `stale` makes every verdict of the model at least STALE."""

    flags: frozenset[str]
    stale: frozenset[str]


def doubts(feed: Feed, plan: ModelPlan, window_start_ms: int, now_ms: int | None) -> Doubts:
    """The doubts about one model's data.

    `now_ms` is None where wall time means nothing, as in a replay: the age of the newest event is then not judged.
    """
    flags = set(feed.flags(window_start_ms))
    stale = flags & STALE_FLAGS
    if feed.is_unreachable:
        stale.add("source_unreachable")
    share, allowed = feed.unpaired_share(), plan.limits.get(UNPAIRED)
    if share is not None and allowed is not None and share > allowed[0]:
        flags.add(UNPAIRED)
        stale.add(UNPAIRED)
    if now_ms is not None:
        broker_ms, drain_ms = feed.broker_time_ms, _limit_ms(plan, "lag_drain")
        if drain_ms is not None and broker_ms is not None and feed.lag_records() and now_ms - broker_ms > drain_ms:
            flags.add("lag")
            stale.add("lag")
        for role, limit in (("inference", "inference_age"), ("outcome", "outcome_age")):
            newest_ms, allowed_ms = feed.last_event_ms(role, plan.name), _limit_ms(plan, limit)
            if allowed_ms is not None and newest_ms is not None and now_ms - newest_ms > allowed_ms:
                stale.add(f"{role}s_old")
    return Doubts(frozenset(flags), frozenset(stale))


def _limit_ms(plan: ModelPlan, name: str) -> int | None:
    limit = plan.limits.get(name)
    return None if limit is None else int(limit[0] * 1_000)
