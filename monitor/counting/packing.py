"""One integer for what an inference said, and one for a labelled cell.

Way of an event: between step 3 and 4: comparing, storing and counting work on these. Pure.

A *payload* holds, from its high bits down: the source (a number for model and revision), the combination of attribute
values plus one (0: still to come), the prediction, the score's bin, whether it was explained. It is the key of the
label-free cell, too. The key of a labelled cell is the payload without score and explanation, and the label; where a
model's calibration is watched, the score's bin plus one comes back above it (0: not kept).
"""

from collections.abc import Sequence
from operator import attrgetter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from monitor.events import TO_COME, Inference

COMBINATION_BITS: Final = 36
SOURCE_BITS: Final = 14
MOST_COMBINATIONS: Final = (1 << COMBINATION_BITS) - 1
MOST_SOURCES: Final = 1 << SOURCE_BITS
MOST_MODELS: Final = (1 << 13) - 1
"""Models of a feed: an outcome names one in 13 bits beside its label, and 0 is none (`monitor.counting.rows`)."""
_EXPLAINED, _SCORE, _PREDICTION, _COMBINATION = 0, 2, 7, 8
_SOURCE: Final = _COMBINATION + COMBINATION_BITS
_LABELLED_SOURCE: Final = _SOURCE - _PREDICTION + 2
_LABELLED_SCORE: Final = _LABELLED_SOURCE + SOURCE_BITS


def pack_many(sources: NDArray[np.int64], events: Sequence[Inference]) -> NDArray[np.int64]:
    """`pack` for many inferences with their sources."""
    count = len(events)
    combination = np.fromiter(map(attrgetter("combination"), events), np.int64, count)
    prediction = np.fromiter(map(attrgetter("prediction"), events), np.int64, count)
    score_bin = np.fromiter(map(attrgetter("score_bin"), events), np.int64, count)
    explained = np.fromiter(map(attrgetter("explained"), events), np.int64, count)
    return (
        sources << _SOURCE
        | combination + 1 << _COMBINATION
        | prediction << _PREDICTION
        | score_bin << _SCORE
        | explained
    )


def pack(source: int, event: Inference) -> int:
    """The payload of an inference.

    >>> event = Inference("p", "m", "r", 0, combination=5, prediction=1, score_bin=7, explained=2)
    >>> payload = pack(3, event)
    >>> source_of(payload), combination_of(payload), prediction_of(payload), explained_of(payload)
    (3, 5, 1, 2)
    """
    return (
        source << _SOURCE
        | event.combination + 1 << _COMBINATION
        | event.prediction << _PREDICTION
        | event.score_bin << _SCORE
        | event.explained
    )


def source_of(payload: int) -> int:
    return payload >> _SOURCE


def payload_without_source(payload: int) -> int:
    return payload & (1 << _SOURCE) - 1


def combination_of(payload: int) -> int:
    return (payload >> _COMBINATION & MOST_COMBINATIONS) - 1


def prediction_of(payload: int) -> int:
    return payload >> _PREDICTION & 1


def score_bin_of(payload: int) -> int:
    return payload >> _SCORE & 31


def explained_of(payload: int) -> int:
    return payload & 3


def with_combination(payload: int, combination: int) -> int:
    """The same with another combination."""
    return payload & ~(MOST_COMBINATIONS << _COMBINATION) | combination + 1 << _COMBINATION


def with_explained(payload: int, explained: int) -> int:
    """The same with another answer to "was it explained?"."""
    return payload & ~3 | explained


def is_same_but_explained(payload: int, other: int) -> bool:
    """Whether two payloads differ at most in the answer to "was it explained?"."""
    return payload | 3 == other | 3


def has_combination(payload: int) -> bool:
    return combination_of(payload) != TO_COME


def have_combination(payloads: NDArray[np.int64]) -> NDArray[np.bool_]:
    """`has_combination` for many."""
    has: NDArray[np.bool_] = (payloads >> _COMBINATION & MOST_COMBINATIONS) != TO_COME + 1
    return has


def labelled_key(payload: int, label: int, *, with_score: bool = False) -> int:
    """Key of the labelled cell of a payload and one of the four counting labels.

    >>> event = Inference("p", "m", "r", 0, combination=5, prediction=1, score_bin=7)
    >>> key = labelled_key(pack(3, event), 1, with_score=True)
    >>> without_score(key) == labelled_key(pack(3, event), 1), labelled_scores(np.array([key])).tolist()
    (True, [7])
    """
    key = payload >> _PREDICTION << 2 | label
    return key | score_bin_of(payload) + 1 << _LABELLED_SCORE if with_score else key


def labelled_keys(
    payloads: NDArray[np.int64], labels: NDArray[np.int64], *, with_score: bool = False
) -> NDArray[np.int64]:
    """`labelled_key` for many."""
    keys = payloads >> _PREDICTION << 2 | labels
    return keys | (payloads >> _SCORE & 31) + 1 << _LABELLED_SCORE if with_score else keys


def without_score(key: int) -> int:
    """A labelled key as it would be without its score."""
    return key & (1 << _LABELLED_SCORE) - 1


def labelled_scores(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """Score bins of labelled keys; -1 where none was kept."""
    return (keys >> _LABELLED_SCORE) - 1


def sources_of(payloads: NDArray[np.int64]) -> NDArray[np.int64]:
    """`source_of` for many."""
    return payloads >> _SOURCE


def unpack_labelled(keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], ...]:
    """Columns source, combination, prediction, label of labelled keys."""
    source = keys >> _LABELLED_SOURCE & MOST_SOURCES - 1
    return source, (keys >> 3 & MOST_COMBINATIONS) - 1, keys >> 2 & 1, keys & 3


def unpack_payload(keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], ...]:
    """Columns source, combination, prediction, score bin, explained of payloads."""
    return (
        keys >> _SOURCE,
        (keys >> _COMBINATION & MOST_COMBINATIONS) - 1,
        keys >> _PREDICTION & 1,
        keys >> _SCORE & 31,
        keys & 3,
    )
