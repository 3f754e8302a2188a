"""The board `model`: which subgroup, since when, this revision?"""

from typing import Final

from dashboards._lib import Board, Row
from dashboards._panels import Query, lines, override, since_column, stat, table, text, timeline, verdict_column
from dashboards.looks import GREEN, GREY, PER_HOUR, VERDICT_WORDS, VERDICT_WORDS_OF_ROWS, steps, words
from dashboards.marks import marks
from dashboards.promql import (
    NOT_HEARD,
    acting,
    in_range,
    of,
    or_not_heard,
    per_hour,
    top,
    verdict_number,
    watched_mode,
)
from dashboards.variables import ATTRIBUTES, METRIC, MODEL, NAMESPACE, REVISIONS, WINDOW, to_subgroup
from monitor.exporting import catalogue as c
from monitor.exporting import control_catalogue as cc

QUESTION: Final = "Which subgroup is harmed, since when, and is it this revision?"

HOW_TO_READ: Final = """
The table has every subgroup for the chosen metric and window: the rate with its 95 % bounds, the highest tolerable
rate, the cases and samples behind it, the gap to everyone else, how far the evidence lies beyond the level at which a
stream is SUSPECT, and the smallest rate that would be found within 30 days (100 %: blind). *no figure*: fewer people
than the disclosure gate lets through, or none; which is neither zero nor healthy. Dashed upright lines: blue, a
revision is new; red, a verdict turned bad. Click a subgroup for more.
"""

_LABELS: Final = "revision, attribute, subgroup"
_CHOSEN: Final = {"model": "$model", "revision": "~$revision", "attribute": "~$attribute"}
_RATE: Final = {**_CHOSEN, "metric": "$metric"}
_WINDOW: Final = {**_RATE, "window": "$window"}
_PERCENT: Final = ("rate", "lower 95 %", "upper 95 %", "tolerated", "gap", "blind below")

_BEYOND_WATCH: Final = top(
    _LABELS,
    f"{top(f'detector, {_LABELS}', of(c.EVIDENCE, **_RATE))} - on (attribute, detector) group_left () "
    + top(
        "attribute, detector", of(c.THRESHOLD, model="$model", attribute="~$attribute", metric="$metric", level="watch")
    ),
)
"""Evidence less the level at which a stream is SUSPECT, of the strongest detector: each has its own level."""

TILES: Final = stat(
    "Worst verdict of every revision",
    "Over all subgroups and metrics of a revision. Blue is undecided and purple is stale: neither means healthy.",
    [Query(verdict_number("revision", c.MODEL_VERDICT, model="$model", revision="~$revision"), "{{revision}}")],
    unit="none",
    mappings=VERDICT_WORDS,
    no_value="NO VERDICT: no revision serves",
)

MODE: Final = stat(
    "Mode",
    "What the rollback process may do about harm, as set: *observe* looks on, *shadow* writes down what it would do, "
    "*approve* makes a plan and waits for a person, *auto* rolls back by itself.",
    [Query(f"{top('mode', watched_mode(model='$model'))} == 1", "{{mode}}")],
    unit="none",
    shows="name",
)

_NOT_HEARD: Final = {str(NOT_HEARD): ("not heard", GREY)}

ACTING: Final = stat(
    "Rollback process",
    "Whether it could act for this model now. Not heard: none runs, or it is not scraped; then nothing is rolled back.",
    [Query(acting(model="$model"))],
    unit="none",
    mappings=words(
        {"1": ("running", GREEN), "0": ("COULD NOT ACT", "orange"), "2": ("PAUSED", "orange"), **_NOT_HEARD}
    ),
)

HELD: Final = stat(
    "Guards that hold a rollback",
    "How many guards forbid to act while a revision that is to blame serves; `fairdrift incidents` says why.",
    [Query(or_not_heard(f"sum({top('guard', of(cc.INCIDENT_HELD, model='$model'))})", model="$model"))],
    unit="none",
    mappings=words({"0": ("none", "blue"), **_NOT_HEARD}),
    thresholds=steps((1, "orange")),
)

DONE: Final = stat(
    "Rollbacks in this time",
    "Deployments of this model that were patched back.",
    [Query(or_not_heard(f"sum({in_range('model', cc.ROLLBACKS, model='$model', result='done')})", model="$model"))],
    unit="none",
    mappings=words({**_NOT_HEARD}),
)

REFUSED: Final = stat(
    "Rollbacks that went wrong in this time",
    "Failed, contested by somebody else's change, or without effect. Each waits for a person.",
    [
        Query(
            or_not_heard(
                f"sum({in_range('model', cc.ROLLBACKS, model='$model', result='~failed|contested|ineffective')})",
                model="$model",
            )
        )
    ],
    unit="none",
    mappings=words({**_NOT_HEARD}),
    thresholds=steps((1, "red")),
)

BLAME: Final = stat(
    "Blamed for the rise",
    "Revision and cause of each incident. *revision*: the release is to blame; *population*: the former revision would "
    "show the rise, too; *mixed*: both; *unknown*: it cannot be told, and is for a person to find out.",
    [
        Query(
            f"{top('revision, cause', of(c.BLAME, model='$model', revision='~$revision'))} == 1",
            "{{revision}}: {{cause}}",
        )
    ],
    unit="none",
    no_value="no incident, or NO DATA",
    shows="name",
)

