"""What is said of all serving revisions, from the facts of the last step and the state of the data.

Way of an event: step 8; `judge` asks. Pure.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from monitor.judging import table
from monitor.judging.beside import Beside
from monitor.judging.comparison import Comparison
from monitor.judging.facts import Facts
from monitor.judging.history import History
from monitor.judging.limits import Limits
from monitor.judging.releases import Releases
from monitor.judging.rules import UNPAIRED, DataState
from monitor.judging.said import Said, Statement, Written, written
from monitor.judging.stream_names import StreamNames
from monitor.judging.streams import NO_ONSET, Streams
from monitor.judging.table import Known
from monitor.judging.verdict import StreamVerdict, Verdict

Bools = NDArray[np.bool_]


class Assessment:
    """Says what is known after each step, and keeps what the next one will not change.

    Parameters
    ----------
    streams, releases, beside
        Read at the first question after each step.
    history
        Takes note of what is said.
    names
        Of the streams.
    """

    def __init__(
        self, streams: Streams, history: History, releases: Releases, beside: Beside, names: StreamNames
    ) -> None:
        self._streams, self._history, self._releases, self._beside = streams, history, releases, beside
        self._names = names
        self._is_labelled = np.array([streams.rates[rates[0]].is_labelled for rates in streams.rates_of])
        self._limits: Limits | None = None
        self._facts: Facts | None = None
        self._last: tuple[int, DataState, Statement] | None = None
        self._written: dict[str, Written] = {}

    def renew(self, *, with_limits: bool = False) -> None:
        """The evidence has changed; or what is expected, too."""
        self._facts = self._last = None
        if with_limits:
            self._limits = None

    def say(self, end_ms: int, data: DataState, reference_id: str | None) -> Statement:
        """What is said of each serving revision, in this order; the same again until something changes."""
        if self._limits is None:
            self._limits = Limits(self._streams, reference_id)
        if self._facts is None:
            self._facts = Facts(self._streams, self._limits)
        if self._last is None or self._last[:2] != (end_ms, data):
            facts, every = self._facts, zip(data.serving, self._falls(data.serving), strict=True)
            said = tuple(self._said(revision, falls, end_ms, data, facts) for revision, falls in every)
            of_scores = tuple(self._beside.verdicts(end_ms, data, self._streams.traffic))
            self._last = end_ms, data, Statement(said, of_scores)
        return self._last[2]

    def write(self, statement: Statement) -> tuple[StreamVerdict, ...]:
        """Verdicts of it; those on rates that say what they said when last written are the same objects."""
        before = self._written
        self._written = {
            one.revision: written(one, self._names.all, before.get(one.revision)) for one in statement.rates
        }
        return (*(verdict for one in self._written.values() for verdict in one.verdicts), *statement.beside)

    def _said(self, revision: str, falls: Bools, end_ms: int, data: DataState, facts: Facts) -> Said:
        of_data = tuple(sorted(data.flags | data.stale))
        compared = Comparison(self._streams, self._releases, revision, labels_doubted=UNPAIRED in of_data)
        known = self._known(revision, falls, compared, facts, is_stale=bool(data.stale))
        verdict = table.verdicts(known)
        self._history.note(revision, verdict, end_ms)
        return Said(
            model=self._streams.rules.model,
            revision=revision,
            of_data=of_data,
            rollout=compared.rollout,
            facts=facts,
            verdict=verdict,
            reason=known.inconclusive,
            has_stopped=self._is_labelled[:, None] & facts.labels_stopped,
            since_ms=self._history.since_ms(revision),
            previous=self._history.previous(revision),
            onset_ms=np.where(verdict >= Verdict.SUSPECT, compared.onset_ms, NO_ONSET),
            cleared=compared.cleared,
            detected=(*facts.detected, *compared.detected),
            blame=compared.blames(verdict == Verdict.DEGRADED, reference_at_page=known.at_page),
        )

    def _falls(self, serving: Sequence[str]) -> list[Bools]:
        """Whether an alarm of each stream falls on each serving revision.

        It does if the revision's own evidence is at watch; if no one's is, on the revision that serves most.
        """
        streams = self._streams
        own = [streams.watched.at(name) for name in serving]
        if own:
            most = max(range(len(own)), key=lambda place: (streams.traffic.inferences(serving[place]), -place))
            own[most] = own[most] | ~np.any(own, axis=0)
        return own

    def _known(self, revision: str, falls: Bools, compared: Comparison, facts: Facts, *, is_stale: bool) -> Known:
        streams, unready = self._streams, facts.limits.unready
        has_cells = streams.traffic.has_cells(revision)[[rates[0] for rates in streams.rates_of]]
        missing = np.where(self._is_labelled, table.code(table.NO_LABELS_YET), table.code(table.NO_INFERENCES_YET))
        gone = np.where(facts.is_gone, table.code(table.NO_INFERENCES_LATELY), 0)
        quiet = np.where(facts.is_blind, table.code(table.BLIND), gone)
        inconclusive = np.where(has_cells, quiet, missing[:, None])
        return Known(
            inconclusive=np.where(unready > 0, unready, inconclusive),
            is_stale=(self._is_labelled[:, None] & facts.labels_stopped) | is_stale,
            at_watch=falls & streams.at_watch,
            at_page=falls & streams.latched,
            at_watch_by_revision=compared.at_watch,
            at_rollback=compared.at_rollback,
        )
