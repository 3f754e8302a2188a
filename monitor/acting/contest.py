"""What follows when somebody else changed what we put back, and when an attempt failed.

Way of an event: step 15, in `contested` and `failed`. Pure. A person's change is never fought, and a program's once.
"""

from typing import Literal

from monitor.acting.identities import IdentityRules, model_identity
from monitor.acting.limits import Limits
from monitor.acting.owners import Writer
from monitor.acting.patch import is_already_there
from monitor.acting.plan import Plan
from monitor.acting.policy import Signal
from monitor.acting.raw import Raw, field

Failure = Literal["unreachable", "denied", "deadline", "changed_by_admission"]


def contest_signal(
    plan: Plan, deployment: Raw, writer: Writer, reassertions: int, limits: Limits, rules: IdentityRules
) -> Signal:
    """What a look at a contested Deployment gives.

    Parameters
    ----------
    writer
        Who wrote the template last. One who is not known counts as a person.
    reassertions
        How often this incident's patch was asserted again.

    Returns
    -------
    Signal
        `returned` with the target's template; `human` if a person wrote, or a template that nobody judged is there;
        `again` if we asserted it as often as we may; else `reassert`.
    """
    if is_already_there(plan, deployment):
        return Signal.RETURNED
    template = field(deployment, "spec", "template") or {}
    if writer.is_person or model_identity(template, rules) != plan.judged_model:
        return Signal.HUMAN
    return Signal.REASSERT if reassertions < limits.reassertions else Signal.AGAIN


def failure_signal(
    why: Failure, failures: int, since_ms: int, now_ms: int, late_ms: int, limits: Limits
) -> Signal | None:
    """What follows a failure that did not mend itself; None: wait for a late end.

    Parameters
    ----------
    why
        Only a server that could not be reached, with nothing written, is worth another try.
    failures
        Of this incident, this one included.
    since_ms, late_ms
        When it failed, and how long a roll-out past its deadline may still end by itself.

    Examples
    --------
    >>> failure_signal("denied", 1, since_ms=0, now_ms=0, late_ms=9, limits=Limits())
    <Signal.FINAL: 'final'>
    """
    if why == "unreachable":
        return Signal.TRANSIENT if failures < limits.conflicts else Signal.FINAL
    if why == "deadline" and now_ms - since_ms < late_ms:
        return None
    return Signal.FINAL
