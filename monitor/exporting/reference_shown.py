"""What may be shown of a reference: its counts are of people, too.

Way of an event: step 9, beside `gate`. Pure.
"""

from dataclasses import replace

from monitor.exporting.small import is_small, stepped
from monitor.judging.verdict import ReferenceRate, StreamVerdict


def shown_reference(known: ReferenceRate, min_cell: int) -> ReferenceRate | None:
    """What may be shown of a reference: None if it tells of too few people, as its rate and its limit alone would.

    The rest is rounded: of two subgroups that are shown the third could be worked out to the single case.

    >>> shown_reference(ReferenceRate("id", 249 / 1690, 1690, 0.16789), min_cell=11)
    ReferenceRate(id='id', value=0.147, samples=1600, tolerated=0.168)
    >>> shown_reference(ReferenceRate("id", 0.2, 20, 0.3), min_cell=11) is None
    True
    """
    harmed = round(known.value * known.samples)
    if is_small(harmed, min_cell) or is_small(known.samples - harmed, min_cell):
        return None
    step = max(min_cell, 10 ** (len(str(known.samples)) - 2))
    samples = stepped(known.samples, step)
    return replace(known, value=round(known.value, 3), samples=samples, tolerated=round(known.tolerated, 3))


def shown_verdict(said: StreamVerdict, min_cell: int) -> StreamVerdict:
    """A verdict with what may be shown of its reference."""
    return said if said.reference is None else replace(said, reference=shown_reference(said.reference, min_cell))
