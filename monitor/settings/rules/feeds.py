"""What must hold in a feed, and between it and the models that read it. Pure."""

from collections.abc import Iterator, Mapping
from typing import Final

from monitor.intake.wire import FIELDS, Kind
from monitor.settings.derive import topics_of
from monitor.settings.problems import did_you_mean, shown
from monitor.settings.rules.rule import Finding, Given, Rule, has
from monitor.settings.sections.feed import FeedSettings, TopicSettings

NEEDED: Final[Mapping[Kind, tuple[tuple[str, ...], ...]]] = {
    "inference": (("prediction_id",), ("event_time",), ("revision",), ("prediction", "score")),
    "outcome": (("prediction_id",), ("event_time",), ("label", "void")),
    "attributes": (("prediction_id",), ("event_time",)),
}
"""Fields without which every event of a role would be rejected, whatever the feed: one of each group."""


ATTRIBUTE: Final = "attributes."
"""A mapped attribute is written `attributes.NAME`."""


def topics_differ(given: Given) -> Iterator[Finding]:
    """No topic has two roles."""
    first: dict[str, str] = {}
    for role, topic in topics_of(given.section).items():
        if not has(topic, "topic"):
            continue
        if topic.topic in first:
            message = f"topic {shown(topic.topic)} is the {first[topic.topic]} topic already"
            yield Finding((role, "topic"), message, "give each role a topic of its own")
        first.setdefault(topic.topic, role)


def topics_are_of_one_feed(given: Given) -> Iterator[Finding]:
    """No topic is read by two feeds: whatever is counted of it would be counted, and published, twice."""
    earlier = list(given.feeds)[: list(given.feeds).index(given.name)] if given.name in given.feeds else []
    for role, topic in topics_of(given.section).items():
        for other in earlier:
            theirs = [getattr(given.feeds[other], one, None) for one in NEEDED]
            if has(topic, "topic") and topic.topic in [getattr(one, "topic", None) for one in theirs]:
                message = f"topic {shown(topic.topic)} is read by feed {other} already"
                yield Finding((role, "topic"), message, "let the models of both read one feed")


def rejects_have_a_place(given: Given) -> Iterator[Finding]:
    """Rejects go to a topic exactly if one is named, and to none that is read."""
    feed = given.section
    if feed.dead_letter == "topic" and feed.dead_letter_topic is None:
        yield Finding(("dead_letter",), "dead_letter topic needs a dead_letter_topic", "name the topic")
    if feed.dead_letter != "topic" and feed.dead_letter_topic is not None:
        message = f"nothing goes there while dead_letter is {feed.dead_letter}"
        yield Finding(("dead_letter_topic",), message, "set dead_letter: topic")
    for name, other in ((given.name, feed), *given.feeds.items()):
        read = [getattr(getattr(other, role, None), "topic", None) for role in NEEDED]
        if feed.dead_letter_topic is not None and feed.dead_letter_topic in read:
            reader = "this feed" if name == given.name else f"feed {name}"
            message = f"topic {shown(feed.dead_letter_topic)} is read by {reader}: rejects would be read, and rejected"
            yield Finding(("dead_letter_topic",), message, "give rejects a topic of their own")
            return


def mappings_are_whole(given: Given) -> Iterator[Finding]:
    """A mapping stands where the adapter reads one, knows its fields, and leaves out none that is needed."""
    for role in NEEDED:
        topic = getattr(given.section, role, None)
        if isinstance(topic, TopicSettings) and has(topic, "adapter", "mapping"):
            names = tuple(given.plain[role].get("mapping") or ())
            yield from (one._replace(path=(role, *one.path)) for one in _of_mapping(role, topic, names, given))


def _of_mapping(role: Kind, topic: TopicSettings, names: tuple[str, ...], given: Given) -> Iterator[Finding]:
    if topic.mapping is None:
        if topic.adapter == "mapping":
            yield Finding(("adapter",), "adapter mapping needs a mapping", "add mapping: field -> path")
        return
    if topic.adapter != "mapping":
        yield Finding(("mapping",), f"adapter {topic.adapter} reads no mapping", "use adapter: mapping")
        return
    known = [name for name in FIELDS[role].__struct_fields__ if name != "attributes"]
    for name in names:
        is_attribute = role != "outcome" and name.startswith(ATTRIBUTE) and name != ATTRIBUTE
        if not is_attribute and name not in known:
            yield Finding(("mapping", name), f"unknown field {shown(name)}", did_you_mean(name, known), is_key=True)
    for group in _needed(role, given.section):
        if not any(name.startswith(group) if group == (ATTRIBUTE,) else name in group for name in names):
            wanted = "attributes.NAME" if group == (ATTRIBUTE,) else " or ".join(group)
            yield Finding(("mapping",), f"{wanted} is not mapped", "every record would be rejected: map it")


def _needed(role: Kind, feed: FeedSettings) -> tuple[tuple[str, ...], ...]:
    """Groups of fields of which one each must be mapped, because every record without it is rejected."""
    needed = NEEDED[role]
    names_model = role == "inference" or getattr(feed, "id_scope", "feed") == "model"
    if names_model and getattr(feed, "model", None) is None:
        needed = (*needed, ("model",))
    if role == "attributes" or (role == "inference" and getattr(feed, "attributes", None) is None):
        needed = (*needed, (ATTRIBUTE,))
    return needed


def a_model_reads_it(given: Given) -> Iterator[Finding]:
    """Somebody reads the feed; nothing is said where a model's own feed is in doubt."""
    if given.models and all(
        has(model, "feed") and given.name != model.feed in given.feeds for model in given.models.values()
    ):
        yield Finding((), f"no model reads feed {shown(given.name)}", "remove it, or name it as a model's feed", True)


def fixed_model_reads_it(given: Given) -> Iterator[Finding]:
    """The one model of a feed is configured, reads it, and is alone."""
    if (fixed := given.section.model) is None:
        return
    readers = [name for name, model in given.models.items() if getattr(model, "feed", None) == given.name]
    if fixed not in given.models:
        message = f"model {shown(fixed)} is not configured"
        yield Finding(("model",), message, did_you_mean(fixed, tuple(given.models)) if given.models else "")
    elif has(given.models[fixed], "feed") and given.models[fixed].feed != given.name:
        yield Finding(
            ("model",), f"model {fixed} reads feed {shown(given.models[fixed].feed)}", "name a model of this feed"
        )
    elif others := [name for name in readers if name != fixed]:
        yield Finding(
            ("model",), f"model {others[0]} reads this feed, too, and would get no event", "give it its own feed"
        )


FEED_RULES: Final[tuple[Rule, ...]] = (
    (("inference", "outcome", "attributes"), topics_differ),
    (("inference", "outcome", "attributes"), topics_are_of_one_feed),
    (("inference", "outcome", "attributes", "dead_letter", "dead_letter_topic"), rejects_have_a_place),
    ((), mappings_are_whole),
    ((), a_model_reads_it),
    (("model",), fixed_model_reads_it),
)
