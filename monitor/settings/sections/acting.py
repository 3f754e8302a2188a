"""Section `acting` of a model: on which Deployment the controller acts, and how often at most. Pure."""

from typing import Literal

from monitor.settings.fields import Duration, Name, PerTime, Section, setting


class TargetSettings(Section):
    """The Deployment that serves the model."""

    namespace: Name = setting("Its namespace.")
    deployment: Name = setting("Its name.")


class ActingSettings(Section):
    """What the controller may do for this model; read and checked here, obeyed by the controller."""

    target: TargetSettings = setting("The Deployment that serves the model.")
    cooldown_ms: Duration = setting(
        "Shortest time between two actions.",
        default="24h",
        why="Labels need time to show what the last one did.",
        key="cooldown",
    )
    max_rollbacks: PerTime = setting(
        "Most automatic rollbacks.",
        default="1 per 7d",
        why="A second one in a week says that the revision is not the cause.",
    )
    if_alertmanager_unreachable: Literal["forbid", "allow"] = setting(
        "Whether to act when nobody can be told.",
        default="forbid",
        why="A silence may be standing that cannot be seen.",
    )
    timing_may_act: bool = setting(
        "Whether blame by timing alone may act without approval.",
        default=False,
        why="Timing cannot tell a release from a coincidence.",
    )
