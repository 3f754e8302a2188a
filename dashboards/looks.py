"""How things look: one colour a verdict, and none of *undecided*, *stale*, *no data* is green.

Beside the way of an event: every board takes its colours here. Pure.
"""

from typing import Any, Final

from dashboards.promql import NO_VERDICT
from monitor.judging.verdict import Verdict

MOMENT: Final = "time:YYYY-MM-DD HH:mm"
"""The unit of a time that is told to others: *a month ago* may be 26 days or 45."""

PER_HOUR: Final = "count:/h"

GREEN: Final = "green"
GREY: Final = "#7b8087"

VERDICT_COLOURS: Final = {
    Verdict.HEALTHY: GREEN,
    Verdict.INCONCLUSIVE: "blue",
    Verdict.STALE: "purple",
    Verdict.SUSPECT: "orange",
    Verdict.DEGRADED: "red",
}

NO_DATA: Final = "NO DATA"


def words(of: dict[str, tuple[str, str]], nothing: str = NO_DATA) -> list[dict[str, Any]]:
    """Value mappings: value -> (text, colour). What is not there says so, in grey.

    >>> words({"1": ("exact", "green")})[0]["options"]["1"]["text"]
    'exact'
    """
    values = {
        value: {"text": text, "color": colour, "index": index}
        for index, (value, (text, colour)) in enumerate(of.items())
    }
    result = {"text": nothing, "color": GREY, "index": len(values)}
    return [
        {"type": "value", "options": values},
        {"type": "special", "options": {"match": "null+nan", "result": result}},
    ]


_VERDICTS: Final = {
    **{str(verdict.value): (verdict.name, colour) for verdict, colour in VERDICT_COLOURS.items()},
    str(NO_VERDICT): ("NO VERDICT", GREY),
}
VERDICT_WORDS: Final = words(_VERDICTS)
VERDICT_WORDS_OF_ROWS: Final = words(_VERDICTS, "NO VERDICT")
"""Of a stream that has figures and no verdict: its revision serves no more."""


def steps(*above: tuple[float, str]) -> list[dict[str, Any]]:
    """Thresholds: grey, then each colour from its value on. Without any the colour says nothing.

    >>> steps((0.9, "green"))
    [{'color': '#7b8087', 'value': None}, {'color': 'green', 'value': 0.9}]
    """
    return [{"color": GREY, "value": None}, *({"color": colour, "value": value} for value, colour in above)]
