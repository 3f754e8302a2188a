"""From settings to plans and judges: the only place that knows both sides. `parts` connects them to the world."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Literal, cast

from monitor.cli.exits import Refused
from monitor.counting.rules import CountingRules, ModelRules
from monitor.intake.decode import Decoder
from monitor.intake.reading import Adapter, ModelReading, Reading, Role
from monitor.judging.judge import Judge
from monitor.judging.metrics import ALWAYS_ON
from monitor.judging.reference import Reference, read_reference
from monitor.judging.rules import Budget, JudgingRules
from monitor.service.plan import FeedPlan, ModelPlan, TopicPlan
from monitor.settings.canonical import canonical
from monitor.settings.derive import (
    coding_of,
    lattice_of,
    limits_of,
    mapping_of,
    publish_delay_ms,
    tolerance_of,
    topics_of,
    windows_ms,
)
from monitor.settings.model import FeedSettings, ModelSettings, Settings

Reads = Literal["as_configured", "canonical"]
"""Recorded files of events by role hold canonical JSON; topics hold what the settings say."""

ROLES: Mapping[str, Role] = {"inference": "inference", "outcome": "outcome", "attributes": "attributes"}


def models_of(settings: Settings, feed: str) -> dict[str, ModelSettings]:
    """The models of a feed, in the order of the file."""
    return {name: model for name, model in settings.models.items() if model.feed == feed}


def feed_plan(settings: Settings, name: str, reads: Reads) -> FeedPlan:
    """How one feed is read and counted."""
    feed, models = settings.feeds[name], models_of(settings, name)
    counting = CountingRules(
        models=tuple(
            ModelRules(
                one, coding_of(model), model.windows.pane_ms, max(windows_ms(model).values()), model.also_label_ages_ms
            )
            for one, model in models.items()
        ),
        horizon_ms=feed.horizon_ms,
        allowed_lateness_ms=feed.allowed_lateness_ms,
        attributes_wait_ms=feed.attributes.wait_ms if feed.attributes else None,
        max_pending=settings.state.max_pending,
    )
    return FeedPlan(
        name=name,
        topics=tuple(_topic_plan(feed, models, role, reads) for role in topics_of(feed)),
        counting=counting,
        rules_hash=_hash(canonical(feed), *(_counted_by(one, model) for one, model in models.items())),
        ids_by_model=feed.id_scope == "model",
        rejects_in_a_row=feed.reject_stop.in_a_row,
        rejects_share=feed.reject_stop.share,
    )


def _counted_by(name: str, model: ModelSettings) -> bytes:
    """What stored counts of a model depend on."""
    attributes = [f"{one}={canonical(attribute)!r}" for one, attribute in model.attributes.items()]
    plain = (name, *attributes, model.also_label_ages_ms, model.score_range, model.threshold)
    return canonical(model.windows) + repr(plain).encode()


def _hash(*parts: bytes) -> str:
    return sha256(b"\n".join(parts)).hexdigest()


def _topic_plan(feed: FeedSettings, models: Mapping[str, ModelSettings], role: str, reads: Reads) -> TopicPlan:
    topic = topics_of(feed)[role]
    adapter = cast("Adapter", "flat_json" if reads == "canonical" else topic.adapter)
    reading = Reading(
        role=ROLES[role],
        models=tuple(
            ModelReading(one, coding_of(model), model.score_range, model.threshold) for one, model in models.items()
        ),
        adapter=adapter,
        fixed_model=feed.model,
        attributes_apart=feed.attributes is not None,
        id_scope=feed.id_scope,
        mapping=mapping_of(topic) if adapter == "mapping" else {},
    )
    return TopicPlan(topic.topic, role, Decoder(reading), publish_delay_ms(feed, topic))


def model_plan(settings: Settings, name: str) -> ModelPlan:
    """How one model is shown."""
    model = settings.models[name]
    return ModelPlan(
        name=name,
        feed=model.feed,
        mode=model.mode,
        lattice=lattice_of(model),
        metrics=tuple(model.metrics),
        windows=windows_ms(model),
        pane_ms=model.windows.pane_ms,
        min_cell=model.subgroups.min_cell,
        series_limit=model.series_limit,
        keep_revisions=model.keep_revisions,
        timing_may_act=model.acting is not None and model.acting.timing_may_act,
        limits=limits_of(model),
    )


def watched(model: ModelSettings) -> tuple[str, ...]:
    """The metrics of a model: those asked for, and those that are always on."""
    return (*model.metrics, *ALWAYS_ON)


def judging_rules(settings: Settings, name: str, edges_ms: tuple[int, ...]) -> JudgingRules:
    """How one model is judged; `edges_ms` are those of its label-age bins."""
    model = settings.models[name]
    feed, alarms = settings.feeds[model.feed], model.judging.false_alarms
    return JudgingRules(
        model=name,
        metrics=watched(model),
        pane_ms=model.windows.pane_ms,
        edges_ms=edges_ms,
        tolerance={metric: tolerance_of(model, metric) for metric in watched(model)},
        harm_to_find=model.judging.harm_to_find,
        budgets={
            "watch": Budget(alarms.watch.count, alarms.watch.per_ms),
            "page": Budget(alarms.page.count, alarms.page.per_ms),
        },
        risks={"watch": alarms.watch_per_rollout, "rollback": alarms.rollback_per_rollout},
        attributes_wait_ms=feed.attributes.wait_ms if feed.attributes else 0,
    )


def judge_of(settings: Settings, plan: FeedPlan, name: str) -> tuple[Judge, str]:
    """The judge of one model, and a hash of everything its evidence depends on.

    Raises
    ------
    Refused
        for a reference file that cannot be used.
    """
    model, number = settings.models[name], plan.counting.numbers[name]
    reference = _reference(model, name)
    rules = judging_rules(settings, name, tuple(plan.counting.edges[number].tolist()))
    plain = (plan.rules_hash, model.metrics, None if reference is None else reference.id)
    rules_hash = _hash(canonical(model.judging), canonical(model.subgroups), repr(plain).encode())
    return Judge(rules, lattice_of(model), reference), rules_hash


def _reference(model: ModelSettings, name: str) -> Reference | None:
    if model.reference is None:
        return None
    path = model.reference.file
    try:
        return read_reference(path.read_bytes(), coding_of(model))
    except (OSError, ValueError) as error:
        raise Refused(f"models.{name}.reference.file: {path}: {error}") from error
