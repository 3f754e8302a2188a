"""Which time is declared normal: a reference that was given, if it fits the rules, or one that is collected.

Way of an event: beside step 7: `judge` hands each step on to it, and asks what the next one is compared with. Pure.
"""

from collections.abc import Mapping
from dataclasses import replace

from monitor.counting.ripe import LABEL_FREE, RipeCells
from monitor.judging import collecting
from monitor.judging.bootstrap import Bootstrap
from monitor.judging.collecting import Collecting
from monitor.judging.dispersion import Slots
from monitor.judging.people import People
from monitor.judging.reference import Reference
from monitor.judging.rules import JudgingRules
from monitor.judging.seasonal_key import in_season
from monitor.judging.tally import Tally, summed
from monitor.judging.time_judged import TimeJudged
from monitor.judging.time_range import TimeRange
from monitor.judging.waiting import of_reference


class DeclaredNormal:
    """The reference of one judge: the one that was given, or else of the range of the rules, or else by rule.

    Parameters
    ----------
    rules, people
        How is judged, and who is counted.
    given
        What was given; None: it is collected while judging.

    Attributes
    ----------
    reference
        What rates are compared with; None while it is built.
    first_pane_ms
        Start of the first pane seen; None before.
    """

    def __init__(self, rules: JudgingRules, people: People, given: Reference | None) -> None:
        self._rules, self._combinations, self._given = rules, people.lattice.coding.size, given
        self._collecting = None if given is not None else _collecting(rules, people)
        self.reference = given
        self.first_pane_ms: int | None = None

    @property
    def times(self) -> TimeJudged:
        """Which time is tested, as far as is known."""
        return TimeJudged(self._rules, self._collecting, self._given, self.first_pane_ms)

    def take(self, end_ms: int, cells: RipeCells) -> None:
        """Take in what ripened in the step that ends here."""
        free = cells.age_bin == LABEL_FREE
        if self.first_pane_ms is None and free.any():
            self.first_pane_ms = int(cells.pane_start_ms[free].min())
        if self._collecting is not None:
            self._collecting.take(end_ms, cells)

    def renew(self, opened: int, known_gaps_ms: Mapping[str, int]) -> tuple[Tally, Slots | None]:
        """Renew the reference, now that cells of its bins up to this one are ripe; gives them, with who waits in them.

        Parameters
        ----------
        opened
            The last open bin.
        known_gaps_ms
            Longest times without a label, learnt meanwhile; they belong to a reference that is whole.
        """
        if self._collecting is not None:
            is_whole = opened == len(self._rules.edges_ms) - 2
            self.reference = self._collecting.reference(known_gaps_ms if is_whole else {})
        assert self.reference is not None
        cells = self.reference.cells(self._rules.calendar, self._combinations)
        slots = self.reference.slots(self._rules.calendar, self._combinations)
        return summed([cells, of_reference(cells, opened)]), slots

    def collected(self, end_ms: int, known_gaps_ms: Mapping[str, int]) -> Reference | None:
        """The reference that is collected, once every label age of it is ripe; None before, and for a given one."""
        building = self._collecting
        if building is None or building.complete_ms is None or end_ms < building.complete_ms:
            return None
        return building.reference(known_gaps_ms)

    def stored(self) -> collecting.Stored | None:
        """What to store of what is collected."""
        return None if self._collecting is None else self._collecting.stored()

    def restore(self, first_pane_ms: int | None, stored: collecting.Stored | None) -> None:
        """Take up what was stored. ValueError for cells that are not whole."""
        self.first_pane_ms = first_pane_ms
        if self._collecting is not None and stored is not None:
            self._collecting.restore(stored)


def _collecting(rules: JudgingRules, people: People) -> Collecting:
    span = rules.reference_range_ms
    return Bootstrap(rules, people) if span is None else TimeRange(rules, people, span)


def fits_rules(reference: Reference, rules: JudgingRules, combinations: int) -> None:
    """Nothing, for a reference that the rules can use.

    Raises
    ------
    ValueError
        for one of another model, with other label-age bins or panes, or without panes where a calendar key needs them.
    """
    if (reference.model, reference.edges_ms) != (rules.model, rules.edges_ms):
        raise ValueError(
            f"the reference is of model {reference.model} with label-age edges {list(reference.edges_ms)}, model "
            f"{rules.model} has {list(rules.edges_ms)}: build it anew with these settings"
        )
    if reference.pane_ms not in (0, rules.pane_ms):
        raise ValueError(
            f"the reference has panes of {reference.pane_ms} ms, model {rules.model} has panes of {rules.pane_ms}: "
            "build it anew with these settings"
        )
    reference.cells(rules.calendar, combinations)


def seasonal(cells: RipeCells, rules: JudgingRules, combinations: int) -> RipeCells:
    """Cells in the season of their pane, by the calendar key of the rules."""
    return replace(cells, combination=in_season(cells.combination, cells.pane_start_ms, rules.calendar, combinations))
