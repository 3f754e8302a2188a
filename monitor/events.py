"""The events, typed and minimal: the only form in which an event lives inside.

Way of an event: `intake` makes them (step 2), `counting` folds them (step 3). Pure.

Times are integers, milliseconds since 1970-01-01 UTC. Protected attributes are already one integer, the *combination*
of `monitor.vocabulary`; no raw value, no name and no unneeded field gets past `intake`.
"""

from enum import IntEnum
from typing import Final

import msgspec

SCORE_BINS: Final = 20
"""Scores are kept as one of this many equal bins of the configured range; bin `SCORE_BINS` means *no score*."""

TO_COME: Final = -1
"""The combination of an inference whose attributes arrive by their own topic."""


class Label(IntEnum):
    """What an outcome says. Audited labels are drawn at random and alone count for the false omission rate."""

    NEGATIVE = 0
    POSITIVE = 1
    AUDITED_NEGATIVE = 2
    AUDITED_POSITIVE = 3
    VOID = 4


class Explained(IntEnum):
    """Whether an explanation of the inference was stored."""

    NOT_SENT = 0
    NO = 1
    YES = 2


class Inference(msgspec.Struct, frozen=True, gc=False):
    """What a model said about one case.

    Parameters
    ----------
    prediction_id
        1 to 128 printable characters, unique in its feed.
    model, revision
        What said it; shadow traffic carries its own revision, ``r42.shadow``.
    event_time_ms
        When it was predicted.
    combination
        The attribute values as one integer (`monitor.vocabulary.Coding`), `TO_COME` if they have their own topic.
    prediction
        0 or 1.
    score_bin
        0 to `SCORE_BINS` - 1, or `SCORE_BINS` for no score.
    explained
        An `Explained`.
    model_digest, pod_template_hash
        Identity of what served. Without both the inference counts but condemns nothing.

    Examples
    --------
    >>> Inference("p1", "readmission", "r1", 1_767_225_600_000, combination=3, prediction=1).score_bin
    20
    """

    prediction_id: str
    model: str
    revision: str
    event_time_ms: int
    combination: int
    prediction: int
    score_bin: int = SCORE_BINS
    explained: int = Explained.NOT_SENT
    model_digest: str | None = None
    pod_template_hash: str | None = None


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """What turned out. `event_time_ms` is when the label became known; `label` is a `Label`.

    `model` is None where the feed's ids are unique over all its models.
    """

    prediction_id: str
    event_time_ms: int
    label: int
    model: str | None = None


class Attributes(msgspec.Struct, frozen=True, gc=False):
    """Protected attributes sent apart from the inference: one combination for each model of the feed, in its order."""

    prediction_id: str
    event_time_ms: int
    combinations: tuple[int, ...]
    model: str | None = None


class Explanation(msgspec.Struct, frozen=True, gc=False):
    """An explanation of an inference was stored after it was sent."""

    prediction_id: str
    event_time_ms: int
    model: str | None = None


Event = Inference | Outcome | Attributes | Explanation
