"""What became of a patch: from the server's answer, or, where that was lost, from a new read.

Way of an event: step 14 to 15. Pure. A lost answer is never followed by sending again unread.
"""

from monitor.acting.identities import IdentityRules, model_identity, template_identity
from monitor.acting.limits import Limits
from monitor.acting.patch import is_already_there
from monitor.acting.plan import Plan
from monitor.acting.policy import Signal
from monitor.acting.raw import Raw, field, uid


def answered(plan: Plan, answer: Raw) -> Signal:
    """What the Deployment in the answer says: accepted, or changed by admission into another template."""
    return Signal.ACCEPTED if is_already_there(plan, answer) else Signal.ERROR


def conflicted(conflicts: int, limits: Limits) -> Signal:
    """What a lost race gives: plan again on a new read, and, after so many in a row, an error for a person to look at.

    Parameters
    ----------
    conflicts
        In a row before this one.

    Examples
    --------
    >>> [conflicted(before, Limits(conflicts=3)).name for before in (0, 1, 2)]
    ['CONFLICT', 'CONFLICT', 'ERROR']
    """
    return Signal.CONFLICT if conflicts + 1 < limits.conflicts else Signal.ERROR


def read_back(plan: Plan, deployment: Raw | None, rules: IdentityRules, *, may_have_sent: bool) -> Signal | None:
    """What a new read says before anything is sent, or after an answer was lost; None: it stands as judged, go on.

    Parameters
    ----------
    deployment
        None if it is gone.
    may_have_sent
        A patch of this plan may have been written: after a lost answer, or a restart.

    Returns
    -------
    Signal or None
        `already` with the target's template; `conflict` as judged, if we may have sent: plan again; `moved` or `fixed`
        with another template; `gone`.
    """
    if deployment is None or uid(deployment) != plan.uid:
        return Signal.GONE
    if is_already_there(plan, deployment):
        return Signal.ALREADY
    template = field(deployment, "spec", "template") or {}
    if template_identity(template) == plan.judged_template:
        return Signal.CONFLICT if may_have_sent else None
    if may_have_sent:
        return Signal.MOVED
    return Signal.CONFLICT if model_identity(template, rules) == plan.judged_model else Signal.FIXED
