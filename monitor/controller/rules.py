"""What the loop is told beforehand: which Deployments it guards, and how much it may do there.

In the way of an event: from the settings, before step 11. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from monitor.acting.canonical import digest, floats_as_text
from monitor.acting.guards.situation import Mode
from monitor.acting.identities import IdentityRules
from monitor.acting.limits import DAY_MS, HOUR_MS, MINUTE_MS, Limits
from monitor.acting.patch import Manner

MODES: Final[tuple[Mode, ...]] = ("observe", "shadow", "approve", "auto")
"""From the one that does least to the one that does most."""


def lower(one: Mode, other: Mode) -> Mode:
    """The one that does less: a mode asked for beside the settings can only lower theirs.

    >>> lower("auto", "shadow"), lower("observe", "auto")
    ('shadow', 'observe')
    """
    return min(one, other, key=MODES.index)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One watched model, and the Deployment that serves it.

    Parameters
    ----------
    model
        Name of the model, as the feed says it.
    pane_ms
        The monitor's pane: it sees a rollout in whole ones.
    timing_may_act, must_be_audited, has_shadow_traffic, blind_allowed
        As `acting.guards.situation` asks; `blind_allowed` where no Alertmanager can be asked for silences.
    gitops_strategies
        GitOps tool -> what to do about it.
    verify_ms, late_ms
        Our own deadline for a roll-out, and how much longer one may still end by itself.
    heartbeat_ms
        A cycle that is longer ago than this is told by an alert; it changes no decision.
    tries_dry
        Whether mode shadow, too, lets the server try a patch dry; that needs the right to patch.
    """

    model: str
    namespace: str
    deployment: str
    mode: Mode = "shadow"
    limits: Limits = field(default_factory=Limits)
    identities: IdentityRules = field(default_factory=IdentityRules)
    pane_ms: int = DAY_MS
    timing_may_act: bool = False
    must_be_audited: bool = False
    has_shadow_traffic: bool = False
    blind_allowed: bool = False
    gitops_strategies: Mapping[str, str] = field(default_factory=dict)
    manner: Manner = "minimal"
    verify_ms: int = 15 * MINUTE_MS
    late_ms: int = HOUR_MS
    heartbeat_ms: int = 2 * MINUTE_MS
    tries_dry: bool = False

    @property
    def writes(self) -> bool:
        """Whether anything but the audit log may be written.

        >>> Target(model="m", namespace="n", deployment="d").writes
        False
        """
        return self.mode in ("approve", "auto")

    @property
    def may_try_dry(self) -> bool:
        """Whether a mode that writes nothing may let the server try: shadow alone, never observe.

        >>> Target(model="m", namespace="n", deployment="d", mode="observe", tries_dry=True).may_try_dry
        False
        """
        return self.mode == "shadow" and self.tries_dry

    @property
    def policy(self) -> str:
        """Digest of what is decided by: a plan made under another one is another plan."""
        said = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "heartbeat_ms"}
        said["identities"] = [sorted(self.identities.ignore), sorted(self.identities.config)]
        said["limits"] = {name: getattr(self.limits, name) for name in self.limits.__dataclass_fields__}
        return digest(floats_as_text({**said, "gitops_strategies": dict(self.gitops_strategies)}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """All targets, and what belongs to the process.

    Parameters
    ----------
    itself
        Namespace and name of the Deployment we run as.
    instance
        Which process of ours this is: the pod's name. It holds the lease.
    lease, registry
        Names of our two objects, in our own namespace.
    keeps_registry
        Whether an admission gate reads the registry.
    every_ms
        Time between two looks; asking and hints come in between.
    """

    targets: tuple[Target, ...]
    itself: tuple[str, str]
    instance: str
    version: str = ""
    lease: str = "fairdrift-rollback"
    registry: str = "fairdrift-registry"
    keeps_registry: bool = False
    every_ms: int = 30_000

    @property
    def writes(self) -> bool:
        """Whether any target may be written: only then is a lease needed."""
        return any(target.writes for target in self.targets)

    @property
    def home(self) -> str:
        """Our own namespace."""
        return self.itself[0]
