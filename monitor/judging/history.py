"""What was said of each stream before, and since when: a verdict that stays keeps its time.

Way of an event: step 8. Pure.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

_NONE = -1


class Stored(msgspec.Struct, array_like=True):
    """Of each revision: verdict, previous verdict, time of the change, packed."""

    revisions: dict[str, bytes]


class History:
    """Verdicts of every revision, with the one before; every array has the shape (metrics, subgroups).

    Examples
    --------
    >>> from monitor.judging.verdict import Verdict
    >>> history = History(metrics=1, subgroups=1)
    >>> history.note("r1", np.array([[Verdict.HEALTHY]]), end_ms=10)
    >>> history.note("r1", np.array([[Verdict.SUSPECT]]), end_ms=20)
    >>> history.note("r1", np.array([[Verdict.SUSPECT]]), end_ms=30)
    >>> history.since_ms("r1").tolist(), history.previous("r1").tolist()
    ([[20]], [[0]])
    """

    def __init__(self, metrics: int, subgroups: int) -> None:
        self._shape = (3, metrics, subgroups)
        self._known: dict[str, Ints] = {}

    def note(self, revision: str, verdicts: Ints, end_ms: int) -> None:
        """Keep the verdicts that are said now."""
        known = self._known.setdefault(revision, np.full(self._shape, _NONE))
        changed = known[0] != verdicts
        known[1][changed] = known[0][changed]
        known[0][changed] = verdicts[changed]
        known[2][changed] = end_ms

    def since_ms(self, revision: str) -> Ints:
        """When each stream's verdict last changed; a copy, as of now."""
        since_ms: Ints = self._known[revision][2].copy()
        return since_ms

    def previous(self, revision: str) -> Ints:
        """Each stream's verdict before that; -1 if the present one is the first; a copy, as of now."""
        previous: Ints = self._known[revision][1].copy()
        return previous

    def forget(self, revision: str) -> None:
        """Let a revision go."""
        self._known.pop(revision, None)

    def stored(self) -> Stored:
        """What to store."""
        return Stored({revision: known.tobytes() for revision, known in sorted(self._known.items())})

    def restore(self, stored: Stored) -> None:
        """Take up what was stored. ValueError for another shape."""
        self._known = {
            name: np.frombuffer(packed, np.int64).reshape(self._shape).copy()
            for name, packed in stored.revisions.items()
        }
