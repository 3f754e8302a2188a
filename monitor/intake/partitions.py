"""Whether a record stands where its key puts it: joining by key happens inside a partition.

Way of an event: step 2. Pure.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from monitor.intake.refusal import Reason
from monitor.ports import Record

_SEED: Final = 0x9747B28C
_MULTIPLIER: Final = np.uint32(0x5BD1E995)


def murmur2(keys: Sequence[bytes]) -> NDArray[np.uint32]:
    """The hash that Java's and kafka-python's default partitioner take of a key, for many keys at once.

    >>> murmur2([b"foobar", b"21"]).view("int32").tolist()
    [-790332482, -973932308]

    References
    ----------
    `Utils.murmur2` of Apache Kafka; Austin Appleby's MurmurHash2 with a seed of its own.
    """
    found = np.empty(len(keys), np.uint32)
    lengths = np.fromiter(map(len, keys), np.int64, len(keys))
    for length in np.unique(lengths).tolist():
        places = np.flatnonzero(lengths == length)
        joined = b"".join(keys[place] for place in places.tolist()) if len(places) < len(keys) else b"".join(keys)
        found[places] = _of_equal_length(np.frombuffer(joined, np.uint8).reshape(len(places), length))
    return found


def _of_equal_length(keys: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """One row a key."""
    count, length = keys.shape
    words, rest = divmod(length, 4)
    blocks = np.ascontiguousarray(keys[:, : words * 4]).view("<u4")
    mixed = np.full(count, _SEED ^ length, np.uint32)
    for word in range(words):
        block = blocks[:, word] * _MULTIPLIER
        block ^= block >> np.uint32(24)
        mixed *= _MULTIPLIER
        mixed ^= block * _MULTIPLIER
    if rest:
        for place in range(rest):
            mixed ^= keys[:, words * 4 + place].astype(np.uint32) << np.uint32(8 * place)
        mixed *= _MULTIPLIER
    mixed ^= mixed >> np.uint32(13)
    mixed *= _MULTIPLIER
    mixed ^= mixed >> np.uint32(15)
    return mixed


def misplaced(records: Sequence[Record], partition: int, partitions: int) -> dict[int, Reason]:
    """Place of each record that is not where it belongs -> why: `no_key` or `wrong_partition`.

    Parameters
    ----------
    records
        Records of one partition.
    partition, partitions
        Its number, and how many the topic has; with one, everything is in its place.
    """
    if partitions == 1:
        return {}
    keys = [record.key for record in records]
    wrong: dict[int, Reason] = {}
    if None in keys:
        wrong = {index: "no_key" for index, key in enumerate(keys) if key is None}
        keys = [key or b"" for key in keys]
    home = (murmur2(keys) & np.uint32(0x7FFFFFFF)) % np.uint32(partitions)  # type: ignore[arg-type]  # no None left
    for index in np.flatnonzero(home != partition).tolist():
        wrong.setdefault(index, "wrong_partition")
    return wrong
