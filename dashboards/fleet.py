"""The board `fleet`: is any model harming anyone, or unwatched?"""

from typing import Final

from dashboards._lib import Board, Row
from dashboards._panels import Query, override, since_column, stat, table, text, timeline, verdict_column
from dashboards.looks import GREEN, VERDICT_WORDS, words
from dashboards.marks import marks
from dashboards.promql import STREAM, age, model_verdict_number, of, top, verdict_number, watched_mode
from dashboards.variables import NAMESPACE, to_model, to_subgroup
from monitor.exporting import catalogue as c
from monitor.judging.verdict import Verdict

QUESTION: Final = "Is any model harming anyone, or unwatched?"

HOW_TO_READ: Final = """
One tile a model: the worst verdict of all its subgroups, rates and revisions. **DEGRADED**: a rate of a subgroup is
worse than tolerated, with the stated number of false alarms. **SUSPECT**: evidence is gathering. **STALE**: no fresh
or complete data. **INCONCLUSIVE**: of some subgroup there are too few cases to find harm. **NO VERDICT**: the model
was there in the last seven days, and nothing is said of it now. Only green is good news. Click a tile for the model,
a row for the subgroup.
"""


_STREAM: Final = f"model, {STREAM}"
_BAD: Final = f"{verdict_number(_STREAM, c.VERDICT)} >= {Verdict.SUSPECT.value}"


def _count(state: Verdict) -> str:
    return f"sum by (model) ({top(_STREAM, of(c.VERDICT, state=state.name))})"


TILES: Final = stat(
    "Worst verdict of every model",
    "Over all subgroups, metrics and serving revisions. Blue is undecided and purple is stale: neither means healthy. "
    "Grey: nothing is said at all.",
    [Query(model_verdict_number(), "{{model}}")],
    unit="none",
    mappings=VERDICT_WORDS,
    no_value="NO DATA: is a monitor running?",
    links=[to_model("${__field.labels.model}")],
)

HARMED: Final = table(
    "Subgroups that are harmed, or may be",
    "Every stream whose verdict is SUSPECT or DEGRADED, the worst first: who, which rate, since when. Empty when there "
    "is none; whether anything is watched at all is said by the tiles.",
    {"verdict": _BAD, "since": f"1000 * {top(_STREAM, of(c.ONSET))}"},
    unit="none",
    columns=["verdict", "model", "revision", "metric", "attribute", "subgroup", "since"],
    overrides=[
        verdict_column(VERDICT_WORDS),
        since_column(),
        override("subgroup", links=[to_subgroup("${__data.fields.model}", "${__data.fields.metric}")]),
    ],
    sort_by="verdict",
    no_value="no stream is SUSPECT or DEGRADED",
)

MODELS: Final = table(
    "Models",
    "Streams (a metric of a subgroup under a revision) by verdict, the false alarms to be expected in 91 days over all "
    "of them, the mode, and when the newest window ended.",
    {
        "degraded": _count(Verdict.DEGRADED),
        "suspect": _count(Verdict.SUSPECT),
        "stale": _count(Verdict.STALE),
        "undecided": _count(Verdict.INCONCLUSIVE),
        "healthy": _count(Verdict.HEALTHY),
        "false pages in 91 d": top("model", of(c.BUDGET, level="page")),
        "newest window": f"1000 * {top('model', of(c.WINDOW_END))}",
        "": f"{top('model, mode', watched_mode())} == 1",
    },
    unit="none",
    columns=[
        *("model", "mode", "degraded", "suspect", "stale", "undecided", "healthy"),
        *("false pages in 91 d", "newest window"),
    ],
    overrides=[
        override("newest window", unit="dateTimeFromNow"),
        override("model", links=[to_model("${__data.fields.model}")]),
    ],
    sort_by="degraded",
    no_value="NO DATA",
)

HISTORY: Final = timeline(
    "Worst verdict over time",
    "One row a model and revision. Grey or empty: nothing was said: it did not serve, or no monitor ran.",
    Query(verdict_number("model, revision", c.MODEL_VERDICT), "{{model}} {{revision}}"),
    mappings=VERDICT_WORDS,
)

EXACT: Final = stat(
    "Are the windows exact?",
    "1 if no data flag lies in any published window of the model; otherwise events may be missing from its counts.",
    [Query(f"min by (model) ({of(c.WINDOW_EXACT)})", "{{model}}")],
    unit="none",
    mappings=words({"1": ("exact", GREEN), "0": ("may miss events", "orange")}),
)

HEARTBEAT: Final = stat(
    "Last sign of life of a monitor",
    "Seconds since the slowest stage of the loop last came through. More than a few minutes: see the board health.",
    [Query(f"max({age('stage', c.HEARTBEAT)})")],
    unit="s",
)

BOARD: Final = Board(
    uid="fairdrift-fleet",
    title="fairdrift / fleet",
    question=QUESTION,
    span="30d",
    rows=[
        Row(4, [(24, text(QUESTION, HOW_TO_READ))]),
        Row(5, [(16, TILES), (4, EXACT), (4, HEARTBEAT)]),
        Row(8, [(24, HARMED)]),
        Row(6, [(24, MODELS)]),
        Row(7, [(24, HISTORY)]),
    ],
    variables=[NAMESPACE],
    annotations=marks("~.*"),
)
