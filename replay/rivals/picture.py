"""Delays as a picture: an SVG, one row a monitor, one mark a kind of change, on a logarithmic axis. Pure."""

from collections.abc import Mapping, Sequence
from math import isfinite, log10
from typing import Final, NamedTuple
from xml.sax.saxutils import escape

COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")
"""Colours that stay apart for every kind of colour vision; each mark has a shape of its own, too."""

_LEFT, _WIDTH, _ROW, _TOP = 300, 560, 34, 76
_STEP = 5


class Chart(NamedTuple):
    """What is drawn.

    Parameters
    ----------
    title
        Read aloud by readers of screens.
    marks
        Kinds of change, at most as many as there are colours.
    ticks
        Of the axis, rising; what never comes lies at the last one.
    rows
        Monitor -> kind of change -> its delay; a kind that is left out is not drawn.
    """

    title: str
    marks: Sequence[str]
    ticks: Sequence[int]
    rows: Sequence[tuple[str, Mapping[str, float]]]

    def place(self, delay: float) -> float:
        """Where on the axis.

        >>> chart = Chart("", (), (50, 10_000), ())
        >>> chart.place(50), round(chart.place(float("inf")))
        (300.0, 860)
        """
        first, last = self.ticks[0], self.ticks[-1]
        capped = min(max(delay, first), last) if isfinite(delay) else last
        return _LEFT + _WIDTH * log10(capped / first) / log10(last / first)


def picture(chart: Chart) -> str:
    """The whole SVG."""
    height = _TOP + _ROW * len(chart.rows) + 20
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_LEFT + _WIDTH + 60} {height}" role="img" '
        'font-family="sans-serif" font-size="13">',
        f"<title>{escape(chart.title)}</title>",
        '<rect width="100%" height="100%" fill="#fff"/>',
    ]
    for number, name in enumerate(chart.marks):
        x = float(_LEFT + 150 * number)
        parts += [_mark(number, x, 20), f'<text x="{x + 12:.0f}" y="24" fill="#222">{escape(name)}</text>']
    for tick in chart.ticks:
        x = chart.place(tick)
        text = "never" if tick == chart.ticks[-1] else f"{tick:,}"
        parts.append(f'<line x1="{x:.0f}" x2="{x:.0f}" y1="{_TOP - 16}" y2="{height - 12}" stroke="#ddd"/>')
        parts.append(f'<text x="{x:.0f}" y="{_TOP - 22}" text-anchor="middle" fill="#555">{text}</text>')
    for row, (monitor, delays) in enumerate(chart.rows):
        y = _TOP + _ROW * row + 6
        parts.append(f'<text x="{_LEFT - 14}" y="{y + 4}" text-anchor="end" fill="#222">{escape(monitor)}</text>')
        for number, name in enumerate(chart.marks):
            if name in delays:
                aside = _STEP * (number - (len(chart.marks) - 1) / 2)
                parts.append(_mark(number, chart.place(delays[name]), y + aside))
    return "\n".join([*parts, "</svg>", ""])


def _mark(number: int, x: float, y: float) -> str:
    colour = COLOURS[number]
    if number == 0:
        return f'<circle cx="{x:.1f}" cy="{y:g}" r="5" fill="{colour}"/>'
    if number == 1:
        return f'<rect x="{x - 4.5:.1f}" y="{y - 4.5:g}" width="9" height="9" fill="{colour}"/>'
    if number == 2:
        return f'<path d="M{x:.1f} {y - 6:g}L{x + 6:.1f} {y + 5:g}L{x - 6:.1f} {y + 5:g}Z" fill="{colour}"/>'
    return f'<path d="M{x:.1f} {y - 6:g}L{x + 6:.1f} {y:g}L{x:.1f} {y + 6:g}L{x - 6:.1f} {y:g}Z" fill="{colour}"/>'
