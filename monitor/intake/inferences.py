"""What was said of one case, decoded -> an inference; one by one, and many at once.

Way of an event: step 2, after `forms`. `many` is what a full topic goes through: it does the same as the call, column
by column, because a loop in Python costs as much as the decoder. Pure.
"""

import re
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Final

from monitor.events import TO_COME, Explained, Inference
from monitor.intake.attributes import Combinations
from monitor.intake.makers import MODEL, Common, Said
from monitor.intake.reading import ModelReading, Reading
from monitor.intake.refusal import Refused
from monitor.intake.scores import ScoreBins
from monitor.intake.wire import LONGEST_TEXT, NAME_PATTERN

_MOST_KEPT: Final = 4_096
_NAME: Final = re.compile(NAME_PATTERN.removesuffix("$") + r"\Z")
_EXPLAINED: Final = {None: int(Explained.NOT_SENT), False: int(Explained.NO), True: int(Explained.YES)}
_SHADOW: Final = "shadow"

_REVISION = attrgetter("revision")
_ROUTE = attrgetter("route")
_ATTRIBUTES = attrgetter("attributes")
_PREDICTION = attrgetter("prediction")
_SCORE = attrgetter("score")
_EXPLAINED_FIELD = attrgetter("explained")
_DIGEST = attrgetter("model_digest")
_TEMPLATE = attrgetter("pod_template_hash")


class _Checked(dict[str | None, str | None]):
    """A text that was looked at before is looked up; a bounded memory. An empty one says nothing."""

    def __init__(self, field: str, is_good: Callable[[str], bool]) -> None:
        super().__init__({None: None})
        self._field, self._is_good = field, is_good

    def __missing__(self, text: str) -> str | None:
        if not self._is_good(text):
            raise Refused("bad_value", self._field)
        if len(self) < _MOST_KEPT:
            self[text] = text or None
        return text or None


def _is_name(text: str) -> bool:
    return _NAME.match(text) is not None


def _is_identity(text: str) -> bool:
    return len(text) <= LONGEST_TEXT and text.isprintable()


class _Model:
    """What is looked up for an inference of a model; `combinations` is None where attributes have their own topic."""

    __slots__ = ("bins", "combinations", "name", "threshold")

    def __init__(self, reading: ModelReading, attributes_apart: bool) -> None:
        self.name, self.threshold = reading.name, reading.threshold
        self.combinations = None if attributes_apart else Combinations((reading.coding,))
        self.bins = ScoreBins(*reading.score_range)

    def combination(self, said: Said) -> int:
        return TO_COME if self.combinations is None else self.combinations[bytes(said.attributes)][0]

    def combinations_of(self, said: Sequence[Said]) -> list[int]:
        if self.combinations is None:
            return [TO_COME] * len(said)
        found = map(self.combinations.__getitem__, map(bytes, map(_ATTRIBUTES, said)))
        return [one for (one,) in found]

    def prediction(self, said: Said) -> int:
        if said.prediction is not None:
            return int(said.prediction)
        threshold = self.threshold if said.threshold is None else said.threshold
        if said.score is None or threshold is None:
            raise Refused("missing_field", "prediction")
        return int(said.score >= threshold)


class InferenceMaker(Common):
    """Makes inferences.

    Parameters
    ----------
    reading
        The topic.
    """

    def __init__(self, reading: Reading) -> None:
        super().__init__(reading)
        self._models: dict[str | None, _Model] = {
            model.name: _Model(model, reading.attributes_apart) for model in reading.models
        }
        if self._fixed is not None:
            self._models[None] = self._models[self._fixed]
        self._revisions = _Checked("revision", _is_name)
        self._digests = _Checked("model_digest", _is_identity)
        self._templates = _Checked("pod_template_hash", _is_identity)

    def __call__(self, said: Said, envelope_time: str | None) -> Inference:
        """As `Maker`."""
        model = self._models[said.model]
        return Inference(
            self._id(said),
            model.name,
            self._revision(said),
            self._time(said, envelope_time),
            model.combination(said),
            model.prediction(said),
            model.bins.bin(said.score),
            _EXPLAINED[said.explained],
            self._digests[said.model_digest],
            self._templates[said.pod_template_hash],
        )

    def _revision(self, said: Said) -> str:
        revision = self._revisions[said.revision]
        return f"{revision}.{_SHADOW}" if said.route == _SHADOW else str(revision)

    def many(self, said: Sequence[Said]) -> list[Inference]:
        """As `Maker`."""
        names = set(map(MODEL, said))
        if len(names) == 1:
            return self._of_model(self._models[names.pop()], said)
        made: list[Inference | None] = [None] * len(said)
        for name in names:
            places = [place for place, one in enumerate(said) if one.model == name]
            mine = self._of_model(self._models[name], [said[place] for place in places])
            for place, event in zip(places, mine, strict=True):
                made[place] = event
        return made  # type: ignore[return-value]  # every one has a model

    def _of_model(self, model: _Model, said: Sequence[Said]) -> list[Inference]:
        predictions = list(map(_PREDICTION, said))
        if None in predictions:
            predictions = list(map(model.prediction, said))
        if _SHADOW in set(map(_ROUTE, said)):
            revisions: list[str] = list(map(self._revision, said))
        else:
            revisions = list(map(self._revisions.__getitem__, map(_REVISION, said)))  # type: ignore[arg-type]  # no None
        return list(
            map(
                Inference,
                self._ids(said),
                [model.name] * len(said),
                revisions,
                self._times_of(said),
                model.combinations_of(said),
                predictions,
                model.bins.many(list(map(_SCORE, said))),
                map(_EXPLAINED.__getitem__, map(_EXPLAINED_FIELD, said)),
                map(self._digests.__getitem__, map(_DIGEST, said)),
                map(self._templates.__getitem__, map(_TEMPLATE, said)),
            )
        )
