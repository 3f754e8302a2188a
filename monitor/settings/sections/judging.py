"""Section `judging` of a model: what counts as harm, and how many false alarms are accepted. Pure."""

from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema

from monitor.judging.rules import DEFAULT_TOLERANCE
from monitor.settings.fields import PerTime, Section, Share, setting
from monitor.settings.metrics import AVAILABLE, known_metric


def _default_or_metric(name: str) -> str:
    return known_metric(name, besides=("default",))


ToleranceFor = Annotated[
    str,
    AfterValidator(_default_or_metric),
    WithJsonSchema({"type": "string", "pattern": f"^(default|{'|'.join(AVAILABLE)})$"}),
]


class FalseAlarmSettings(Section):
    """The budget: how many false alarms all streams of the model together may raise, however long one looks."""

    watch: PerTime = setting(
        "False SUSPECT verdicts.", default="1 per 7d", why="A ticket a week is read; more are not."
    )
    page: PerTime = setting(
        "False DEGRADED verdicts.",
        default="1 per 91d",
        why="A person who is woken for nothing once a quarter still comes.",
    )
    watch_per_rollout: Share = setting(
        "Probability of a false SUSPECT for a rollout.", default=0.01, why="One in a hundred releases."
    )
    rollback_per_rollout: Share = setting(
        "Probability that a harmless rollout is rolled back.", default=0.001, why="One in a thousand releases."
    )


class JudgingSettings(Section):
    """What counts as harm, and what finding it may cost."""

    tolerance: dict[ToleranceFor, Annotated[float, Field(ge=0, lt=1)]] = setting(
        "Worsening that is accepted, absolute, per metric or as `default`.",
        default={"default": DEFAULT_TOLERANCE},
        why="Two percentage points: less is within the drift of any population.",
    )
    harm_to_find: Share = setting(
        "Worsening that must be found within 30 days: a stream that cannot is INCONCLUSIVE, never HEALTHY.",
        default=0.10,
        why="Ten percentage points: what smaller groups can show in a month.",
    )
    false_alarms: FalseAlarmSettings = setting("The budget of false alarms.", default=FalseAlarmSettings)
