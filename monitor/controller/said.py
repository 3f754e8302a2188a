"""What a look at one incident came to: a signal, and all that goes into the entry about it.

In the way of an event: step 12; `handling` looks the signal up, and writes. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from monitor.acting.guards.refusal import Refusal
from monitor.acting.plan import Plan
from monitor.acting.policy import Signal


@dataclass(frozen=True, slots=True)
class Said:
    """One look.

    Parameters
    ----------
    signal
        None: nothing has happened that the state waits for.
    refusal
        The guard that refused, if one did.
    plan
        The plan that was just made, if one was.
    why
        A sentence for people, where there is more to say than the signal.
    details, fields
        What goes into the entry beside the usual.
    again_soon
        The next look should come soon: a race was lost.
    """

    signal: Signal | None
    refusal: Refusal | None = None
    plan: Plan | None = None
    why: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    again_soon: bool = False


NOTHING = Said(None)
