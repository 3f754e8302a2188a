"""The verdicts of all serving revisions, from the facts of the last step and the state of the data.

Way of an event: step 8; `judge` asks. Pure.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from monitor.judging import table
from monitor.judging.comparison import Comparison
from monitor.judging.facts import Facts
from monitor.judging.history import History
from monitor.judging.releases import Releases
from monitor.judging.rules import UNPAIRED, DataState
from monitor.judging.streams import Streams
from monitor.judging.table import Known
from monitor.judging.verdict import StreamVerdict, Verdict

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_VERDICTS: Final = tuple(Verdict)
"""By number: looking one up a million times must cost little."""


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
        self._has_stopped = self._is_labelled[:, None] & streams.traffic.labels_stopped()

    def verdicts(self, end_ms: int, data: DataState) -> tuple[StreamVerdict, ...]:
        """One verdict for each serving revision, metric and subgroup, in this order."""
        result: list[StreamVerdict] = []
        of_data = tuple(sorted(data.flags | data.stale))
        for revision, falls in zip(data.serving, self._falls(data.serving), strict=True):
            compared = Comparison(self._streams, self._releases, revision, labels_doubted=UNPAIRED in of_data)
            known = self._known(revision, falls, compared, is_stale=bool(data.stale))
            said = table.verdicts(known)
            self._history.note(revision, said, end_ms)
            result += self._said(revision, said, known, compared, of_data)
        return tuple(result)

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
        streams, facts = self._streams, self._facts
        has_cells = streams.traffic.has_cells(revision)[[rates[0] for rates in streams.rates_of]]
        missing = np.where(self._is_labelled, table.code(table.NO_LABELS_YET), table.code(table.NO_INFERENCES_YET))
        blind = np.where(facts.is_blind, table.code(table.BLIND), 0)
        inconclusive = np.where(has_cells, blind, missing[:, None])
        return Known(
            inconclusive=np.where(facts.unready > 0, facts.unready, inconclusive),
            is_stale=self._has_stopped | is_stale,
            at_watch=falls & streams.at_watch,
            at_page=falls & streams.latched,
            at_watch_by_revision=compared.at_watch,
            at_rollback=compared.at_rollback,
        )

    def _said(
        self, revision: str, said: Ints, known: Known, compared: Comparison, of_data: tuple[str, ...]
    ) -> list[StreamVerdict]:
        rules, facts = self._streams.rules, self._facts
        subgroups = self._streams.people.lattice.subgroups
        since, previous = self._history.since_ms(revision), self._history.previous(revision)
        rollout, result = compared.rollout, []
        for metric, name in enumerate(rules.metrics):
            season = (table.SEASON,) if self._streams.is_seasonal[metric] else ()
            columns = (said, known.inconclusive, self._has_stopped, since, previous, compared.cleared, known.at_page)
            rows = zip(*(column[metric].tolist() for column in columns), strict=True)
            for place, (number, code, has_stopped, since_ms, before, cleared, at_page) in enumerate(rows):
                subgroup, reference = subgroups[place], facts.references[metric][place]
                verdict = _VERDICTS[number]
                own = season if verdict > Verdict.STALE or not code else (table.reason(code), *season)
                onset = compared.onset_ms(metric, place) if verdict >= Verdict.SUSPECT else None
                is_harm = verdict == Verdict.DEGRADED
                result.append(
                    StreamVerdict(
                        model=rules.model,
                        revision=revision,
                        attribute=subgroup.attribute,
                        subgroup=subgroup.slug,
                        metric=name,
                        verdict=verdict,
                        reasons=(*own, table.LABELS_STOPPED, *of_data) if has_stopped else (*own, *of_data),
                        since_ms=since_ms,
                        evidence=(*facts.evidence(metric, place), *compared.evidence(metric, place)),
                        reference=reference,
                        blind_below=facts.blind_below[metric][place] if reference else None,
                        onset_ms=None if onset is None else onset[0],
                        previous=_VERDICTS[before] if before >= 0 else None,
                        blame=compared.blame(metric, place, reference_at_page=at_page) if is_harm else None,
                        rollout_ms=None if rollout is None else rollout.start_ms,
                        former=None if rollout is None else rollout.former,
                        cleared=cleared,
                        still_needed=facts.still_needed[metric][place],
                    )
                )
        return result
