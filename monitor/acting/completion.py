"""Whether a roll-out that we patched has finished, by our own rule and our own deadline.

Way of an event: step 15, while an incident is `verifying`, and after a missed deadline. Pure. The server's conditions
tell less: an old `ProgressDeadlineExceeded` stays, and terminating pods still answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from monitor.acting.patch import is_already_there
from monitor.acting.plan import Plan
from monitor.acting.policy import Signal, State
from monitor.acting.raw import Raw, field, number, time_ms
from monitor.acting.replica_sets import Revision, current

USUAL_GRACE_S: Final = 30
"""Seconds that Kubernetes gives a pod to end, where its template does not say."""


@dataclass(frozen=True, slots=True)
class Patched:
    """What is known of the patch: generation in the server's answer, and when it came."""

    generation: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a roll-out has come.

    Parameters
    ----------
    is_moved
        Somebody put another template in.
    is_replaced
        All pods that are wanted run the target, and no others are counted.
    is_terminating
        Old pods still end, and may answer; None where the server does not say.
    has_stalled
        The server gave up on it since our patch.
    is_unverifiable
        No pods are wanted, so nothing shows whether it serves until there is traffic.
    """

    is_moved: bool
    is_replaced: bool
    is_terminating: bool | None
    has_stalled: bool
    is_unverifiable: bool


def progress(plan: Plan, deployment: Raw, known: Sequence[Revision], patched: Patched) -> Progress:
    """How far the roll-out of a plan has come, on one read.

    A generation that rose since with the target's template in it (an autoscaler) is fine.
    """
    replicas = field(deployment, "spec", "replicas")
    wanted = 1 if replicas is None else int(replicas)
    counts = [number(deployment, "status", name) for name in ("updatedReplicas", "replicas", "availableReplicas")]
    is_seen = number(deployment, "status", "observedGeneration") >= patched.generation
    active = current(deployment, known)
    is_active = active is not None and active.template_identity == plan.target_template and active.replicas == wanted
    terminating = field(deployment, "status", "terminatingReplicas")
    return Progress(
        is_moved=not is_already_there(plan, deployment),
        is_replaced=is_seen and is_active and counts == [wanted] * 3,
        is_terminating=None if terminating is None else terminating > 0,
        has_stalled=_has_stalled(deployment, patched),
        is_unverifiable=wanted == 0,
    )


def completion_signal(
    state: State,
    seen: Progress,
    *,
    patched_ms: int,
    replaced_ms: int | None,
    now_ms: int,
    deadline_ms: int,
    grace_ms: int,
) -> Signal | None:
    """What a look at the roll-out gives; None: it goes on.

    Parameters
    ----------
    state
        `verifying`, or `failed` after its deadline, where a late end is still welcome.
    replaced_ms
        Since when all pods run the target, as seen by us; None: not yet. Where the server does not count terminating
        pods, the grace period runs from then.
    deadline_ms
        Our own, from the patch on.

    Examples
    --------
    >>> done = Progress(False, True, False, False, False)
    >>> completion_signal(State.VERIFYING, done, patched_ms=0, replaced_ms=5, now_ms=5, deadline_ms=9, grace_ms=3)
    <Signal.COMPLETE: 'complete'>
    """
    if seen.is_moved:
        return Signal.MOVED if state is State.VERIFYING else None
    is_over = seen.is_terminating is False or (
        seen.is_terminating is None and replaced_ms is not None and now_ms - replaced_ms >= grace_ms
    )
    if seen.is_replaced and is_over:
        return Signal.COMPLETE if state is State.VERIFYING else Signal.LATE_COMPLETE
    if state is State.VERIFYING and (seen.has_stalled or now_ms - patched_ms >= deadline_ms):
        return Signal.DEADLINE
    return None


def grace_ms(judged_template: Raw) -> int:
    """How long the pods that are left may take to end.

    >>> grace_ms({"spec": {"terminationGracePeriodSeconds": 60}}), grace_ms({})
    (60000, 30000)
    """
    seconds = field(judged_template, "spec", "terminationGracePeriodSeconds")
    return 1_000 * (USUAL_GRACE_S if seconds is None else int(seconds))


def _has_stalled(deployment: Raw, patched: Patched) -> bool:
    """A condition from before our patch is about the roll-out that we undo; `Progressing` may be missing."""
    for condition in field(deployment, "status", "conditions") or ():
        if condition.get("type") == "Progressing" and condition.get("reason") == "ProgressDeadlineExceeded":
            updated_ms = time_ms(condition.get("lastUpdateTime"))
            return updated_ms is not None and updated_ms > patched.at_ms
    return False
