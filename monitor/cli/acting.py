"""From settings to what the loop of the rollback process is told beforehand."""

from collections.abc import Iterator

from monitor import __version__
from monitor.acting.guards.situation import Mode
from monitor.acting.identities import IdentityRules
from monitor.acting.limits import Limits
from monitor.cli.exits import Refused
from monitor.controller.rules import Rules, Target, lower
from monitor.settings.derive import publish_delay_ms, windows_ms
from monitor.settings.model import ModelSettings, Settings
from monitor.settings.sections.acting import ActingSettings


def rules_of(settings: Settings, instance: str, highest: Mode) -> Rules:
    """What the loop is told.

    Parameters
    ----------
    instance
        Which process of ours this is; it holds the lease under this name.
    highest
        No model is in a mode that does more.

    Raises
    ------
    Refused
        without a section `controller`, or if no model says on which Deployment to act.
    """
    if settings.controller is None:
        raise Refused("controller: is missing: the rollback process needs controller.feed and controller.token_file")
    targets = targets_of(settings, highest)
    if not targets:
        raise Refused("models: none has a section acting: name the Deployment of at least one (acting.target)")
    _one_model_each(targets)
    return Rules(
        targets=targets,
        itself=(settings.controller.namespace, settings.controller.deployment),
        instance=instance,
        version=__version__,
        keeps_registry=settings.gate.mode != "off",
        every_ms=settings.controller.every_ms,
    )


def targets_of(settings: Settings, highest: Mode) -> tuple[Target, ...]:
    """The Deployments that may be acted on: those that a model's section `acting` names."""
    return tuple(_targets(settings, highest))


def _targets(settings: Settings, highest: Mode) -> Iterator[Target]:
    every_ms = 0 if settings.controller is None else settings.controller.every_ms
    for name, model in settings.models.items():
        if model.acting is None:
            continue
        acting = model.acting
        yield Target(
            model=name,
            namespace=acting.target.namespace,
            deployment=acting.target.deployment,
            mode=lower(model.mode, highest),
            limits=_limits(settings, model, acting),
            identities=IdentityRules(frozenset(acting.identity.ignore), frozenset(acting.identity.config)),
            pane_ms=model.windows.pane_ms,
            timing_may_act=acting.timing_may_act,
            must_be_audited=acting.require_audit,
            has_shadow_traffic=acting.shadow_traffic,
            blind_allowed=acting.if_alertmanager_unreachable == "allow",
            gitops_strategies={str(tool): str(strategy) for tool, strategy in acting.gitops.items()},
            manner=acting.annotations,
            verify_ms=acting.verify_ms,
            heartbeat_ms=max(model.limits.heartbeat_ms, 3 * every_ms),
            tries_dry=acting.dry_run_in_shadow,
        )


def _limits(settings: Settings, model: ModelSettings, acting: ActingSettings) -> Limits:
    controller = settings.controller
    return Limits(
        cooldown_ms=acting.cooldown_ms,
        window_ms=max(windows_ms(model).values()),
        label_age_ms=acting.label_age_ms or settings.feeds[model.feed].horizon_ms,
        budget_ms=acting.max_rollbacks.per_ms,
        automatic=int(acting.max_rollbacks.count),
        approved=acting.max_approved,
        cluster_hour=Limits().cluster_hour if controller is None else controller.max_rollbacks_per_hour,
        approval_ms=acting.approval_ms,
        rejected=model.limits.rejected,
        watermark_age_ms=watermark_age_ms(settings, model),
    )


def watermark_age_ms(settings: Settings, model: ModelSettings) -> int:
    """How old the watermark of a feed may be for a decision: what the feed is late by itself is no fault of the data.

    Twice the longest way of an inference into its topic, with the allowed lateness, and a pane; two days at least.
    """
    feed = settings.feeds[model.feed]
    late_ms = publish_delay_ms(feed, feed.inference) + feed.allowed_lateness_ms
    return max(Limits().watermark_age_ms, 2 * late_ms + model.windows.pane_ms)


def _one_model_each(targets: tuple[Target, ...]) -> None:
    """Two models of one Deployment would each roll the other one back."""
    seen: dict[tuple[str, str], str] = {}
    for target in targets:
        place = target.namespace, target.deployment
        if place in seen:
            raise Refused(
                f"models.{target.model}.acting.target: {'/'.join(place)} is the target of {seen[place]} already; "
                "one Deployment serves one model here"
            )
        seen[place] = target.model
