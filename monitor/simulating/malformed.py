"""Records that are no events, one for each way in which producers go wrong, with the reason they must be given.

Beside the way of an event: `faults` mixes them in. Pure.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Form:
    """One way to go wrong: the reason `intake` must give, and how a good event is spoilt."""

    reason: str
    make: Callable[[Body], bytes]


def _cut(body: Body) -> bytes:
    return msgspec.json.encode(body)[:-20]


def _but(**changes: Any) -> Callable[[Body], bytes]:
    return lambda body: msgspec.json.encode({**body, **changes})


def _without(name: str) -> Callable[[Body], bytes]:
    return lambda body: msgspec.json.encode({key: value for key, value in body.items() if key != name})


_ANY: Final = (
    Form("empty", lambda _: b""),
    Form("not_json", _cut),
    Form("not_object", lambda body: msgspec.json.encode([body])),
    Form("missing_field", _without("prediction_id")),
    Form("bad_time", _but(event_time="yesterday")),
    Form("time_out_of_range", lambda body: _but(event_time=body["event_time"] // 1_000)(body)),
)

FORMS: Final[Mapping[str, tuple[Form, ...]]] = {
    "inference": (*_ANY, Form("bad_value", _but(prediction=2)), Form("unknown_model", _but(model="another"))),
    "outcome": (*_ANY, Form("bad_value", _but(label=2)), Form("wrong_type", _but(label="yes"))),
}
"""By role.

>>> [form.make({"prediction_id": "p1", "label": 0}) for form in FORMS["outcome"] if form.reason == "bad_value"]
[b'{"prediction_id":"p1","label":2}']
"""