EXACT: Final = stat(
    "Is the window exact?",
    "Otherwise a data flag lies in it: events may be missing, and it would not be acted on.",
    [Query(f"min({of(c.WINDOW_EXACT, model='$model', window='$window')})")],
    unit="none",
    mappings=words({"1": ("exact", GREEN), "0": ("may miss events", "orange")}),
)

NEWEST: Final = stat(
    "Newest window ends",
    "End of the newest released window, in event time.",
    [Query(f"1000 * max({of(c.WINDOW_END, model='$model', window='$window')})")],
    unit="dateTimeFromNow",
)

BLIND: Final = stat(
    "Blind streams",
    "Subgroups of the chosen metric and revisions so small that no rate at all would be found within 30 days.",
    [Query(f"sum({top(_LABELS, of(c.BLIND_BELOW, **_RATE))} >= bool 1)")],
    unit="none",
)

SUBGROUPS: Final = table(
    "Subgroups",
    "Everything that is known of every subgroup now, for the chosen metric and window; the worst verdict first.",
    {
        "verdict": verdict_number(_LABELS, c.VERDICT, **_RATE),
        "rate": top(_LABELS, of(c.RATE, **_WINDOW)),
        "lower 95 %": top(_LABELS, of(c.RATE_LOWER, **_WINDOW)),
        "upper 95 %": top(_LABELS, of(c.RATE_UPPER, **_WINDOW)),
        "tolerated": top(_LABELS, of(c.TOLERATED, **_RATE)),
        "cases": top(_LABELS, of(c.WINDOW_CASES, **_WINDOW)),
        "samples": top(_LABELS, of(c.WINDOW_SAMPLES, **_WINDOW)),
        "gap": top(_LABELS, of(c.GAP, **_WINDOW)),
        "beyond watch": _BEYOND_WATCH,
        "blind below": top(_LABELS, of(c.BLIND_BELOW, **_RATE)),
        "since": f"1000 * {top(_LABELS, of(c.ONSET, **_RATE))}",
    },
    unit="none",
    columns=[
        *("verdict", "revision", "attribute", "subgroup", "rate", "lower 95 %", "upper 95 %", "tolerated"),
        *("cases", "samples", "gap", "beyond watch", "blind below", "since"),
    ],
    overrides=[
        verdict_column(VERDICT_WORDS_OF_ROWS),
        since_column(),
        *(override(name, unit="percentunit", decimals=1) for name in _PERCENT),
        override("beyond watch", unit="suffix:nats", decimals=1, custom__width=120),
        override("subgroup", links=[to_subgroup("${model}", "${metric}")]),
    ],
    sort_by="verdict",
)

HISTORY: Final = timeline(
    "Verdicts over time",
    "One row a subgroup and revision, for the chosen metric. Grey or empty: nothing was said.",
    Query(verdict_number(_LABELS, c.VERDICT, **_RATE), "{{revision}}: {{attribute}} = {{subgroup}}"),
    mappings=VERDICT_WORDS,
)

TRAFFIC: Final = lines(
    "Inferences an hour, by revision",
    "Which revision serves, and since when: inferences of everyone, in steps of the disclosure gate.",
    [
        Query(
            f"{per_hour('revision', c.INFERENCES, model='$model', attribute='overall')}"
            f" - {per_hour('revision', c.INFERENCES_RETRACTED, model='$model', attribute='overall')}",
            "{{revision}}",
        )
    ],
    unit=PER_HOUR,
)

COMPLETENESS: Final = lines(
    "Label completeness",
    "Labelled predictions per inference in the window. Where labels are missing, less is watched than it looks.",
    [
        Query(
            top(_LABELS, of(c.COMPLETENESS, **_CHOSEN, window="$window")),
            "{{revision}}: {{attribute}} = {{subgroup}}",
        )
    ],
    unit="percentunit",
    soft_max=1,
    has_many=True,
)

REVISIONS_SEEN: Final = table(
    "Revisions",
    "Revisions that are shown, their roles, and the inferences that arrived in the time shown.",
    {
        "": top("revision, role", of(c.REVISION_INFO, model="$model")),
        "inferences": in_range("revision", c.INFERENCES, model="$model", attribute="overall"),
    },
    unit="short",
    columns=["revision", "role", "inferences"],
    overrides=[override("inferences", decimals=0), override("role", noValue="serves no more")],
    sort_by="inferences",
    no_value="NO DATA",
)

BOARD: Final = Board(
    uid="fairdrift-model",
    title="fairdrift / model",
    question=QUESTION,
    span="30d",
    rows=[
        Row(4, [(24, text(QUESTION, HOW_TO_READ))]),
        Row(4, [(7, TILES), (5, BLAME), (3, MODE), (3, EXACT), (3, NEWEST), (3, BLIND)]),
        Row(11, [(24, SUBGROUPS)]),
        Row(4, [(6, ACTING), (6, HELD), (6, DONE), (6, REFUSED)]),
        Row(9, [(24, HISTORY)]),
        Row(9, [(11, COMPLETENESS), (7, TRAFFIC), (6, REVISIONS_SEEN)]),
    ],
    variables=[NAMESPACE, MODEL, REVISIONS, ATTRIBUTES, METRIC, WINDOW],
    annotations=marks("$model"),
)
