"""What a record of the feed is about, in sentences, as it stands now.

Way of an event: step 10; the API asks. Pure.
"""

import msgspec

from monitor.exporting.explaining import sentences
from monitor.exporting.status import status
from monitor.exporting.view import View


class _About(msgspec.Struct):
    """The stream of a record; a record of a revision is about none."""

    model: str
    revision: str
    attribute: str | None = None
    subgroup: str | None = None
    metric: str | None = None


def explain(record: bytes, view: View) -> list[str] | None:
    """Sentences about the stream of a record; None if it is about none, or that one is not judged any more.

    >>> explain(b'{"kind":"revision","model":"m","revision":"r1"}', View(published_ms=0)) is None
    True
    """
    about = msgspec.json.decode(record, type=_About)
    wanted = msgspec.structs.asdict(about)
    model = status(view)["models"].get(about.model, {"streams": []})
    for stream in model["streams"]:
        if all(stream[name] == value for name, value in wanted.items()):
            return sentences(stream, model["false_alarms_per_91d"])
    return None
