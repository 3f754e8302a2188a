"""A recorded stream as the feed of settings: in which form it is read, and where its records come from."""

from pathlib import Path

from monitor.adapters.files import FilesSource
from monitor.cli.build import Reads
from monitor.cli.exits import Refused
from monitor.ports import EventSource
from monitor.service.plan import FeedPlan
from monitor.settings.model import Settings


class Recorded:
    """A folder of recorded events.

    Parameters
    ----------
    settings
        How to read it; `settings` are those that fit what the folder holds.
    stream
        The folder.

    Raises
    ------
    Refused
        if the settings have several feeds (a recorded stream is one), or no topic for what the folder holds.
    """

    def __init__(self, settings: Settings, stream: Path) -> None:
        if len(settings.feeds) != 1:
            raise Refused(
                f"a recorded stream is one feed, and the settings have {len(settings.feeds)}: keep one of them"
            )
        has_attributes = any(stream.glob("attributes.ndjson*"))
        (feed,) = settings.feeds.values()
        if feed.attributes is None and has_attributes:
            raise Refused(
                f"{stream} holds attributes.ndjson, the settings name no attributes topic: name one, or move it"
            )
        self.reads: Reads = "as_configured" if any(stream.glob("feed.ndjson*")) else "canonical"
        on_inferences = self.reads == "canonical" and not has_attributes
        self.settings = _with_attributes_on_inferences(settings) if on_inferences else settings
        self._stream = stream
        self.sources: list[FilesSource] = []

    def source_of(self, plan: FeedPlan) -> EventSource:
        """The source of the feed's plan."""
        self.sources.append(FilesSource(self._stream, {topic.role: topic.name for topic in plan.topics}))
        return self.sources[-1]


def _with_attributes_on_inferences(settings: Settings) -> Settings:
    """A recorded stream without a file of attributes carries them on its inferences."""
    feeds = {name: feed.model_copy(update={"attributes": None}) for name, feed in settings.feeds.items()}
    return settings.model_copy(update={"feeds": feeds})
