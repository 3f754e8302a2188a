"""docs/metrics.md, written from the catalogue: ``python -m monitor.exporting.catalogue_page > docs/metrics.md``.

Beside the way of an event: a test writes it again and compares. Prints; touches nothing else.
"""

from typing import Final

from monitor.exporting.catalogue import CATALOGUE, Series
from monitor.exporting.control_catalogue import CONTROL, OWN

COMMAND: Final = "python -m monitor.exporting.catalogue_page > docs/metrics.md"

_INTRODUCTION: Final = f"""# Metrics

Written by `{COMMAND}`; do not edit.

Units are base units, and times are timestamps, not ages. Counters are a function of the stored state: exact after a
restart, and begun anew only by a rebuild. Subgroups of several attributes are joined by `__` in the order of the
settings (`race__sex`); everyone is `overall`.

The disclosure gate withholds counts of 1 to `min_cell` - 1 people, and whatever would let them be worked out. Running
totals of people move in steps of `min_cell`. Verdicts always show; detection is exact inside.

"""

_HEAD: Final = """| series | type | labels | meaning | absent when |
|---|---|---|---|---|
"""

_SHARED: Final = ", ".join(f"`{one.name}`" for one in CONTROL if one not in OWN)

_CONTROL: Final = f"""
## The rollback process

`fairdrift rollback` has a telemetry port of its own, and exports {_SHARED}
too. Its counters are folds of the audit log.

"""


def page() -> str:
    """The whole page.

    >>> [line for line in page().splitlines() if "fairdrift_inferences_pending" in line]
    ['| `fairdrift_inferences_pending` | gauge | `model` | Inferences without an outcome, inside the horizon. | |']
    """
    return _INTRODUCTION + _table(CATALOGUE) + _CONTROL + _table(OWN)


def _table(series: tuple[Series, ...]) -> str:
    return _HEAD + "".join(map(_row, series))


def _row(series: Series) -> str:
    labels = ", ".join(f"`{label}`" for label in series.labels)
    absent = f" {series.absent} |" if series.absent else " |"
    return f"| `{series.name}` | {series.kind} | {labels} | {series.help} |{absent}\n"


if __name__ == "__main__":
    print(page(), end="")
