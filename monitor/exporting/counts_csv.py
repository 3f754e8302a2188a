"""Exact counts as CSV: a file for every published window and one of days, for the owner of the data.

Way of an event: after its end; `replay` and `demo` call it once. Touches the file system.
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from monitor.counting.windows import COLUMNS as TABLE_COLUMNS
from monitor.exporting.moments import DAY_MS, rfc3339
from monitor.exporting.naming import Names
from monitor.exporting.owner_only import owner_only
from monitor.exporting.pane_counts import CountsBook

COLUMNS: Final = (
    *("window_start", "revision", "attribute", "value"),
    *("n", "n_predicted_positive", "n_labelled", "tp", "fp", "tn", "fn"),
)
"""Columns of every file. `n` counts inferences, `n_labelled` those whose outcome is in."""

_N, _POSITIVE, *_LABELLED = (
    TABLE_COLUMNS.index(name) for name in ("n", "n_predicted_positive", "tp", "fp", "tn", "fn")
)


def write_counts(book: CountsBook, out: Path) -> tuple[Path, ...]:
    """Write all files of all models, each readable by its owner only; gives their paths.

    Windows tumble and start at multiples of their span since the epoch, by the time of the inference. One model's files
    lie in `out` itself, those of several in a folder each. Panes that are no whole part of a day make no file of days.

    Raises
    ------
    OSError
        if a file cannot be written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from monitor.exporting.pane_counts import CountedModel
    >>> from monitor.counting.lattice import Lattice
    >>> from monitor.vocabulary import AttributeCoding, Coding
    >>> lattice = Lattice(Coding((AttributeCoding("sex", {"f": ("F",), "m": ("M",)}),)), depth=1)
    >>> with TemporaryDirectory() as folder:
    ...     book = CountsBook({"m": CountedModel(lattice, DAY_MS, {"7d": 7 * DAY_MS})})
    ...     [path.name for path in write_counts(book, Path(folder))]
    ['counts_7d.csv', 'counts_1d.csv']
    """
    paths = []
    for model, counted in book.models.items():
        folder = out if len(book.models) == 1 else out / folder_of(model)
        folder.mkdir(parents=True, exist_ok=True)
        for name, span_ms in {**counted.windows, "1d": DAY_MS}.items():
            if span_ms % counted.pane_ms == 0:
                path = folder / f"counts_{name}.csv"
                with owner_only(path) as file:
                    writer = csv.writer(file, lineterminator="\n")
                    writer.writerow(COLUMNS)
                    writer.writerows(_rows(book, model, span_ms))
                paths.append(path)
    return tuple(paths)


def folder_of(model: str) -> str:
    """Name of a model's folder; a name of dots alone would lead out of it.

    >>> folder_of("readmission"), folder_of("..")
    ('readmission', '__')
    """
    return model if model.strip(".") else "_" * len(model)


def _rows(book: CountsBook, model: str, span_ms: int) -> Iterator[tuple[str | int, ...]]:
    lattice = book.models[model].lattice
    names = Names(lattice.coding)
    named = [names.of(subgroup.attribute, subgroup.slug) for subgroup in lattice.subgroups]
    in_order = sorted(range(len(named)), key=named.__getitem__)
    for sums in book.tumbling(model, span_ms):
        start = rfc3339(sums.start_ms)
        for revision, counts in sorted(sums.by_revision.items()):
            numbers = counts.tolist()
            for index in in_order:
                row = numbers[index]
                labelled = [row[column] for column in _LABELLED]
                if row[_N] or any(labelled):
                    yield (start, revision, *named[index], row[_N], row[_POSITIVE], sum(labelled), *labelled)
