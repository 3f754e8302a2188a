"""What a model's view holds for the verdict feed: who served, what the judge knows of it, and how the data stand.

Way of an event: step 9, for step 10.
"""

from collections.abc import Iterable

from monitor.counting.sources import Source
from monitor.exporting.feed.facts import DataView, ForFeed, Identity, RevisionView
from monitor.intake.reject_stop import WINDOW
from monitor.judging.shadow import serves
from monitor.service.feed import Feed
from monitor.service.judged import JudgedModel


def for_feed(judged: JudgedModel, feed: Feed, labels: tuple[int, int]) -> ForFeed:
    """What the feed is told of one model beside its view; `labels` as there."""
    sources = [source for state in feed.states for source in state.sources.known if source.model == judged.plan.name]
    return ForFeed(
        rules_hash=judged.rules_hash,
        timing_may_act=judged.plan.timing_may_act,
        labels=labels,
        data=data_view(feed, judged.judged_ms or 0),
        revisions={
            name: RevisionView(
                identity(source for source in sources if source.revision == name),
                judged.first_seen_ms.get(name, judged.last_seen_ms[name]),
                judged.last_seen_ms[name],
                judged.judge.facts_of(name),
            )
            for name in filter(serves, judged.kept())
        },
        cells=judged.evidence(),
    )


def identity(sources: Iterable[Source]) -> Identity:
    """Who served under the name of one revision, as all partitions saw it.

    >>> identity([Source("m", "r1", ["a"], ["t1"]), Source("m", "r1", ["a"], ["t2"])])
    Identity(model_digests=('a',), pod_template_hashes=('t1', 't2'), is_incomplete=False)
    """
    digests: set[str] = set()
    templates: set[str] = set()
    is_incomplete = False
    for source in sources:
        digests.update(source.digests)
        templates.update(source.pod_template_hashes)
        is_incomplete |= source.is_unattributed
    return Identity(tuple(sorted(digests)), tuple(sorted(templates)), is_incomplete)


def data_view(feed: Feed, judged_ms: int) -> DataView:
    """The state of a feed's data; judged to `judged_ms`, which stands in for a watermark that is not known (yet)."""
    watermark_ms = feed.watermark_ms()
    return DataView(
        watermark_ms=judged_ms if watermark_ms is None else watermark_ms,
        lag_records=None if feed.is_unreachable else feed.lag_records(),
        rejected=rejected_lately(feed),
        coverage=not feed.is_rebuilding,
        positions={
            topic.name: tuple(feed.shards[number].state.topic(topic.name).next_offset for number in sorted(feed.shards))
            for topic in feed.topics
        },
    )


def rejected_lately(feed: Feed) -> float:
    """Largest share of rejects among the newest records of a topic (`WINDOW` of each partition); 0 before any."""
    shares = [0.0]
    for topic in feed.topics:
        meters = [s.extra.meters[topic.name] for s in feed.shards.values() if topic.name in s.extra.meters]
        read = sum(min(seen, WINDOW) for seen, _, _ in meters)
        rejects = sum(1 for seen, _, places in meters for place in places if place >= seen - WINDOW)
        shares.append(rejects / read if read else 0.0)
    return max(shares)
