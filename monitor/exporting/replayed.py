"""What a replay or a demo leaves behind: the value that summary and report are made from.

Way of an event: after its end. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from monitor.exporting.acted import Acted
from monitor.exporting.pane_counts import CountsBook
from monitor.exporting.recording import Recording
from monitor.exporting.view import View


@dataclass(frozen=True, slots=True)
class Replayed:
    """All of it; numbers are exact, whoever shows them asks the gate.

    Parameters
    ----------
    view
        The last one, with all events in.
    book
        Final counts of every pane.
    recordings
        By model.
    seconds
        Wall time it took.
    memory_ms
        How long a record was held.
    acted
        What the controller did, by model; of those that nothing acts for there is none.
    """

    view: View
    book: CountsBook
    recordings: Mapping[str, Recording]
    seconds: float
    memory_ms: int = 0
    acted: Mapping[str, Acted] = field(default_factory=dict)
