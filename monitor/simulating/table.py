"""The comparison as a table for people.

After the way of an event. Pure.
"""

from rich.table import Table

from monitor.exporting.naming import EVERYONE
from monitor.simulating.comparison import Comparison, Row


def comparison_table(comparison: Comparison) -> Table:
    """A row for each monitor.

    Examples
    --------
    >>> row = Row("ours", 18.0, 0, 0.0, 12.0)
    >>> known = Comparison("canary", "", "2026-03-17T00:00:00Z", "sex", "F", "error_rate", True, (row,))
    >>> [list(column.cells) for column in comparison_table(known).columns]
    [['ours'], ['18'], ['0'], ['0.0'], ['12']]
    """
    table = Table(title=_title(comparison), title_justify="left", caption=comparison.expected, caption_justify="left")
    table.add_column("monitor")
    table.add_column("quiet days", justify="right")
    table.add_column("false alarms", justify="right")
    table.add_column("a year", justify="right")
    table.add_column("days to find", justify="right")
    for row in comparison.rows:
        rate = "unknown" if row.false_alarms_per_year is None else f"{row.false_alarms_per_year:.1f}"
        table.add_row(row.monitor, f"{row.quiet_days:.0f}", str(row.false_alarms), rate, _delay(row, comparison))
    return table


def _title(comparison: Comparison) -> str:
    if comparison.moment is None or comparison.attribute is None or comparison.value is None:
        return f"{comparison.stream}: nothing happens"
    names = zip(comparison.attribute.split("&"), comparison.value.split("&"), strict=True)
    subgroup = " and ".join(f"{attribute} = {value}" for attribute, value in names if attribute != EVERYONE)
    harm = "" if comparison.is_harm else ", which harms nobody"
    return (
        f"{comparison.stream}: {comparison.metric} of {subgroup or 'everyone'} moves on {comparison.moment[:10]}{harm}"
    )


def _delay(row: Row, comparison: Comparison) -> str:
    if not comparison.is_harm:
        return "–"
    return "never" if row.delay_days is None else f"{row.delay_days:.0f}"
