"""Turning a loop until the reference of a range is whole, or nothing more can make it so; and why it is not."""

from collections.abc import Callable

from monitor.exporting.moments import rfc3339
from monitor.judging.reference import Reference
from monitor.ports import SourceUnreachable
from monitor.service.feed import Feed
from monitor.service.loop import MonitorLoop

_ROUNDS_AFTER = 2
"""Rounds after the last record: the judge then stands where the events end."""


def counted(
    loop: MonitorLoop, name: str, times_ms: tuple[int, int, int], is_read: Callable[[], bool] | None
) -> tuple[Reference | None, str]:
    """The reference of a model, or None and one sentence why there is none. The loop is begun and closed.

    Parameters
    ----------
    loop
        Of one feed; the range is the reference of the model in it.
    times_ms
        Begin and end of the range, and when its labels are all in.
    is_read
        Whether there is no more to read; None: what the log held when the reading began.

    Raises
    ------
    SourceUnreachable
        if the broker stops answering.
    """
    (judged,) = (one for one in loop.models if one.plan.name == name)
    (feed,) = loop.feeds.values()
    try:
        if not loop.is_started:
            loop.start()
        goal = dict(feed.ends)
        rounds = 0
        while rounds < _ROUNDS_AFTER and judged.judge.collected is None and not _stopped(feed):
            loop.tick()
            if feed.is_unreachable:
                raise SourceUnreachable(f"feed {feed.plan.name}: the brokers do not answer: try again when they do")
            at = feed.positions()
            read = all(at[place] >= end for place, end in goal.items()) if is_read is None else is_read()
            rounds += read and not feed.is_rebuilding
        why_not = _why_not(feed, judged.judged_ms, judged.judge.collected, times_ms)
        return (None, f"model {name}: {why_not}") if why_not else (judged.judge.collected, "")
    finally:
        loop.close()


def _stopped(feed: Feed) -> bool:
    return any(shard.stopped for shard in feed.shards.values())


def _why_not(feed: Feed, reached_ms: int | None, found: Reference | None, times_ms: tuple[int, int, int]) -> str:
    """What is wrong with the reference; empty if nothing is."""
    from_ms, to_ms, whole_ms = times_ms
    exact_ms = feed.evidence_from_ms()
    if _stopped(feed):
        return f"reading of feed {feed.plan.name} stopped, too many records were refused: see feeds.*.reject_stop"
    if exact_ms > from_ms:
        return f"the log no longer holds all of the range: it is whole from {rfc3339(exact_ms)} on. Give a later --from"
    if found is None:
        until = "no event was read" if reached_ms is None else f"the events reach to {rfc3339(reached_ms)}"
        return (
            f"the labels of {rfc3339(from_ms)} to {rfc3339(to_ms)} are all in by {rfc3339(whole_ms)}, and {until}: "
            "come back then, or give an earlier --to"
        )
    if not found.counts.sum():
        return f"there is no event from {rfc3339(from_ms)} to {rfc3339(to_ms)}"
    return ""
