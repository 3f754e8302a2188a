"""Event times of a recording that lie so far from all others that a year, or a unit, may be wrong: named, not judged.

Way of an event: after its end, for the table and the summary of a replay. Pure.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from monitor.exporting.moments import rfc3339
from monitor.exporting.replayed import Replayed


def odd_times(done: Replayed) -> Iterator[str]:
    """A sentence for each model whose last inferences, or outcomes, stand apart from all before.

    What lies further behind the others than a record is held can have nothing to do with them.

    >>> from monitor.exporting.pane_counts import CountsBook
    >>> from monitor.exporting.view import View
    >>> list(odd_times(Replayed(View(published_ms=0), CountsBook({}), {}, seconds=1.0)))
    []
    """
    for model in done.view.models:
        name, starts = model.model, done.book.starts_ms(model.model)
        for before, after in pairwise(starts):
            if after - before > done.memory_ms:
                yield f"{name}: no inference from {rfc3339(before)} until {rfc3339(after)}. {_QUESTION}"
        learnt = max((topic.last_event_ms.get(("outcome", name), 0) for topic in done.view.topics), default=0)
        if starts and learnt - starts[-1] > 2 * done.memory_ms:
            last = f"the last inference of {rfc3339(starts[-1])}"
            yield f"{name}: the last outcome is of {rfc3339(learnt)}, {last}. {_QUESTION}"


_QUESTION: Final = "Is a year wrong? Verdicts are those of the last day."
