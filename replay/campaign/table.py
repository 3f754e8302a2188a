"""Figures as a table, in Markdown. Pure."""

from collections.abc import Iterable
from math import inf

from replay.campaign.figure import Figure

HEAD = ("test", "what is measured", "promised", "measured", "s.e.", "runs", "")


def promise(figure: Figure) -> str:
    """The promise in words.

    >>> promise(Figure("12", "rejects", 0.004, 0.001, 4_000, high=0.01)), promise(Figure("2", "", 1, None, 9))
    ('≤ 0.01', '–')
    """
    if figure.low > -inf and figure.high < inf:
        return f"{_short(figure.low)} to {_short(figure.high)}"
    if figure.high < inf:
        return f"≤ {_short(figure.high)}"
    return f"≥ {_short(figure.low)}" if figure.low > -inf else "–"


def table(figures: Iterable[Figure]) -> str:
    """One line a figure.

    >>> print(table([Figure("12", "rejects", 0.004, 0.001, 4_000, high=0.01)]))
    | test | what is measured | promised | measured | s.e. | runs |  |
    |---|---|---|---|---|---|---|
    | 12 | rejects | ≤ 0.01 | 0.004 | 0.001 | 4000 | kept |
    """
    lines = ["| " + " | ".join(HEAD) + " |", "|" + "---|" * len(HEAD)]
    for one in figures:
        error = "–" if one.error is None else _short(one.error)
        verdict = ("kept" if one.passes else "**NOT KEPT**") if one.is_promised else "–"
        cells = (one.test, one.what, promise(one), _short(one.measured), error, str(one.runs), verdict)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _short(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 1_000 else f"{value:.0f}"
