"""All that the guards look at, as one value: what was read, what is known, and what is allowed.

Way of an event: step 12; the controller fills it from one fresh read. What could not be read is None and refuses. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from monitor.acting.actions import Done
from monitor.acting.approval import Approval
from monitor.acting.identities import IdentityRules
from monitor.acting.known_good import Ledger
from monitor.acting.limits import Limits
from monitor.acting.people import Override, Pause
from monitor.acting.plan import Plan
from monitor.acting.raw import Raw
from monitor.acting.records import StreamRecord
from monitor.acting.replica_sets import Revision
from monitor.acting.silences import Silence

Mode = Literal["observe", "shadow", "approve", "auto"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Brakes:
    """What people stopped us with.

    Parameters
    ----------
    is_killed
        The kill switch is on; None: it could not be read.
    freezes
        Names of freezes in force.
    pauses
        In force on this Deployment.
    silences
        In force over the incident's alert; None: no Alertmanager could be asked.
    blind_allowed
        The operator lets us act where none can be asked.
    """

    is_killed: bool | None
    freezes: Sequence[str] = ()
    pauses: Sequence[Pause] = ()
    silences: Sequence[Silence] | None
    blind_allowed: bool = False


@dataclass(frozen=True, slots=True)
class Lease:
    """Whether we lead, and for how long yet by a clock that cannot jump."""

    is_held: bool
    left_ms: int


@dataclass(frozen=True, slots=True)
class DryRun:
    """What the server said to the same patch, tried dry.

    `denied` names the policy in `said`; `cannot_verify`: a webhook with side effects; `changed`: admission would make
    another template of it; `untried`: it was not asked.
    """

    outcome: Literal["ok", "denied", "cannot_verify", "changed", "untried"]
    said: str = ""


@dataclass(frozen=True, slots=True)
class Fleet:
    """How many Deployments are watched, and how many of them are suspect or worse."""

    watched: int
    suspects: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """One moment of one plan.

    Parameters
    ----------
    deployment, known
        The fresh read, and the revisions in it.
    record
        The one the incident is named after, as heard last.
    epoch_start_ms, pane_ms
        When the controller saw the judged template begin to serve (None: before it looked), and the monitor's pane.
    stored
        R -> raw template of own copies.
    dry_run
        Of this plan on this read.
    may_have_sent
        A patch of this plan may already have been written.
    is_reassertion
        The plan was carried out before, and somebody put the judged template back.
    has_shadow_traffic
        The last good model answers a sample of the same inputs.
    itself
        Namespace and name of the Deployment we run as.
    is_intent_durable
        The audit log holds the intent to do just this.
    """

    now_ms: int
    plan: Plan
    deployment: Raw
    known: Sequence[Revision]
    record: StreamRecord | None
    epoch_start_ms: int | None
    pane_ms: int
    stored: Mapping[str, Raw]
    ledger: Ledger
    done: Done
    brakes: Brakes
    lease: Lease
    dry_run: DryRun
    fleet: Fleet | None
    limits: Limits
    rules: IdentityRules
    mode: Mode
    timing_may_act: bool = False
    must_be_audited: bool = False
    gitops_strategies: Mapping[str, str]
    has_shadow_traffic: bool = False
    approval: Approval | None = None
    override: Override | None = None
    may_have_sent: bool = False
    is_reassertion: bool = False
    itself: tuple[str, str]
    is_intent_durable: bool

    @property
    def is_approved(self) -> bool:
        """A person approved just this plan, and the approval still holds."""
        return self.approval is not None and self.approval.holds_for(self.plan.hash, self.now_ms)

    @property
    def writes_nothing(self) -> bool:
        """In these modes no guard can end in a patch, so no lease is needed."""
        return self.mode in ("observe", "shadow")
