"""What was said, decoded -> the event, or why it is none: the rules that types cannot say.

Way of an event: step 2, after `forms`; `inferences` has the largest one. Pure.
"""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any, Protocol

from monitor.events import Attributes, Event, Explanation, Label, Outcome
from monitor.intake.attributes import Combinations
from monitor.intake.reading import Reading
from monitor.intake.refusal import Refused
from monitor.intake.times import EventTimes
from monitor.intake.wire import AUDIT

Said = Any
"""A decoded struct of `forms`: its class is made for the topic, with the fields of `wire`."""

ID = attrgetter("prediction_id")
TIME = attrgetter("event_time")
MODEL = attrgetter("model")
_LABEL = attrgetter("label")
_VOID = attrgetter("void")
_SOURCE = attrgetter("source")


class Maker(Protocol):
    """Makes the events of one kind on one topic."""

    def __call__(self, said: Said, envelope_time: str | None) -> Event:
        """The event. `envelope_time` is for one that has no time of its own. Raises `Refused`."""
        ...

    def many(self, said: Sequence[Said]) -> Sequence[Event]:
        """The same for many without an envelope. Raises `Refused` if one is refused; which one, the other tells."""
        ...


class Common:
    """What all events have: an id, a time, a model where it is known."""

    def __init__(self, reading: Reading) -> None:
        self._fixed = reading.fixed_model
        self._may_lack_time = reading.adapter == "cloudevents"
        self._times = EventTimes()

    def _id(self, said: Said) -> str:
        prediction_id: str = said.prediction_id
        if not prediction_id.isprintable():
            raise Refused("bad_value", "prediction_id")
        return prediction_id

    def _ids(self, said: Sequence[Said]) -> list[str]:
        ids = list(map(ID, said))
        if not "".join(ids).isprintable():
            raise Refused("bad_value", "prediction_id")
        return ids

    def _time(self, said: Said, envelope_time: str | None) -> int:
        sent: str | int | None = said.event_time
        if sent is None:
            sent = envelope_time
        if sent is None:
            raise Refused("missing_field", "event_time")
        return self._times.read(sent)

    def _times_of(self, said: Sequence[Said]) -> list[int]:
        times = list(map(TIME, said))
        if self._may_lack_time and None in times:
            raise Refused("missing_field", "event_time")
        return self._times.read_many(times)


class OutcomeMaker(Common):
    """Makes outcomes."""

    def __call__(self, said: Said, envelope_time: str | None) -> Outcome:
        """As `Maker`."""
        return Outcome(self._id(said), self._time(said, envelope_time), _label(said), said.model or self._fixed)

    def many(self, said: Sequence[Said]) -> list[Outcome]:
        """As `Maker`."""
        labels, models = list(map(_LABEL, said)), list(map(MODEL, said))
        if None in labels or any(map(_VOID, said)) or any(map(_SOURCE, said)):
            labels = list(map(_label, said))
        if self._fixed is not None:
            models = [self._fixed] * len(said)
        return list(map(Outcome, self._ids(said), self._times_of(said), labels, models))


def _label(said: Said) -> int:
    if said.void:
        if said.label is not None:
            raise Refused("bad_value", "void")
        return int(Label.VOID)
    if said.label is None:
        raise Refused("missing_field", "label")
    label: int = said.label
    return label + int(Label.AUDITED_NEGATIVE) if said.source == AUDIT else label


class AttributesMaker(Common):
    """Makes attributes that come apart: a combination for each model of the feed."""

    def __init__(self, reading: Reading) -> None:
        super().__init__(reading)
        self._combinations = Combinations([model.coding for model in reading.models])

    def __call__(self, said: Said, envelope_time: str | None) -> Attributes:
        """As `Maker`."""
        prediction_id, time_ms = self._id(said), self._time(said, envelope_time)
        return Attributes(prediction_id, time_ms, self._combinations[bytes(said.attributes)], said.model or self._fixed)

    def many(self, said: Sequence[Said]) -> list[Attributes]:
        """As `Maker`."""
        return [self(one, None) for one in said]


class ExplanationMaker(Common):
    """Makes explanations."""

    def __call__(self, said: Said, envelope_time: str | None) -> Explanation:
        """As `Maker`."""
        return Explanation(self._id(said), self._time(said, envelope_time), said.model or self._fixed)

    def many(self, said: Sequence[Said]) -> list[Explanation]:
        """As `Maker`."""
        return [self(one, None) for one in said]
