"""How the event's JSON text is got out of a record, for each adapter.

Way of an event: step 2, between `decode` and `flat`. Pure.
"""

from collections.abc import Sequence
from typing import Protocol

from monitor.events import Event
from monitor.intake.body import bodies_of, body_of
from monitor.intake.cloudevents import CloudEventOpener
from monitor.intake.flat import FlatReader
from monitor.intake.mapping import MappingOpener
from monitor.intake.reading import Reading
from monitor.ports import Record


class Opener(Protocol):
    """Opens the records of one topic."""

    def bodies(self, records: Sequence[Record]) -> list[bytes]:
        """Texts that can be read at once, one a record; an empty one: only `read` can tell about this record."""
        ...

    def read(self, record: Record) -> Event:
        """The event of a record. Raises `Refused`."""
        ...


class FlatOpener:
    """The value is the event.

    Parameters
    ----------
    flat
        Reads it.
    """

    def __init__(self, flat: FlatReader) -> None:
        self._flat = flat

    def bodies(self, records: Sequence[Record]) -> list[bytes]:
        """As `Opener`."""
        return bodies_of(records)

    def read(self, record: Record) -> Event:
        """As `Opener`."""
        return self._flat.read(body_of(record))


def opener(reading: Reading, flat: FlatReader) -> Opener:
    """The opener of a topic. Raises `ValueError` for a mapping with a path that cannot be read."""
    if reading.adapter == "cloudevents":
        return CloudEventOpener(flat)
    if reading.adapter == "mapping":
        return MappingOpener(reading.mapping, flat)
    return FlatOpener(flat)
