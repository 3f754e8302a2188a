"""The verdicts of a model as a table for a terminal, worst first.

Way of an event: step 9; `demo`, `replay` and `status` print it. Pure: it gives something to print.
"""

from collections.abc import Sequence
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from monitor.counting.lattice import CROSS, OVERALL
from monitor.exporting.standing import Standing, next_level
from monitor.exporting.view import ModelView
from monitor.judging.verdict import Verdict

STYLES: Final = {
    Verdict.DEGRADED: "bold white on red",
    Verdict.SUSPECT: "bold yellow",
    Verdict.STALE: "magenta",
    Verdict.INCONCLUSIVE: "cyan",
    Verdict.HEALTHY: "green",
}
"""Green is for what was judged and found well, never for what is undecided."""


def people(attribute: str, subgroup: str) -> str:
    """A subgroup by its labels, for people to read.

    >>> people("race__sex", "black__female"), people("overall", "overall")
    ('race=black sex=female', 'everyone')
    """
    if attribute == OVERALL:
        return "everyone"
    return " ".join(map("=".join, zip(attribute.split(CROSS), subgroup.split(CROSS), strict=True)))


def verdict_table(model: ModelView, rows: Sequence[Standing], most: int | None = None) -> Table:
    """A rich table of the first `most` rows (None: of all).

    Examples
    --------
    >>> from rich.console import Console
    >>> from monitor.judging.verdict import StreamVerdict
    >>> said = StreamVerdict("m", "r1", "sex", "f", "error_rate", Verdict.STALE, ("labels_old",), since_ms=0)
    >>> model = ModelView("m", "shadow", (), (), (said,), {}, {}, 0, {}, {}, (0, 0), (), {}, {}, {}, 11, 100)
    >>> Console(width=120).print(verdict_table(model, [Standing(said, None, None, None)]))  # doctest: +ELLIPSIS
    m, 1 stream: 1 STALE
    ...
    STALE sex=f error_rate r1 –
    ...
    """
    table = Table(box=SIMPLE_HEAD, title=_title(model), title_justify="left", pad_edge=False, caption_justify="left")
    table.add_column("verdict", no_wrap=True)
    table.add_column("subgroup", overflow="fold", min_width=18)
    table.add_column("metric", overflow="fold", min_width=19)
    table.add_column("revision", overflow="fold", max_width=16)
    for heading in ("rate, 95 %", "cases / n", "limit", "evidence / needed", "blind below"):
        table.add_column(heading, justify="right", no_wrap=True)
    shown = rows if most is None else rows[:most]
    for row in shown:
        said = row.said
        table.add_row(
            Text(said.verdict.name, style=STYLES[said.verdict]),
            Text(people(said.attribute, said.subgroup)),
            Text(said.metric),
            Text(said.revision),
            *_numbers(row),
        )
    if len(shown) < len(rows):
        table.caption = f"{len(rows) - len(shown)} more, none worse than these"
    return table


def _title(model: ModelView) -> Text:
    streams = len(model.verdicts)
    counts = {verdict: sum(said.verdict is verdict for said in model.verdicts) for verdict in reversed(Verdict)}
    parts = ", ".join(f"{n} {verdict.name}" for verdict, n in counts.items() if n) or "nothing judged yet"
    return Text(f"{model.model}, {streams} stream{'' if streams == 1 else 's'}: {parts}")


def _numbers(row: Standing) -> tuple[str, ...]:
    said, found, estimate = row.said, row.found, row.estimate
    return (
        "–" if estimate is None else f"{estimate.value:.3f} ({estimate.lower:.3f}–{estimate.upper:.3f})",
        "withheld" if found is None else f"{found.k} / {found.n}",
        "–" if said.reference is None else f"{said.reference.tolerated:.3f}",
        _evidence(row),
        "–" if said.blind_below is None else "blind" if said.blind_below >= 1 else f"{said.blind_below:.3f}",
    )


def _evidence(row: Standing) -> str:
    if row.evidence is not None:
        return f"{row.evidence.log_e:.1f} / {next_level(row.evidence):.1f}"
    return f"past {row.reached}" if row.reached else "–"
