"""The board `subgroup`: how sure are we?"""

from typing import Final

from dashboards._lib import Board, Row
from dashboards._panels import Query, dashed, lines, override, stat, text
from dashboards.looks import MOMENT, VERDICT_WORDS
from dashboards.marks import marks
from dashboards.promql import of, top, verdict_number
from dashboards.variables import ATTRIBUTE, METRIC, MODEL, NAMESPACE, REVISION, SUBGROUP, WINDOW
from monitor.exporting import catalogue as c

QUESTION: Final = "How sure are we about this subgroup?"

HOW_TO_READ: Final = """
The rate with its 95 % bounds stands against the rate of the reference and the highest tolerable one; the evidence
against the levels at which it is SUSPECT (*watch*) and DEGRADED (*page*). Evidence reads only labels that are
complete for their age, so it lags behind the rate, and a stated number of false alarms holds however long it looks. A
gap in a line: fewer people than the disclosure gate lets through, or none. Dashed upright lines: blue, a revision is
new; red, a verdict turned bad.
"""

_SUBGROUP: Final = {"model": "$model", "revision": "$revision", "attribute": "$attribute", "subgroup": "$subgroup"}
_STREAM: Final = {**_SUBGROUP, "metric": "$metric"}
_WINDOW: Final = {**_STREAM, "window": "$window"}
_THRESHOLD: Final = {"model": "$model", "attribute": "$attribute", "metric": "$metric"}

_BAND: Final = [
    dashed("(lower|upper) 95 %", "#5794f2", is_regex=True),
    override("upper 95 %", custom__fillBelowTo="lower 95 %", custom__fillOpacity=12),
]


# Evidence of great harm is a hundred times a level; on a straight scale the levels would lie on the floor.
_LEVELS: Final = [
    dashed("watch level", "orange", is_regex=True),
    dashed("(page|rollback) level", "red", is_regex=True),
    override(".*", is_regex=True, custom__scaleDistribution={"type": "symlog", "log": 10, "linearThreshold": 10}),
]


def _largest(series: c.Series, **matchers: str) -> str:
    return f"max({of(series, **matchers)})"


def _evidence(detectors: str) -> list[Query]:
    """Evidence of detectors that share their levels, and these."""
    return [
        Query(top("detector", of(c.EVIDENCE, **_STREAM, detector=f"~{detectors}")), "{{detector}}"),
        Query(top("level", of(c.THRESHOLD, **_THRESHOLD, detector=f"~{detectors}")), "{{level}} level"),
    ]


TILES: Final = (
    stat(
        "Verdict",
        "Blue is undecided and purple is stale: neither means healthy.",
        [Query(f"max({verdict_number('revision', c.VERDICT, **_STREAM)})")],
        unit="none",
        mappings=VERDICT_WORDS,
        no_value="NO VERDICT",
    ),
    stat(
        "Rate",
        "Cases per sample in the chosen window, late outcomes included.",
        [Query(_largest(c.RATE, **_WINDOW))],
        unit="percentunit",
        no_value="no figure",
    ),
    stat(
        "Tolerated",
        "The highest tolerable rate: the reference's upper limit and the worsening that is accepted.",
        [Query(_largest(c.TOLERATED, **_STREAM))],
        unit="percentunit",
        no_value="no reference",
    ),
    stat(
        "Samples in the window",
        "People behind the rate; 95 % bounds narrow with their number.",
        [Query(_largest(c.WINDOW_SAMPLES, **_WINDOW))],
        unit="none",
        no_value="withheld",
    ),
    stat(
        "Blind below",
        "The smallest rate that would be found within 30 days at the present traffic; at 100 % the stream is blind.",
        [Query(_largest(c.BLIND_BELOW, **_STREAM))],
        unit="percentunit",
        no_value="no reference",
    ),
    stat(
        "Rising since",
        "Estimated start of the rise. Absent below SUSPECT.",
        [Query(f"1000 * {_largest(c.ONSET, **_STREAM)}")],
        unit=MOMENT,
        no_value="not rising",
    ),
)

RATE: Final = lines(
    "Rate, its bounds, the reference and the limit",
    "Published rate of the chosen revision with 95 % Wilson bounds; rate of the reference; highest tolerable rate.",
    [
        Query(_largest(c.RATE, **_WINDOW), "rate"),
        Query(_largest(c.RATE_LOWER, **_WINDOW), "lower 95 %"),
        Query(_largest(c.RATE_UPPER, **_WINDOW), "upper 95 %"),
        Query(_largest(c.REFERENCE, **_STREAM), "reference"),
        Query(_largest(c.TOLERATED, **_STREAM), "tolerated"),
    ],
    unit="percentunit",
    overrides=[
        override("rate", color={"mode": "fixed", "fixedColor": "#5794f2"}, custom__lineWidth=3),
        *_BAND,
        override("reference", color={"mode": "fixed", "fixedColor": "#9fa7b3"}),
        dashed("tolerated", "red"),
    ],
)

