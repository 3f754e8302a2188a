"""The delays as a picture: an SVG, one row a monitor, one mark a rise, on a logarithmic axis. Pure."""

from collections.abc import Sequence
from math import isfinite, log10
from typing import Final
from xml.sax.saxutils import escape

from replay.rivals.contest import Result

MARKS: Final = {".10 → .15": "#0072b2", ".10 → .20": "#d55e00", ".10 → .30": "#009e73"}
"""Colours that stay apart for every kind of colour vision; each rise has a shape of its own, too."""

_TICKS: Final = (50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)
_LEFT, _WIDTH, _ROW, _TOP = 300, 560, 30, 76


def place(events: float) -> float:
    """Where on the axis; what never comes is at its end.

    >>> place(50), round(place(float("inf")))
    (300.0, 860)
    """
    capped = min(max(events, _TICKS[0]), _TICKS[-1]) if isfinite(events) else _TICKS[-1]
    return _LEFT + _WIDTH * log10(capped / _TICKS[0]) / log10(_TICKS[-1] / _TICKS[0])


def picture(results: Sequence[Result]) -> str:
    """The whole SVG."""
    height = _TOP + _ROW * len(results) + 20
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_LEFT + _WIDTH + 40} {height}" role="img" '
        'font-family="sans-serif" font-size="13">',
        "<title>Events to the alarm, at one false alarm per 100 000 events</title>",
        '<rect width="100%" height="100%" fill="#fff"/>',
    ]
    for column, (name, colour) in enumerate(MARKS.items()):
        x = float(_LEFT + 170 * column)
        parts += [_mark(column, x, 20, colour), f'<text x="{x + 12:.0f}" y="24" fill="#222">{escape(name)}</text>']
    for tick in _TICKS:
        x = place(tick)
        parts.append(f'<line x1="{x:.0f}" x2="{x:.0f}" y1="{_TOP - 16}" y2="{height - 12}" stroke="#ddd"/>')
        parts.append(f'<text x="{x:.0f}" y="{_TOP - 22}" text-anchor="middle" fill="#555">{tick:,}</text>')
    for row, one in enumerate(results):
        y = _TOP + _ROW * row + 6
        parts.append(f'<text x="{_LEFT - 14}" y="{y + 4}" text-anchor="end" fill="#222">{escape(one.monitor)}</text>')
        for column, (name, colour) in enumerate(MARKS.items()):
            if name in one.delay:
                parts.append(_mark(column, place(one.delay[name]), y, colour))
    return "\n".join([*parts, "</svg>", ""])


def _mark(shape: int, x: float, y: float, colour: str) -> str:
    if shape == 0:
        return f'<circle cx="{x:.1f}" cy="{y}" r="6" fill="{colour}"/>'
    if shape == 1:
        return f'<rect x="{x - 5.5:.1f}" y="{y - 5.5}" width="11" height="11" fill="{colour}"/>'
    return f'<path d="M{x:.1f} {y - 7}L{x + 7:.1f} {y + 6}L{x - 7:.1f} {y + 6}Z" fill="{colour}"/>'
