"""A notification of Alertmanager, read as a hint: which models to look at sooner. It is never evidence.

In the way of an event: beside step 12. Pure.
"""

from collections.abc import Set
from dataclasses import dataclass
from typing import Annotated, Final

import msgspec

from monitor.acting.people import EVERY

MOST_ALERTS: Final = 1_000
"""Of a longer notification no more is read: everything is looked at."""

_Key = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class _Alert(msgspec.Struct, rename="camel", frozen=True):
    status: str
    starts_at: _Key
    fingerprint: _Key
    labels: dict[str, str] = {}


class _Notification(msgspec.Struct, rename="camel", frozen=True):
    version: str
    alerts: list[_Alert]
    truncated_alerts: Annotated[int, msgspec.Meta(ge=0)] = 0


@dataclass(frozen=True, slots=True)
class Hint:
    """What a notification says to look at.

    Parameters
    ----------
    alerts
        Firing ones: (fingerprint, start, model; `EVERY` if it names none). The first two tell whether it is new: the
        other half of a pair of Alertmanagers sends the same ones.
    is_about_all
        Alerts were left out, so everything is looked at.
    """

    alerts: tuple[tuple[str, str, str], ...]
    is_about_all: bool


def read_hook(body: bytes, models: Set[str]) -> Hint:
    """A hint from the body of a notification.

    What is resolved says nothing, neither do alerts about models of others; fields that are not known are ignored.

    Parameters
    ----------
    models
        Names of the models that are watched.

    Raises
    ------
    ValueError
        for a body that is no notification of version 4.

    Examples
    --------
    >>> body = b'''{"version": "4", "truncatedAlerts": 0, "alerts": [{"status": "firing", "fingerprint": "f",
    ...     "startsAt": "2026-11-28T10:00:00Z", "labels": {"model": "readmission"}}]}'''
    >>> read_hook(body, {"readmission"})
    Hint(alerts=(('f', '2026-11-28T10:00:00Z', 'readmission'),), is_about_all=False)

    References
    ----------
    Alertmanager's documentation, configuration, "webhook_config".
    """
    told = msgspec.json.decode(body, type=_Notification)
    if told.version != "4":
        raise ValueError("its version is not 4")
    firing = [alert for alert in told.alerts[:MOST_ALERTS] if alert.status == "firing"]
    about = [(alert.fingerprint, alert.starts_at, alert.labels.get("model", EVERY)) for alert in firing]
    return Hint(
        alerts=tuple(one for one in about if one[2] == EVERY or one[2] in models),
        is_about_all=told.truncated_alerts > 0 or len(told.alerts) > MOST_ALERTS,
    )
