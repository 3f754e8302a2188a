"""Who said it: model and revision as a small number, and the identities that served under that name.

Way of an event: step 3. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import repeat
from operator import attrgetter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from monitor.counting.packing import payload_without_source, source_of
from monitor.events import Inference

MOST_REVISIONS: Final = 4_000
"""Different (model, revision) in one partition; those beyond are counted under the revision `OVERFLOW`."""

OVERFLOW: Final = "other"

_IDENTITY: Final = attrgetter("model", "revision", "model_digest", "pod_template_hash")

MOST_IDENTITIES: Final = 8
"""Digests (or template hashes) kept of one revision: two are already one too many."""


@dataclass(slots=True)
class Source:
    """One revision of one model. Two `digests` under one revision: flagged, never acted on."""

    model: str
    revision: str
    digests: list[str] = field(default_factory=list)
    pod_template_hashes: list[str] = field(default_factory=list)
    is_unattributed: bool = False


class Sources:
    """The sources of a partition, numbered as they came.

    Examples
    --------
    >>> sources = Sources({"readmission": 0})
    >>> sources.number(Inference("p", "readmission", "r1", 0, 0, 1))
    0
    >>> sources.known[0].is_unattributed
    True
    """

    def __init__(self, models: dict[str, int]) -> None:
        self.known: list[Source] = []
        self.models: list[int] = []
        self._model_numbers = models
        self._numbers: dict[tuple[str, str], int] = {}
        self._seen: dict[tuple[str, str, str | None, str | None], int] = {}

    def number(self, event: Inference) -> int:
        """Number of the event's model and revision; its identity is noted."""
        identity = (event.model, event.revision, event.model_digest, event.pod_template_hash)
        number = self._seen.get(identity)
        return self._note(*identity) if number is None else number

    def numbers(self, events: Sequence[Inference]) -> NDArray[np.int64]:
        """`number` for many."""
        numbers = np.fromiter(map(self._seen.get, map(_IDENTITY, events), repeat(-1)), np.int64, len(events))
        for place in np.flatnonzero(numbers < 0).tolist():
            numbers[place] = self.number(events[place])
        return numbers

    def _note(self, model: str, revision: str, digest: str | None, template: str | None) -> int:
        if (model, revision) not in self._numbers and len(self.known) >= MOST_REVISIONS:
            revision = OVERFLOW
        number = self._numbers.get((model, revision))
        if number is None:
            number = self.put(Source(model, revision))
        source = self.known[number]
        for value, values in ((digest, source.digests), (template, source.pod_template_hashes)):
            if value is not None and value not in values and len(values) < MOST_IDENTITIES:
                values.append(value)
        source.is_unattributed |= digest is None or template is None
        if len(self._seen) < MOST_REVISIONS * MOST_IDENTITIES:
            self._seen[model, revision, digest, template] = number
        return number

    def put(self, source: Source) -> int:
        """Add a source under the next number."""
        number = len(self.known)
        self.known.append(source)
        self.models.append(self._model_numbers[source.model])
        self._numbers[source.model, source.revision] = number
        return number

    def model_of(self, number: int) -> int:
        """Number of the model of a source."""
        return self.models[number]

    def hash_of(self, payload: int) -> bytes:
        """Content hash of a payload, the same in every process: numbers of sources depend on the order of arrival."""
        source = self.known[source_of(payload)]
        rest = payload_without_source(payload)
        return blake2b(f"{source.model}\n{source.revision}\n{rest}".encode(), digest_size=8).digest()
