"""The board `health`: can I trust the monitor?"""

from typing import Final

from dashboards._lib import Board, Row
from dashboards._panels import Query, dashed, lines, override, stat, table, text
from dashboards.looks import GREEN, PER_HOUR, steps, words
from dashboards.promql import age, in_range, of, per_hour, top
from dashboards.variables import NAMESPACE
from monitor.exporting import catalogue as c
from monitor.exporting import control_catalogue as cc

QUESTION: Final = "Can I trust what the monitor says?"

HOW_TO_READ: Final = """
It must be alive (heartbeats, commits), up to date (lag, watermark, newest events), complete (coverage, windows,
labels), and understand what it reads (rejected, late, unpaired). Dashed lines are the limits that alerts compare
with, as set in the settings. **NO DATA** is not healthy: nothing was scraped. With several monitors the worst is
shown: choose a namespace.
"""

_PARTITION: Final = "topic, partition"


def _limit(name: str, kind: c.Series = c.LIMIT_SECONDS) -> Query:
    return Query(f"min({of(kind, limit=name)})", f"limit: {name}")


_LIMITS: Final = dashed("^limit: ", "red", is_regex=True)

TILES: Final = (
    stat(
        "Monitors",
        "Processes of `fairdrift run` whose page was scraped.",
        [Query(f"count({of(c.BUILD_INFO)} unless on (namespace, job, instance) {of(cc.READY)})")],
        unit="none",
        thresholds=steps((1, GREEN)),
    ),
    stat(
        "Coverage",
        "Whether every record inside the horizon was read, in all partitions.",
        [Query(f"min({of(c.COVERAGE)})")],
        unit="none",
        mappings=words({"1": ("complete", GREEN), "0": ("REBUILDING", "orange")}),
    ),
    stat(
        "Intake",
        "A partition stops when too many of its records are rejected; a person must look.",
        [Query(f"max({of(c.STOPPED)})")],
        unit="none",
        mappings=words({"0": ("running", GREEN), "1": ("STOPPED", "red")}),
    ),
    stat(
        "Windows",
        "Whether no data flag lies in any published window of any model.",
        [Query(f"min({of(c.WINDOW_EXACT)})")],
        unit="none",
        mappings=words({"1": ("exact", GREEN), "0": ("may miss events", "orange")}),
    ),
    stat(
        "Rebuilds in this time",
        "How often state was rebuilt by rewinding. The first start counts; evidence and totals begin anew.",
        [Query(in_range("reason", c.REBUILDS), "{{reason}}")],
        unit="none",
        no_value="none, or NO DATA",
    ),
    stat(
        "Label age",
        "Time from inference to outcome, over all models: half of the labels in the time shown, and nine of ten, are "
        "younger.",
        [
            Query(f"histogram_quantile({q}, {in_range('le', c.LABEL_AGE, '_bucket')})", name)
            for q, name in ((0.5, "half"), (0.9, "nine of ten"))
        ],
        unit="s",
    ),
)

HEARTBEATS: Final = lines(
    "Age of heartbeats",
    "Time since each stage of the loop last came through; with several monitors, the slowest. *control*: the rollback "
    "process.",
    [Query(age("stage", c.HEARTBEAT), "{{stage}}"), _limit("heartbeat")],
    unit="s",
    overrides=[_LIMITS],
)

COMMITS: Final = lines(
    "Age of commits",
    "Time since the state of each partition was last stored; a commit with nothing to store counts.",
    [Query(age("partition", c.COMMITTED), "partition {{partition}}"), _limit("commit_age")],
    unit="s",
    overrides=[_LIMITS],
)

LAG: Final = lines(
    "Lag",
    "End offset minus position. Growing: the monitor falls behind.",
    [Query(top(_PARTITION, of(c.LAG)), "{{topic}} / {{partition}}")],
    unit="short",
)

SPEED: Final = lines(
    "Records read an hour",
    "By topic and result; the rejected have a panel of their own. A conflict is a second, different record of one id.",
    [Query(per_hour("topic, result", c.EVENTS, result="!=rejected"), "{{topic}} {{result}}")],
    unit=PER_HOUR,
)

WATERMARK: Final = lines(
    "Age of the watermark",
    "Event time below which records are late, behind now. Verdicts speak only of what lies below it.",
    [Query(age(_PARTITION, c.WATERMARK), "{{topic}} / {{partition}}")],
    unit="s",
)

