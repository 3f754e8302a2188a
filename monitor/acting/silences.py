"""Whether a silence of Alertmanager covers the alert of an incident: it then holds the plan.

Way of an event: step 12. A veto and never evidence: a matcher that cannot be read matches. Pure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from monitor.acting.plain_pattern import matches
from monitor.acting.raw import field, time_ms


@dataclass(frozen=True, slots=True)
class Silence:
    """One silence in force: who made it and why."""

    id: str
    created_by: str
    comment: str


def silences_over(labels: Mapping[str, str], told: Iterable[Any], now_ms: int) -> tuple[Silence, ...]:
    """Silences in force whose matchers all match the labels of an alert.

    Parameters
    ----------
    told
        What ``GET /api/v2/silences`` answered: raw objects.

    Examples
    --------
    >>> one = {"id": "s1", "status": {"state": "active"}, "matchers": [
    ...     {"name": "model", "value": "read.*", "isRegex": True, "isEqual": True}]}
    >>> [silence.id for silence in silences_over({"model": "readmission"}, [one], now_ms=0)]
    ['s1']
    >>> silences_over({"model": "sepsis"}, [one], now_ms=0)
    ()

    References
    ----------
    Alertmanager API v2, `gettableSilence`; a label that is missing is matched as an empty one.
    """
    return tuple(
        Silence(str(field(one, "id")), str(field(one, "createdBy")), str(field(one, "comment")))
        for one in told
        if _is_in_force(one, now_ms) and all(_matches(matcher, labels) for matcher in field(one, "matchers") or ())
    )


def _is_in_force(silence: Any, now_ms: int) -> bool:
    state = field(silence, "status", "state")
    if state in ("expired", "pending"):
        return False
    try:
        ends_ms = time_ms(field(silence, "endsAt"))
    except (TypeError, ValueError):
        return True
    return ends_ms is None or now_ms < ends_ms


def _matches(matcher: Any, labels: Mapping[str, str]) -> bool:
    name, wanted = field(matcher, "name"), field(matcher, "value")
    if not isinstance(name, str) or not isinstance(wanted, str):
        return True
    present = labels.get(name, "")
    if field(matcher, "isRegex"):
        is_same = matches(wanted, present)
        if is_same is None:
            return True
    else:
        is_same = present == wanted
    return is_same is (field(matcher, "isEqual") is not False)
