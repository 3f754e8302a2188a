"""Section `acting` of a model: on which Deployment the controller acts, and how often at most. Pure."""

from typing import Literal

from monitor.settings.fields import Duration, Many, Name, PerTime, Section, Text, setting


class TargetSettings(Section):
    """The Deployment that serves the model."""

    namespace: Name = setting("Its namespace.")
    deployment: Name = setting("Its name.")


class IdentitySettings(Section):
    """What of a pod template makes it another model."""

    ignore: Many[Text] = setting(
        "Names of containers that serve no model.", default=(), why="Only the operator knows the sidecars."
    )
    config: Many[Text] = setting(
        "Names of environment variables and arguments that decide (`THRESHOLD`, `--threshold`).",
        default=(),
        why="Most only say where things are.",
    )


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
    max_approved: int = setting(
        "Most approved rollbacks within the time of `max_rollbacks`.",
        default=3,
        why="Whoever approves a fourth one should look for another cause.",
        ge=1,
        le=100,
    )
    approval_ms: Duration = setting(
        "How long a plan waits for approval, and an approval holds.",
        default="4h",
        why="Data and people's minds change within a shift.",
        key="approval",
    )
    label_age_ms: Duration | None = setting(
        "Age by which 95 % of the labels are known: a cool-down and a soak wait for it.",
        default=None,
        why="Without it the horizon of the feed, beyond which no label counts.",
        key="label_age",
    )
    verify_ms: Duration = setting(
        "Longest time for the roll-out of a rollback.",
        default="15m",
        why="Longer than Kubernetes waits for progress (10 minutes).",
        key="verify",
    )
    identity: IdentitySettings = setting("What tells models apart.", default=IdentitySettings)
    require_audit: bool = setting(
        "Whether only a revision with a passed, unexpired audit may be gone back to.",
        default=False,
        why="A revision that served well for weeks is known, too.",
    )
    gitops: dict[Literal["argocd", "flux"], Literal["patch"]] = setting(
        "Tool that keeps the Deployment as Git says -> what to do about it (`patch`: patch all the same).",
        default={},
        why="Such a tool puts its own copy back; only who knows it can say.",
    )
    annotations: Literal["minimal", "kubectl"] = setting(
        "Which annotations a rollback writes: its own beside all others, or those that `kubectl rollout undo` leaves.",
        default="minimal",
        why="What others noted since is not ours to erase.",
    )
    shadow_traffic: bool = setting(
        "Whether the last good model answers a sample of the same inputs.",
        default=False,
        why="It takes a set-up of its own.",
    )
    dry_run_in_shadow: bool = setting(
        "Whether mode shadow, too, lets the API server try the patch.",
        default=False,
        why="That needs the right to patch.",
    )
