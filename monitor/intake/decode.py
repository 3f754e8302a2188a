"""Records of one topic -> events, and a reject with its reason for each that is none.

Way of an event: step 2. The loop gives every batch to the decoder of its topic, and the events on to `counting`. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Final

from monitor.events import Event
from monitor.intake.flat import FlatReader
from monitor.intake.openers import opener
from monitor.intake.partitions import misplaced
from monitor.intake.reading import Reading
from monitor.intake.refusal import Reason, Refused, Reject
from monitor.intake.times import are_in_range, is_in_range
from monitor.ports import Record

__all__ = ["Decoded", "Decoder", "Reject"]

_AT_ONCE: Final = 1_024
"""Records that are read together: enough to spread the cost of a step, few enough to stay in the processor's cache."""

_TIME: Final = attrgetter("event_time_ms")
_BROKER_TIME: Final = attrgetter("timestamp")


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a batch said. `indexes` has the place of each event's record in the batch, rising, as do the rejects."""

    events: list[Event]
    indexes: list[int]
    rejects: list[Reject]
    fields_ignored: int


class Decoder:
    """Decodes the records of one topic.

    A record is looked at in this order: where it stands, its framing, its text, its fields as `wire` lists them, what
    they mean together, its time. The first fault is its reason. No record makes it raise.

    Parameters
    ----------
    reading
        How they are to be read.

    Raises
    ------
    ValueError
        for a mapping with a path that cannot be read.

    Examples
    --------
    >>> from collections import namedtuple
    >>> from monitor.intake.reading import ModelReading
    >>> from monitor.vocabulary import AttributeCoding, Coding
    >>> coding = Coding((AttributeCoding("sex", {"female": ("F",), "male": ("M",)}),))
    >>> decoder = Decoder(Reading("outcome", (ModelReading("readmission", coding),)))
    >>> Kafka = namedtuple("Kafka", "offset timestamp key value headers")
    >>> good = b'{"prediction_id": "p1", "event_time": 1767225600000, "label": 0}'
    >>> decoded = decoder.decode([Kafka(n, 1767225600000, None, v, []) for n, v in enumerate((good, b"", b"{}"))])
    >>> [event.label for event in decoded.events], decoded.indexes
    ([0], [0])
    >>> decoded.rejects
    [Reject(index=1, reason='empty', field=None), Reject(index=2, reason='missing_field', field='prediction_id')]
    """

    def __init__(self, reading: Reading) -> None:
        self._flat = FlatReader(reading)
        self._opener = opener(reading, self._flat)

    def decode(self, records: Sequence[Record], partition: int = 0, partitions: int = 1) -> Decoded:
        """What the records of one partition say.

        Parameters
        ----------
        records
            Records, by rising offset.
        partition, partitions
            Their partition, and how many the topic has. With more than one every key is checked.
        """
        dropped, wrong = self._flat.dropped, misplaced(records, partition, partitions)
        decoded = Decoded([], [], [], 0)
        for begin in range(0, len(records), _AT_ONCE):
            self._decode_part(records[begin : begin + _AT_ONCE], begin, wrong, decoded)
        return replace(decoded, fields_ignored=self._flat.dropped - dropped)

    def _decode_part(self, part: Sequence[Record], begin: int, wrong: Mapping[int, Reason], decoded: Decoded) -> None:
        """Read what can be read at once, the rest one by one, and add it in order."""
        bodies = self._opener.bodies(part)
        if wrong:
            bodies = [b"" if index in wrong else body for index, body in enumerate(bodies, begin)]
        made, rest = self._flat.read_many(bodies)
        alone = set(rest)
        brokers = list(map(_BROKER_TIME, [r for place, r in enumerate(part) if place not in alone] if rest else part))
        in_range = are_in_range(list(map(_TIME, made)), brokers)
        if not rest and in_range.all():
            decoded.events.extend(made)
            decoded.indexes.extend(range(begin, begin + len(part)))
            return
        ready = zip(made, in_range.tolist(), strict=True)
        for index, record in enumerate(part, begin):
            try:
                event = self._one(record, wrong.get(index)) if index - begin in alone else _if_in_range(*next(ready))
            except Refused as refused:
                decoded.rejects.append(Reject(index, refused.reason, refused.field))
            else:
                decoded.events.append(event)
                decoded.indexes.append(index)

    def _one(self, record: Record, wrong: Reason | None) -> Event:
        if wrong is not None:
            raise Refused(wrong)
        event = self._opener.read(record)
        return _if_in_range(event, is_in_range(event.event_time_ms, record.timestamp))


def _if_in_range(event: Event, is_so: bool) -> Event:
    if not is_so:
        raise Refused("time_out_of_range", "event_time")
    return event
