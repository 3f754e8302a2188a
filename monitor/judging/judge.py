"""The judge of one model: ripe cells in, one verdict per serving revision, subgroup and metric out.

Way of an event: steps 7 and 8; `service` calls `step` once a watermark pane, in order, and `assess` whenever verdicts
are wanted. Pure: what it says depends on rules, reference and ripe cells alone, so a rebuild says the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import msgspec

from monitor.counting.lattice import Lattice
from monitor.counting.ripe import RipeCells
from monitor.judging import levels
from monitor.judging.annotating.drift import DriftScore, Group
from monitor.judging.assessment import Assessment
from monitor.judging.beside import Beside
from monitor.judging.declared_normal import DeclaredNormal, fits_rules, seasonal
from monitor.judging.history import History
from monitor.judging.judge_state import JudgeState, decoded, fingerprint
from monitor.judging.onset import pane_of_each_bin
from monitor.judging.reference import Reference
from monitor.judging.releases import Releases
from monitor.judging.revision_facts import RevisionFacts, revision_facts
from monitor.judging.rules import DataState, JudgingRules
from monitor.judging.said import Statement
from monitor.judging.shadow import serves, without_shadows
from monitor.judging.stream_names import StreamName, StreamNames
from monitor.judging.streams import CLOSED, Ints, Streams
from monitor.judging.tally import Tally, summed, tally
from monitor.judging.time_judged import REMEMBERED_MS
from monitor.judging.verdict import StreamVerdict
from monitor.judging.waiting import Waiting
from monitor.judging.weights import expected_alarms


class Judge:
    """Judges one model.

    Parameters
    ----------
    rules, lattice
        How is judged, and which subgroups there are.
    reference
        What rates are compared with; None: the range of the rules, or else the first weeks of the first revision.

    Raises
    ------
    ValueError
        for a reference that does not fit the rules (`declared_normal.fits_rules`).

    Examples
    --------
    >>> from monitor.judging.metrics import METRICS
    >>> from monitor.judging.rules import DAY_MS
    >>> from monitor.vocabulary import AttributeCoding, Coding
    >>> lattice = Lattice(Coding((AttributeCoding("sex", {"f": ("F",), "m": ("M",)}),)), depth=1)
    >>> rules = JudgingRules("readmission", tuple(METRICS), DAY_MS, (0, DAY_MS))
    >>> judge = Judge(rules, lattice, reference=None)
    >>> judge.step(DAY_MS, RipeCells.empty())
    >>> said = judge.assess(DAY_MS, DataState(serving=("r1",)))
    >>> len(said), said[0].subgroup, said[0].verdict.name, said[0].reasons
    (48, 'overall', 'INCONCLUSIVE', ('reference_building',))
    """

    def __init__(self, rules: JudgingRules, lattice: Lattice, reference: Reference | None) -> None:
        if reference is not None:
            fits_rules(reference, rules, lattice.coding.size)
        self._rules, self._lattice, self._given = rules, lattice, reference
        self._names = StreamNames(rules.metrics, lattice)
        self._fingerprint = fingerprint(rules, lattice, reference)
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._end_ms = 0
        self._streams = Streams(self._rules, self._lattice)
        self._history = History(*self._streams.weight.shape)
        self._waiting = Waiting(self._rules)
        self._releases = Releases(self._rules, self._streams.people)
        self._normal = DeclaredNormal(self._rules, self._streams.people, self._given)
        self._beside = Beside(self._rules, self._streams.people)
        self._assessment = Assessment(self._streams, self._history, self._releases, self._beside, self._names)
        if self._given is not None:
            self._streams.traffic.know_gaps(self._given.longest_gap_ms)

    @property
    def collected(self) -> Reference | None:
        """The reference that is collected, once every label age of it is ripe; None before, and for a given one."""
        return self._normal.collected(self._end_ms, self._streams.traffic.known_gaps())

    @property
    def reference(self) -> Reference | None:
        """What rates are compared with; None while it is built. One by rule grows while its label ages ripen."""
        return self._normal.reference

    def step(self, end_ms: int, cells: RipeCells) -> None:
        """Take in the cells that became ripe in one watermark pane.

        Parameters
        ----------
        end_ms
            End of the pane; a longer stretch without any ripe cell may be one step.
        cells
            Each cell once, its counts in any order and split as counting likes. Excluded ones do not become evidence.

        Raises
        ------
        ValueError
            unless steps go forward in time; nothing is then changed.
        """
        if end_ms <= self._end_ms:
            raise ValueError(f"steps go forward: {end_ms=} does not lie behind {self._end_ms}, give each pane once")
        after_ms, self._end_ms = self._end_ms, end_ms
        self._assessment.renew()
        cells = RipeCells.empty() if cells.excluded else without_shadows(cells)
        self._normal.take(end_ms, cells)
        times = self._normal.times
        cells = seasonal(cells, self._rules, self._lattice.coding.size)
        self._beside.take(end_ms, cells, times.normal)
        from_ms = times.from_ms
        self._releases.take(end_ms, cells, self._streams.evidence.log_r)
        waiting = self._waiting.take(after_ms, end_ms, cells, end_ms if from_ms is None else from_ms)
        tested = None if from_ms is None else self._fold(end_ms, cells, waiting, from_ms)
        self._streams.traffic.take(end_ms, summed([tally(cells), waiting]), tested, learns_gaps=times.is_normal(end_ms))
        for revision in self._streams.traffic.forget(end_ms - self._rules.horizon_ms - REMEMBERED_MS):
            for one in (self._streams, self._history, self._releases, self._beside):
                one.forget(revision)

    def _fold(self, end_ms: int, cells: RipeCells, waiting: Tally, from_ms: int) -> Ints | None:
        opened = self._rules.open_bin(self._streams.opened, end_ms - from_ms - self._rules.pane_ms)
        if opened > self._streams.opened:
            self._open(opened)
        if opened == CLOSED:
            return None
        is_tested = (cells.pane_start_ms >= from_ms) & (cells.age_bin <= opened)
        self._releases.take_before(cells, is_tested, self._streams.fits)
        tested = summed([tally(cells, is_tested), waiting.where(waiting.age_bin <= opened)])
        return self._streams.fold(tested, pane_of_each_bin(cells.where(is_tested), self._streams.bins))

    def _open(self, opened: int) -> None:
        """Renew what is expected, now that cells of one more label age are ripe: tested ones and the reference's."""
        self._assessment.renew(with_limits=True)
        self._streams.open(opened, *self._normal.renew(opened, self._streams.traffic.known_gaps()))

    def assess(self, end_ms: int, data: DataState) -> tuple[StreamVerdict, ...]:
        """What is said now of every stream of the revisions that serve; may be asked as often as wanted.

        Parameters
        ----------
        end_ms
            The time judged to: a verdict that changes has it as its `since_ms`.
        data
            Its `serving` revisions get verdicts, in that order; those of shadow traffic do not.
        """
        return self.write(self.say(end_ms, data))

    def say(self, end_ms: int, data: DataState) -> Statement:
        """The same in columns, a revision each, which can be written as verdicts at any later time."""
        serving = tuple(filter(serves, data.serving))
        reference_id = self.reference.id if self.reference else None
        return self._assessment.say(end_ms, replace(data, serving=serving), reference_id)

    def write(self, statement: Statement) -> tuple[StreamVerdict, ...]:
        """Verdicts of what `say` gave; those on rates that say what they said before are the same objects."""
        return self._assessment.write(statement)

    def facts_of(self, revision: str) -> RevisionFacts:
        """What the ledger of known-good revisions must know of one, as the last step left it."""
        return revision_facts(self._streams, self._releases, self.reference, revision)

    def acknowledge(self, attribute: str, subgroup: str, metric: str) -> None:
        """A person has seen the alarm of a stream: its evidence starts anew, and it is no longer held DEGRADED.

        Raises
        ------
        ValueError
            for a stream that is not judged.
        """
        self._assessment.renew()
        if self._beside.acknowledge(attribute, subgroup, metric):
            return
        place = self._names.place((attribute, subgroup, metric))
        if place is None:
            raise ValueError(f"no stream of {metric} for {attribute}={subgroup} in model {self._rules.model}")
        self._streams.acknowledge(*place)
        self._releases.acknowledge(metric, place[1])

    def latched(self) -> list[StreamName]:
        """The streams that are held DEGRADED until a person acknowledges them."""
        return list(self._names.where(self._streams.latched | self._releases.at_rollback(self._rules.metrics)))

    def hold(self, latched: Iterable[StreamName]) -> list[StreamName]:
        """Hold streams DEGRADED that were so by evidence of before; gives those that are not judged any more."""
        places = {name: self._names.place(name) for name in latched}
        for place in filter(None, places.values()):
            self._streams.latched[place] = True
        self._assessment.renew()
        return [name for name, place in places.items() if place is None]

    def thresholds(self) -> Mapping[tuple[str, str, str, str], float]:
        """(attribute, metric, detector, level) -> nats of evidence at which the level is reached."""
        return {**levels.thresholds(self._streams, self._releases), **self._beside.thresholds()}

    def budget(self) -> Mapping[str, float]:
        """Level -> false alarms to expect at most in 91 days over all streams."""
        return self._beside.with_alarms(expected_alarms(self._rules, self._streams.weight))

    def drift_scores(self, revisions: Sequence[str]) -> Mapping[Group, tuple[DriftScore, ...]]:
        """What statistics of drift say of single subgroups; they annotate, and no verdict reads them."""
        return self._beside.drift_scores(revisions)

    def state_bytes(self) -> bytes:
        """Everything that the next step depends on, beside rules and a given reference."""
        state = JudgeState(
            self._fingerprint,
            self._end_ms,
            self._normal.first_pane_ms,
            self._streams.stored(),
            self._history.stored(),
            self._waiting.stored(),
            self._releases.stored(),
            self._normal.stored(),
            self._beside.stored(),
        )
        return msgspec.msgpack.encode(state)

    def restore(self, packed: bytes) -> None:
        """Go on where `state_bytes` was taken: evidence is the same bit for bit.

        Raises
        ------
        ValueError
            for bytes that are not whole, or of other rules, subgroups or reference; the judge then starts anew.
        """
        self._begin_anew()
        state = decoded(packed, self._fingerprint)
        try:
            self._normal.restore(state.first_pane_ms, state.bootstrap)
            self._streams.restore(state.streams)
            self._history.restore(state.history)
            self._waiting.restore(state.waiting)
            self._releases.restore(state.releases)
            self._beside.restore(state.beside)
        except ValueError:
            self._begin_anew()
            raise
        self._end_ms = state.end_ms
        if state.streams.opened > CLOSED:
            self._open(state.streams.opened)
