"""JSON text -> event: the fast way, and behind it the exact one that finds the reason.

Way of an event: step 2. `decode` calls it with the text of `body`, `cloudevents` or `mapping`. Pure.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final

import msgspec

from monitor.events import Event
from monitor.intake.body import FAULTS, fields_of
from monitor.intake.forms import Form
from monitor.intake.inferences import InferenceMaker
from monitor.intake.makers import AttributesMaker, ExplanationMaker, Maker, OutcomeMaker, Said
from monitor.intake.reading import Reading
from monitor.intake.refusal import Refused
from monitor.intake.wire import CLOUD_TYPES, KINDS_OF_ROLE, Kind

_text_of = msgspec.json.Decoder(str).decode

_KIND_OF: Final[dict[str, Kind]] = {**CLOUD_TYPES, **{kind: kind for kind in CLOUD_TYPES.values()}}
"""What a field `type` may say."""

_MAKERS: Final[dict[Kind, Callable[[Reading], Maker]]] = {
    "inference": InferenceMaker,
    "outcome": OutcomeMaker,
    "attributes": AttributesMaker,
    "explanation": ExplanationMaker,
}


class FlatReader:
    """Reads canonical JSON v1, one object a text.

    What says no kind is of the first kind of its topic; an explanation on the inference topic must say ``"type":
    "explanation"``, because without it nothing tells it from an inference whose fields are missing.

    Parameters
    ----------
    reading
        The topic.

    Attributes
    ----------
    dropped
        Unknown fields of the events read so far.

    Examples
    --------
    >>> from monitor.vocabulary import AttributeCoding, Coding
    >>> from monitor.intake.reading import ModelReading
    >>> coding = Coding((AttributeCoding("sex", {"female": ("F",), "male": ("M",)}),))
    >>> reader = FlatReader(Reading("outcome", (ModelReading("readmission", coding),)))
    >>> reader.read(b'{"prediction_id": "p1", "event_time": "2026-01-31T00:00:00Z", "label": 1, "ward": "3b"}')
    Outcome(prediction_id='p1', event_time_ms=1769817600000, label=1, model=None)
    >>> reader.dropped
    1
    """

    def __init__(self, reading: Reading) -> None:
        kinds = KINDS_OF_ROLE[reading.role]
        self._ways = {kind: (Form(reading, kind), _MAKERS[kind](reading)) for kind in kinds}
        self._form, self._make = self._ways[kinds[0]]
        self._expects_more = False
        self.dropped = 0

    @property
    def kinds(self) -> Collection[Kind]:
        """What the topic may carry."""
        return self._ways.keys()

    def read(self, body: bytes) -> Event:
        """The event of a text. Raises `Refused`."""
        try:
            said = self._form.strict(body)
        except FAULTS:
            return self._read_exactly(body, None, None)
        return self._make(said, None)

    def read_kind(self, kind: Kind, body: bytes, envelope_time: str | None) -> Event:
        """The same where an envelope says the kind, and perhaps a time for events that have none of their own."""
        form, make = self._ways[kind]
        try:
            said = form.strict(body)
        except FAULTS:
            return self._read_exactly(body, kind, envelope_time)
        return make(said, envelope_time)

    def _read_exactly(self, body: bytes, kind: Kind | None, envelope_time: str | None) -> Event:
        sent = fields_of(body)
        form, make = self._ways[self._said_kind(sent) if kind is None else kind]
        try:
            said = form.tolerant(body)
        except FAULTS:
            said = form.exact(sent)
        event = make(said, envelope_time)
        self.dropped += len(sent.keys() - form.names)
        return event

    def _said_kind(self, sent: Mapping[str, msgspec.Raw]) -> Kind:
        raw = sent.get("type")
        if raw is None or bytes(raw) == b"null":
            return next(iter(self._ways))
        try:
            kind = _KIND_OF.get(_text_of(raw))
        except FAULTS as error:
            raise Refused("unknown_type", "type") from error
        if kind is None or kind not in self._ways:
            raise Refused("unknown_type", "type")
        return kind

    def read_many(self, bodies: Sequence[bytes]) -> tuple[list[Event], list[int]]:
        """The events of many texts, in order, and the places of texts that only `read` can tell about."""
        said: list[Said] = []
        extra: list[int] = []
        if self._expects_more:
            rest = self._loosely(bodies, range(len(bodies)), said, extra)
        else:
            rest = self._strictly(bodies, said)
            rest = self._loosely(bodies, rest, said, extra) if rest else rest
        try:
            made = list(self._make.many(said))
        except Refused:
            return [], list(range(len(bodies)))
        self._expects_more = sum(map(bool, extra)) > len(bodies) // 2
        self.dropped += sum(extra)
        return made, rest

    def _strictly(self, bodies: Sequence[bytes], said: list[Said]) -> list[int]:
        """Decode the fast way; gives the places where that failed, which say None for now."""
        failed: list[int] = []
        texts = map(self._form.strict, bodies)
        while len(said) < len(bodies):
            try:
                said.extend(texts)  # what came before a fault stays, and the next turn goes on behind it
            except FAULTS:
                failed.append(len(said))
                said.append(None)
        return failed

    def _loosely(self, bodies: Sequence[bytes], places: Sequence[int], said: list[Said], extra: list[int]) -> list[int]:
        """Decode what has unknown fields, and count them; what is no event of the usual kind is left out of `said`."""
        failed = []
        said += [None] * (len(bodies) - len(said))
        for place in places:
            try:
                sent = fields_of(bodies[place])
                said[place] = self._form.tolerant(bodies[place])
            except (Refused, *FAULTS):
                failed.append(place)
            else:
                extra.append(len(sent.keys() - self._form.names))
        for place in reversed(failed):
            del said[place]
        return failed
