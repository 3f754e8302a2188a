"""What the controller did, as a short story for a terminal.

Way of an event: after its end; `demo` prints it below the verdicts. Pure: it gives something to print.
"""

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table

from monitor.exporting.acted import WHERE, Acted
from monitor.exporting.moments import minute


def story_of(acted: Acted) -> RenderableType:
    """When, what and why; then what was changed, and what the audit log is worth.

    Examples
    --------
    >>> from rich.console import Console
    >>> from monitor.exporting.acted import Deed
    >>> told = Acted((Deed(0, "patched: r2 -> r1", "generation 3"),), ("Deployment a/b: r2 -> r1",), 9, 0)
    >>> Console(width=100).print(story_of(told))  # doctest: +ELLIPSIS
    What was done, on a cluster in memory ...
    1970-01-01 00:00 patched: r2 -> r1 generation 3
    ...
    """
    title = f"What was done, {WHERE}"
    table = Table(box=SIMPLE_HEAD, title=title, title_justify="left", pad_edge=False)
    table.add_column("when (UTC)", no_wrap=True)
    table.add_column("what", overflow="fold")
    table.add_column("why", overflow="fold")
    for one in acted.deeds:
        table.add_row(minute(one.at_ms), one.what, one.why)
    return Group(table, *(f"Changed: {line}" for line in acted.changed), acted.audit)
