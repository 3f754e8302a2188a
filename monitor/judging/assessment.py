"""What is said of all serving revisions, from the facts of the last step and the state of the data.

Way of an event: step 8; `judge` asks. Pure.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from monitor.judging import table
from monitor.judging.comparison import Comparison
from monitor.judging.facts import Facts
from monitor.judging.history import History
from monitor.judging.releases import Releases
from monitor.judging.rules import UNPAIRED, DataState
from monitor.judging.said import Said
from monitor.judging.streams import NO_ONSET, Streams
from monitor.judging.table import Known
from monitor.judging.verdict import Verdict

Bools = NDArray[np.bool_]


class Assessment:
    """Says verdicts after one step; good until the next one.

    Parameters
    ----------
    streams, facts, releases
        As the step left them.
    history
        Takes note of what is said.
    """

    def __init__(self, streams: Streams, facts: Facts, history: History, releases: Releases) -> None:
        self._streams, self._facts, self._history, self._releases = streams, facts, history, releases
        self._is_labelled = np.array([streams.rates[rates[0]].is_labelled for rates in streams.rates_of])
        self._last: tuple[int, DataState, tuple[Said, ...]] | None = None
        self._has_stopped = self._is_labelled[:, None] & streams.traffic.labels_stopped()

    def say(self, end_ms: int, data: DataState) -> tuple[Said, ...]:
        """What is said of each serving revision, in this order."""
        if self._last is None or self._last[:2] != (end_ms, data):
            every = zip(data.serving, self._falls(data.serving), strict=True)
            self._last = end_ms, data, tuple(self._said(revision, falls, end_ms, data) for revision, falls in every)
        return self._last[2]

    def _said(self, revision: str, falls: Bools, end_ms: int, data: DataState) -> Said:
        of_data = tuple(sorted(data.flags | data.stale))
        compared = Comparison(self._streams, self._releases, revision, labels_doubted=UNPAIRED in of_data)
        known = self._known(revision, falls, compared, is_stale=bool(data.stale))
        verdict = table.verdicts(known)
        self._history.note(revision, verdict, end_ms)
        return Said(
            model=self._streams.rules.model,
            revision=revision,
            of_data=of_data,
            rollout=compared.rollout,
            facts=self._facts,
            verdict=verdict,
            reason=known.inconclusive,
            has_stopped=self._has_stopped,
            since_ms=self._history.since_ms(revision),
            previous=self._history.previous(revision),
            onset_ms=np.where(verdict >= Verdict.SUSPECT, compared.onset_ms, NO_ONSET),
            cleared=compared.cleared,
            detected=(*self._facts.detected, *compared.detected),
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

    def _known(self, revision: str, falls: Bools, compared: Comparison, *, is_stale: bool) -> Known:
        streams, unready = self._streams, self._facts.limits.unready
        has_cells = streams.traffic.has_cells(revision)[[rates[0] for rates in streams.rates_of]]
        missing = np.where(self._is_labelled, table.code(table.NO_LABELS_YET), table.code(table.NO_INFERENCES_YET))
        blind = np.where(self._facts.is_blind, table.code(table.BLIND), 0)
        inconclusive = np.where(has_cells, blind, missing[:, None])
        return Known(
            inconclusive=np.where(unready > 0, unready, inconclusive),
            is_stale=self._has_stopped | is_stale,
            at_watch=falls & streams.at_watch,
            at_page=falls & streams.latched,
            at_watch_by_revision=compared.at_watch,
            at_rollback=compared.at_rollback,
        )
