"""CloudEvents 1.0 in Kafka records: the attributes in headers (binary mode), or all in one JSON object (structured).

Way of an event: step 2. Only what is needed is read: version, type, time and data; `prediction_id` stays the id. Pure.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from monitor.events import Event
from monitor.intake.body import FAULTS, body_of, check_text, fields_of
from monitor.intake.flat import FlatReader
from monitor.intake.refusal import Refused
from monitor.intake.wire import CLOUD_TYPES, Kind
from monitor.ports import Record

_VERSION: Final = "1.0"
_STRUCTURED: Final = b"application/cloudevents"
_STRUCTURED_JSON: Final = (b"application/cloudevents", b"application/cloudevents+json")
_KINDS: Final[dict[bytes | None, Kind]] = {type_.encode(): kind for type_, kind in CLOUD_TYPES.items()}


class _Envelope(msgspec.Struct, gc=False):
    specversion: str
    type: str
    data: msgspec.Raw
    time: str | None = None


_envelope_of = msgspec.json.Decoder(_Envelope).decode
_text_of = msgspec.json.Decoder(str | None).decode


class CloudEventOpener:
    """Opens CloudEvents whose data are canonical JSON v1.

    Parameters
    ----------
    flat
        Reads their data.

    References
    ----------
    CloudEvents 1.0.2; Kafka protocol binding 1.0.2, sections 3.2 and 3.3.
    """

    def __init__(self, flat: FlatReader) -> None:
        self._flat = flat

    def bodies(self, records: Sequence[Record]) -> list[bytes]:
        """As `Opener`: binary mode, of the usual kind."""
        usual = f"fairdrift.{next(iter(self._flat.kinds))}.v1".encode()
        return [_usual_body(record, usual) for record in records]

    def read(self, record: Record) -> Event:
        """As `Opener`."""
        headers = dict(record.headers)
        content_type = (headers.get("content-type") or b"").lower()
        if content_type.startswith(_STRUCTURED):
            return self._read_structured(record, content_type)
        version = headers.get("ce_specversion")
        if version is None:
            raise Refused("bad_framing", "ce_specversion")
        if version != _VERSION.encode():
            raise Refused("unknown_type", "ce_specversion")
        kind = _KINDS.get(headers.get("ce_type"))
        if kind is None or kind not in self._flat.kinds:
            raise Refused("unknown_type", "ce_type")
        time = headers.get("ce_time")
        return self._flat.read_kind(kind, body_of(record), None if time is None else time.decode("utf-8", "replace"))

    def _read_structured(self, record: Record, content_type: bytes) -> Event:
        body = body_of(record)
        if content_type.partition(b";")[0].strip() not in _STRUCTURED_JSON:
            raise Refused("bad_framing", "content-type")  # a batch, or another format
        check_text(body)
        try:
            envelope = _envelope_of(body)
        except FAULTS:
            envelope = _exact_envelope(fields_of(body))
        if envelope.specversion != _VERSION:
            raise Refused("unknown_type", "specversion")
        kind = CLOUD_TYPES.get(envelope.type)
        if kind is None or kind not in self._flat.kinds:
            raise Refused("unknown_type", "type")
        return self._flat.read_kind(kind, bytes(envelope.data), envelope.time)


def _usual_body(record: Record, usual: bytes) -> bytes:
    headers = dict(record.headers)
    is_usual = (
        headers.get("ce_type") == usual
        and headers.get("ce_specversion") == _VERSION.encode()
        and not (headers.get("content-type") or b"").lower().startswith(_STRUCTURED)
    )
    try:
        return body_of(record) if is_usual else b""
    except Refused:
        return b""


def _exact_envelope(sent: Mapping[str, msgspec.Raw]) -> _Envelope:
    """The envelope from its raw fields, or the first that is missing or wrong."""
    if "data" not in sent and "data_base64" in sent:
        raise Refused("bad_framing", "data_base64")
    texts = {name: _text(sent, name) for name in ("specversion", "type", "time")}
    specversion, type_ = texts["specversion"], texts["type"]
    if specversion is None or type_ is None:
        raise Refused("missing_field", "specversion" if specversion is None else "type")
    if "data" not in sent:
        raise Refused("missing_field", "data")
    return _Envelope(specversion, type_, sent["data"], texts["time"])


def _text(sent: Mapping[str, msgspec.Raw], name: str) -> str | None:
    try:
        text: str | None = _text_of(sent.get(name, b"null"))
    except FAULTS as error:
        raise Refused("wrong_type", name) from error
    return text
