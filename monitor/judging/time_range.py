"""A reference of a time that the operator names: all panes of inferences in it, whoever served.

Way of an event: takes ripe cells beside step 7 until its own are all ripe; until then every stream is INCONCLUSIVE,
`reference_building`. Pure. Later panes are tested, earlier ones are neither tested nor declared normal.
"""

from typing import Final

from monitor.counting.ripe import RipeCells
from monitor.judging.collecting import Collecting, Progress
from monitor.judging.people import People
from monitor.judging.rules import JudgingRules

SOURCE: Final = "range"


class TimeRange(Collecting):
    """Collects a reference from a range of panes.

    Parameters
    ----------
    rules, people
        How is judged, and who is counted.
    range_ms
        Panes [from, to), whole ones.

    Examples
    --------
    >>> from monitor.counting.lattice import Lattice
    >>> from monitor.vocabulary import AttributeCoding, Coding
    >>> lattice = Lattice(Coding((AttributeCoding("sex", {"f": ("F",), "m": ("M",)}),)), depth=1)
    >>> rules = JudgingRules("m", ("error_rate",), pane_ms=10, edges_ms=(0, 10, 20))
    >>> week = TimeRange(rules, People(lattice), (100, 170))
    >>> week.end_ms, week.complete_ms
    (170, 190)
    """

    source = SOURCE

    def __init__(self, rules: JudgingRules, people: People, range_ms: tuple[int, int]) -> None:
        super().__init__(rules, people)
        self._end_ms = range_ms[1]
        self.progress = Progress(start_ms=range_ms[0], is_fixed=True)

    @property
    def end_ms(self) -> int:
        """End of the range."""
        return self._end_ms

    def _collect(self, cells: RipeCells) -> None:
        inside = (cells.pane_start_ms >= self.progress.start_ms) & (cells.pane_start_ms < self.end_ms)
        self._add(cells, inside)