EVIDENCE: Final = lines(
    "Evidence, and the levels it is held against",
    "Logarithm of the e-value: of the rate against its reference, and of the gap to everyone else. Crossing *watch* "
    "makes the stream SUSPECT, crossing *page* DEGRADED; the gap pages only where the rate is suspect, too.",
    _evidence("reference|gap"),
    unit="suffix:nats",
    overrides=_LEVELS,
    lowest=None,
)

EFFECT: Final = lines(
    "Evidence against the revision, and the levels it is held against",
    "Logarithm of the e-value of this revision against its former one: *revision_effect* before and after the rollout, "
    "*concurrent_effect* while both serve. At *rollback* the revision may be blamed. Absent without a former one.",
    _evidence("revision_effect|concurrent_effect"),
    unit="suffix:nats",
    overrides=_LEVELS,
    lowest=None,
)

REVISIONS: Final = lines(
    "The same subgroup under each revision",
    "A rise that the former revision shows as well is no matter of the release.",
    [Query(top("revision", of(c.RATE, **{**_WINDOW, "revision": "~.+"})), "{{revision}}")],
    unit="percentunit",
)

GAP: Final = lines(
    "Gap to everyone else",
    "Rate minus that of everyone else, with 95 % Newcombe bounds; 0 is no difference. Everyone has no gap.",
    [
        Query(_largest(c.GAP, **_WINDOW), "gap"),
        Query(_largest(c.GAP_LOWER, **_WINDOW), "lower 95 %"),
        Query(_largest(c.GAP_UPPER, **_WINDOW), "upper 95 %"),
    ],
    unit="percentunit",
    overrides=[override("gap", color={"mode": "fixed", "fixedColor": "#5794f2"}, custom__lineWidth=3), *_BAND],
    lowest=None,
)

PEOPLE: Final = lines(
    "Cases and samples in the window",
    "k and n of the rate. Cases are the harmful ones.",
    [
        Query(_largest(c.WINDOW_SAMPLES, **_WINDOW), "samples"),
        Query(_largest(c.WINDOW_CASES, **_WINDOW), "cases"),
    ],
    unit="short",
)

DRIFT: Final = lines(
    "Statistics of drift",
    "How the scores and predictions of this subgroup differ from before: psi and what it stays below in 95 % of "
    "windows without drift, ks, mix, ece, and how often adwin and page_hinkley fired in 28 steps. They annotate: no "
    "verdict reads them. Absent for crossings, and with few data.",
    [Query(top("detector", of(c.DRIFT_SCORE, **_SUBGROUP)), "{{detector}}")],
    unit="short",
    overrides=[dashed("psi_limit", "orange")],
)

NEEDED: Final = lines(
    "Cases that the reference still lacks",
    "0: it is large enough. Until then the verdict is INCONCLUSIVE, whatever the rate; up to the next ten.",
    [
        Query(
            f"max({of(c.REFERENCE_NEEDS, **_STREAM)} or 0 * {of(c.REFERENCE, **_STREAM)})",
            "cases",
        )
    ],
    unit="short",
)

EXPLAINED: Final = lines(
    "Explained, and the limit",
    "Share with a stored explanation, of flagged inferences and of all. Absent where explanations are not sent.",
    [
        Query(top("scope", of(c.EXPLAINED, **_SUBGROUP, window="$window")), "{{scope}}"),
        Query(_largest(c.LIMIT_RATIO, model="$model", limit="explained"), "limit for flagged"),
    ],
    unit="percentunit",
    overrides=[dashed("limit for flagged", "red")],
    soft_max=1,
)

BOARD: Final = Board(
    uid="fairdrift-subgroup",
    title="fairdrift / subgroup",
    question=QUESTION,
    span="30d",
    rows=[
        Row(4, [(24, text(QUESTION, HOW_TO_READ))]),
        Row(4, [(4, tile) for tile in TILES]),
        Row(9, [(12, RATE), (12, EVIDENCE)]),
        Row(8, [(12, REVISIONS), (12, EFFECT)]),
        Row(8, [(8, GAP), (8, PEOPLE), (8, EXPLAINED)]),
        Row(7, [(16, DRIFT), (8, NEEDED)]),
    ],
    variables=[NAMESPACE, MODEL, REVISION, ATTRIBUTE, SUBGROUP, METRIC, WINDOW],
    annotations=marks("$model"),
)
