"""Section `models`: one watched model. Pure."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from monitor.settings.fields import FORM, Duration, Many, Name, Section, refused, setting
from monitor.settings.metrics import MetricName
from monitor.settings.problems import shown
from monitor.settings.sections.acting import ActingSettings
from monitor.settings.sections.attributes import AttributeSettings, SubgroupSettings
from monitor.settings.sections.judging import JudgingSettings
from monitor.settings.sections.limits import LimitSettings
from monitor.settings.sections.reference import ReferenceSettings
from monitor.settings.units import DURATION_PATTERN, duration_ms


def _window(text: str) -> str:
    try:
        is_positive = duration_ms(text) > 0
    except ValueError as error:
        raise refused(f"{shown(text)} is no window", "write it like 7d or 12h") from error
    if not is_positive:
        raise refused("must be longer than nothing")
    return text


WindowName = Annotated[
    str,
    AfterValidator(_window),
    WithJsonSchema({"type": "string", "pattern": f"^{DURATION_PATTERN}$", FORM: "duration"}),
]
"""A published window; its length as written is its name in labels and files."""


class WindowSettings(Section):
    """Slices of event time, aligned to 1970-01-01 UTC."""

    pane_ms: Duration = setting(
        "Smallest slice: evidence and windows advance by it.",
        default="1d",
        why="Days share their weekly rhythm, and labels of most models are dated by day.",
        key="pane",
    )
    published: Many[WindowName] = setting(
        "Windows whose rates are published, whole panes each.",
        default=("7d", "28d"),
        why="Whole weeks: weekdays differ.",
        min_length=1,
        max_length=8,
    )


class ModelSettings(Section):
    """One watched model."""

    feed: Name = setting("The feed with its events.")
    mode: Literal["observe", "shadow", "approve", "auto"] = setting(
        "What may follow from a verdict: nothing, a plan in the log, a plan a person approves, an action.",
        default="shadow",
        why="Its plans can be read before any of them is carried out.",
    )
    attributes: dict[str, AttributeSettings] = setting("Protected attributes by name.", min_length=1, max_length=16)
    subgroups: SubgroupSettings = setting("Crossings of attributes.", default=SubgroupSettings)
    series_limit: int = setting(
        "Most series of the model. Settings whose published rates alone are more are refused; of all series beyond it, "
        "the deepest, thinnest crossings fold into `other`.",
        default=10_000,
        why="The shipped limit of a scrape.",
        gt=0,
    )
    keep_revisions: int = setting(
        "Revisions that are shown.", default=3, why="The serving one, its predecessor and a canary.", ge=1, le=100
    )
    metrics: Many[MetricName] = setting(
        "Rates that are judged.",
        default=("false_negative_rate", "false_positive_rate", "error_rate"),
        why="The two kinds of harm, and their sum.",
        min_length=1,
    )
    windows: WindowSettings = setting("Slices of event time.", default=WindowSettings)
    also_label_ages_ms: Many[Duration] = setting(
        "Label ages at which labels are decided (day 30): edges of the label-age bins beside the usual ones.",
        default=(),
        why="The usual bins suit labels that come at any age.",
        key="also_label_ages",
    )
    score_range: Annotated[tuple[float, float], Field(strict=False)] = setting(
        "Lowest and highest score; beyond it a score falls into the end bin.",
        default=(0.0, 1.0),
        why="Most are probabilities.",
    )
    threshold: float | None = setting(
        "A score of at least this is a positive prediction, where events carry no `prediction`.",
        default=None,
        why="Events usually say what was predicted.",
    )
    reference: ReferenceSettings | None = setting(
        "What rates are compared with.", default=None, why="It is built from the first weeks of the first revision."
    )
    judging: JudgingSettings = setting("What counts as harm.", default=JudgingSettings)
    limits: LimitSettings = setting("Bounds of alerts about data.", default=LimitSettings)
    acting: ActingSettings | None = setting(
        "What the controller may do.", default=None, why="Without it nothing is done."
    )
