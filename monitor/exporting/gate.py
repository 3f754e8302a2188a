"""The disclosure gate: what of a model's exact numbers may leave. The one gate of metrics, pages, tables and reports.

Way of an event: step 9, between the exact view and everything a person or Prometheus reads. Pure.

Counts of 1 to ``min_cell - 1`` are neither shown nor derivable: by subtraction inside an attribute or crossing, between
rates of one subgroup, or between windows that end together. Three rules make it so:

- Counts are shown or withheld in *rows*: the labelled positives (tp, fn), the labelled negatives (fp, tn), the
  inferences (n, n_predicted_positive), the explained ones. A row goes if a count in it is small, and the inferences go
  with either labelled row, the explained with the inferences: a sum is shown only together with all its parts.
- A shorter window shows a row only if the longer one does, and only if what lies between them is not small.
- `covering` withholds partners, so that no difference of shown subgroups is a small count.

Counters move only in steps of `min_cell`. Verdicts are not numbers of cases: they are always shown.

Two slides of one window are gated each by itself: what enters and leaves between them is not known here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from monitor.exporting.covering import withheld
from monitor.exporting.places import Places, places_of
from monitor.exporting.reference_shown import shown_verdict
from monitor.exporting.small import stepped
from monitor.exporting.view import GroupView, ModelView, Tallied, WindowCounts

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class GatedCounts:
    """What may be shown of one subgroup in one window; None is withheld. `explained` is None where never sent, too."""

    n: int | None = None
    n_predicted_positive: int | None = None
    tp: int | None = None
    fp: int | None = None
    tn: int | None = None
    fn: int | None = None
    explained: int | None = None
    explained_flagged: int | None = None

    @property
    def n_predicted_negative(self) -> int | None:
        """Inferences that flagged nobody; None if withheld."""
        return None if self.n is None or self.n_predicted_positive is None else self.n - self.n_predicted_positive

    @property
    def n_labelled(self) -> int | None:
        """All labelled predictions; None if a part of them is withheld."""
        if self.tp is None or self.fp is None or self.tn is None or self.fn is None:
            return None
        return self.tp + self.fp + self.tn + self.fn


@dataclass(frozen=True, slots=True)
class GatedGroup:
    """What may be shown of one subgroup of one revision; totals are released in steps of `min_cell`."""

    revision: str
    attribute: str
    subgroup: str
    windows: Mapping[str, GatedCounts]
    inferences: tuple[int, int]
    inferences_retracted: tuple[int, int]
    labelled: tuple[int, int, int, int]
    retracted: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class GatedModel:
    """What may be shown of a model: `groups`, and in `rest` all else, with its exact groups taken out."""

    rest: ModelView
    groups: tuple[GatedGroup, ...]


def released(counts: WindowCounts, min_cell: int) -> GatedCounts:
    """What may be shown of one subgroup that stands alone. Of several that add up, use `gate_windows`.

    >>> counts = WindowCounts(n=90, n_predicted_positive=40, tp=20, fp=15, tn=40, fn=5)
    >>> gated = released(counts, min_cell=11)
    >>> gated.fn is None, gated.tn, gated.n_labelled is None
    (True, 40, True)
    """
    return gate_windows([GroupView("", "overall", "overall", {"": counts})], min_cell)[0][""]


def gate_windows(groups: Sequence[GroupView], min_cell: int) -> list[Mapping[str, GatedCounts]]:
    """What may be shown of each group, by window, in the same order.

    Parameters
    ----------
    groups
        All subgroups of a model, of one revision or several. Windows of one revision end together.
    min_cell
        Smallest count that is shown, at least 1.
    """
    shown: list[dict[str, GatedCounts]] = [{} for _ in groups]
    for revision in dict.fromkeys(group.revision for group in groups):
        indexes = [i for i, group in enumerate(groups) if group.revision == revision]
        places = places_of(tuple((groups[i].attribute, groups[i].subgroup) for i in indexes))
        tables = {name: _table(groups, indexes, name) for name in groups[indexes[0]].windows}
        longest_first = sorted(tables, key=lambda name: -int(tables[name][0].sum()))
        longer, hidden = None, None
        for name in longest_first:
            hidden = _hidden(places, tables[name], longer, hidden, min_cell)
            longer = tables[name]
            for row, index in enumerate(indexes):
                shown[index][name] = _shown(groups[index].windows[name], hidden[row].tolist())
    return list(shown)


def _table(groups: Sequence[GroupView], indexes: Sequence[int], window: str) -> Ints:
    return np.array([_parts(groups[i].windows[window]) for i in indexes], np.int64).reshape(len(indexes), 10)


_ROWS = {"positives": slice(0, 2), "negatives": slice(2, 4), "inferences": slice(4, 6), "explained": slice(6, 10)}
"""Columns of `_parts` that are shown or withheld as one."""


def _parts(counts: WindowCounts) -> tuple[int, ...]:
    """The smallest parts of what is shown of a subgroup: the parts of one row share no case."""
    flagged, passed = counts.n_predicted_positive, counts.n - counts.n_predicted_positive
    told_flagged, told_passed = counts.explained_flagged, counts.explained - counts.explained_flagged
    labelled = (counts.tp, counts.fn, counts.fp, counts.tn)
    waiting = (flagged - counts.tp - counts.fp, passed - counts.tn - counts.fn)
    return (*labelled, *waiting, told_flagged, flagged - told_flagged, told_passed, passed - told_passed)


def _hidden(places: Places, table: Ints, longer: Ints | None, given: Bools | None, min_cell: int) -> Bools:
    """Rows to withhold, shape (groups, rows); `longer` and `given` are parts and withheld rows of the longer window."""
    hidden = np.zeros((len(table), len(_ROWS)), bool) if given is None else given.copy()
    for row, columns in enumerate(_ROWS.values()):
        parts = table[:, columns]
        if longer is not None:
            parts = np.hstack((parts, longer[:, columns] - parts))
        # Inferences go with either labelled row, the explained with the inferences.
        before = hidden[:, : row + 1].any(axis=1) if row > 1 else hidden[:, row]
        hidden[:, row] = _withheld(places, parts.tobytes(), parts.shape, before.tobytes(), min_cell)
    return hidden


@lru_cache(maxsize=512)
def _withheld(places: Places, parts: bytes, shape: tuple[int, int], hidden: bytes, min_cell: int) -> Bools:
    """`withheld`, kept: between two panes nothing moves, however often it is scraped."""
    return withheld(places, np.frombuffer(parts, np.int64).reshape(shape), np.frombuffer(hidden, bool), min_cell)


def _shown(counts: WindowCounts, hidden: Sequence[bool]) -> GatedCounts:
    positives, negatives, inferences, explained = hidden
    told = not (explained or not counts.explained_sent)
    return GatedCounts(
        n=None if inferences else counts.n,
        n_predicted_positive=None if inferences else counts.n_predicted_positive,
        tp=None if positives else counts.tp,
        fp=None if negatives else counts.fp,
        tn=None if negatives else counts.tn,
        fn=None if positives else counts.fn,
        explained=counts.explained if told else None,
        explained_flagged=counts.explained_flagged if told else None,
    )


def gate(model: ModelView) -> GatedModel:
    """What may be shown of a model."""
    size = model.min_cell
    groups = tuple(
        GatedGroup(
            revision=group.revision,
            attribute=group.attribute,
            subgroup=group.subgroup,
            windows=windows,
            inferences=_stepped2(group.inferences, size),
            inferences_retracted=_stepped2(group.inferences_retracted, size),
            labelled=_stepped4(group.labelled, size),
            retracted=_stepped4(group.retracted, size),
        )
        for group, windows in zip(model.groups, gate_windows(model.groups, size), strict=True)
    )
    return GatedModel(gated_rest(model), groups)


def gated_rest(model: ModelView) -> ModelView:
    """All but the subgroups: running totals in steps of `min_cell`, exact groups taken out."""
    size = model.min_cell
    return replace(
        model,
        groups=(),
        verdicts=tuple(shown_verdict(said, size) for said in model.verdicts),
        attribute_values={key: _stepped(n, size) for key, n in model.attribute_values.items()},
        expired={revision: stepped(n, size) for revision, n in model.expired.items()},
        corrections={revision: _stepped(n, size) for revision, n in model.corrections.items()},
        labels_late=(_stepped(model.labels_late[0], size), _stepped(model.labels_late[1], size)),
        label_ages=tuple((edge, stepped(n, size)) for edge, n in model.label_ages),
    )


def _stepped(one: Tallied, size: int) -> Tallied:
    return Tallied(stepped(one.ever, size), stepped(one.taken_back, size))


def _stepped2(totals: tuple[int, int], size: int) -> tuple[int, int]:
    return stepped(totals[0], size), stepped(totals[1], size)


def _stepped4(totals: tuple[int, int, int, int], size: int) -> tuple[int, int, int, int]:
    a, b, c, d = (stepped(total, size) for total in totals)
    return a, b, c, d