NEWEST: Final = lines(
    "Age of the newest event",
    "Event time of the newest accepted record of each kind, behind now; beyond the limits verdicts are stale.",
    [
        Query(age("topic, model", c.LAST_EVENT), "{{topic}} {{model}}"),
        _limit("inference_age"),
        _limit("outcome_age"),
    ],
    unit="s",
    overrides=[_LIMITS, dashed("limit: inference_age", "orange")],
)

REFUSED: Final = lines(
    "Rejected and late records an hour",
    "Rejected: could not be understood. Late: behind the watermark of their partition; counted, and never evidence.",
    [
        Query(per_hour("topic", c.EVENTS_REJECTED), "{{topic}} rejected"),
        Query(per_hour("topic", c.EVENTS_LATE), "{{topic}} late"),
        Query(per_hour("topic", c.FIELDS_IGNORED), "{{topic}} unknown fields"),
    ],
    unit=PER_HOUR,
)

REASONS: Final = table(
    "Why records counted nowhere",
    "Records rejected, and outcomes that were joined with nothing, in the time shown, by reason.",
    {
        "records": f"topk(12, ({in_range('topic, reason', c.EVENTS_REJECTED)} or "
        f"{in_range('topic, reason', c.UNPAIRED)}) > 0)"
    },
    unit="short",
    columns=["topic", "reason", "records"],
    overrides=[override("records", decimals=0)],
    sort_by="records",
    no_value="none, or NO DATA",
)

WAITING: Final = lines(
    "Inferences without an outcome",
    "Those that wait, inside the horizon, by model.",
    [Query(top("model", of(c.PENDING)), "{{model}}")],
    unit="short",
)

MENDED: Final = lines(
    "Labels that came late, were corrected, or never came",
    "An hour, by model, in steps of the disclosure gate.",
    [
        Query(per_hour("model", c.LABELS_LATE), "{{model}} late"),
        Query(per_hour("model", c.CORRECTIONS), "{{model}} corrected"),
        Query(per_hour("model", c.EXPIRED), "{{model}} expired"),
    ],
    unit=PER_HOUR,
)

_VALUE: Final = "attribute, kind"

UNKNOWN: Final = lines(
    "Attribute values that say nothing",
    "Inferences an hour whose attribute was null, not sent, declined, or not in the vocabulary.",
    [
        Query(
            f"{per_hour(_VALUE, c.ATTRIBUTE_VALUES, kind='!=known')}"
            f" - {per_hour(_VALUE, c.ATTRIBUTE_VALUES_RETRACTED, kind='!=known')}",
            "{{attribute}} {{kind}}",
        )
    ],
    unit=PER_HOUR,
)

SERIES: Final = lines(
    "Series, and the most there may be",
    "Beyond the limit the deepest, thinnest crossings are folded into `other`.",
    [
        Query(top("model", of(c.SERIES)), "{{model}}"),
        Query(top("model", of(c.SERIES_SUPPRESSED)), "{{model}} folded"),
        Query(top("model", of(c.SERIES_LIMIT)), "limit: {{model}}"),
    ],
    unit="short",
    overrides=[_LIMITS],
)

RUNNING: Final = table(
    "What runs",
    "Version, and the hash that names the settings. Two rows of one namespace: processes that differ.",
    {
        "processes": f"count by (namespace, version, hash) ({of(c.BUILD_INFO)} "
        f"* on (namespace, job, instance) group_left (hash) {of(c.CONFIG_INFO)})"
    },
    unit="none",
    columns=["namespace", "version", "hash", "processes"],
    overrides=[override("hash", custom__width=560)],
    sort_by="processes",
    no_value="NO DATA",
)

BOARD: Final = Board(
    uid="fairdrift-health",
    title="fairdrift / health",
    question=QUESTION,
    span="6h",
    rows=[
        Row(4, [(24, text(QUESTION, HOW_TO_READ))]),
        Row(4, [(4, tile) for tile in TILES]),
        Row(7, [(8, HEARTBEATS), (8, COMMITS), (8, LAG)]),
        Row(7, [(8, NEWEST), (8, WATERMARK), (8, SPEED)]),
        Row(8, [(8, REFUSED), (8, REASONS), (8, WAITING)]),
        Row(7, [(8, UNKNOWN), (8, MENDED), (8, SERIES)]),
        Row(5, [(24, RUNNING)]),
    ],
    variables=[NAMESPACE],
)
