"""Which cells a step of the judge reads: those that became ripe in it, each exactly once.

Way of an event: step 6. Pure.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from monitor.counting.packing import labelled_scores, unpack_labelled, unpack_payload
from monitor.counting.partition import PartitionState
from monitor.counting.ripe import LABEL_FREE as FREE
from monitor.counting.ripe import RipeCells

Ints = NDArray[np.int64]


def ripe_cells(
    states: Sequence[PartitionState], model: int, after_ms: int, until_ms: int, exact_from_ms: int = 0
) -> RipeCells:
    """On-time counts of the cells of a model that became ripe at a watermark in (`after_ms`, `until_ms`].

    Counts of the partitions are listed one after another; whoever reads them adds. Panes that begin before
    `exact_from_ms` are flagged: they are shown to people and never become evidence.
    """
    parts: list[tuple[Ints, ...]] = []
    revisions: dict[str, int] = {}
    for state in states:
        rules, pane_ms = state.rules, state.rules.models[model].pane_ms
        for pane in state.cells.panes(model):
            if pane * pane_ms < exact_from_ms:
                continue
            for age_bin in state.cells.bins(model, pane):
                if after_ms < rules.ripe_ms(model, pane, age_bin) <= until_ms:
                    counts = state.cells.counts((model, pane, age_bin))
                    keep = counts.on_time != 0
                    parts.append(
                        _columns(state, revisions, counts.key[keep], counts.on_time[keep], pane, age_bin, pane_ms)
                    )
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)] or [np.empty(0, np.int64)] * 8
    revision, pane_start, bins, combination, prediction, label, n, score = columns
    return RipeCells(
        revision=revision,
        revisions=tuple(revisions),
        pane_start_ms=pane_start,
        age_bin=bins,
        combination=combination,
        prediction=prediction,
        label=label,
        n=n,
        score_bin=score,
    )


def _columns(
    state: PartitionState, revisions: dict[str, int], key: Ints, n: Ints, pane: int, age_bin: int, pane_ms: int
) -> tuple[Ints, ...]:
    if age_bin == FREE:
        source, combination, prediction, score, _ = unpack_payload(key)
        label = np.full(len(key), -1)
    else:
        source, combination, prediction, label = unpack_labelled(key)
        score = labelled_scores(key)
    names = [state.sources.known[one].revision for one in source.tolist()]
    revision = np.array([revisions.setdefault(name, len(revisions)) for name in names], np.int64)
    start, bins = np.full(len(key), pane * pane_ms), np.full(len(key), age_bin)
    return (revision, start, bins, combination, prediction, label, n, score)
