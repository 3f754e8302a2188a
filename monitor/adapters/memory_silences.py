"""Silences in memory, in the form of Alertmanager's API: for the demo and for stories without a server.

Way of an event: step 12. Touches nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from monitor.ports_acting import SilencesUnreadable


class MemorySilences:
    """`ports_acting.Silences` that people of a story make.

    Parameters
    ----------
    now_text
        The present as RFC 3339; a silence is over from its end on.

    Examples
    --------
    >>> silences = MemorySilences(lambda: "2026-11-28T10:00:00Z")
    >>> one = silences.silence("2026-11-28T11:00:00Z", "a freeze", model="readmission")
    >>> [said["status"]["state"] for said in silences.read()]
    ['active']
    >>> silences.expire(one)
    >>> [said["status"]["state"] for said in silences.read()]
    ['expired']
    """

    def __init__(self, now_text: Callable[[], str]) -> None:
        self._now_text = now_text
        self._made: dict[str, dict[str, Any]] = {}
        self.broken: str | None = None

    def silence(self, ends_at: str, comment: str, *, is_regex: bool = False, **labels: str) -> str:
        """Silence alerts with these labels until then; gives the silence's id."""
        matchers = [
            {"name": name, "value": value, "isRegex": is_regex, "isEqual": True} for name, value in labels.items()
        ]
        name, said = f"s{len(self._made) + 1}", {"startsAt": self._now_text(), "endsAt": ends_at, "createdBy": "duty"}
        self._made[name] = {"id": name, "matchers": matchers, "comment": comment, "updatedAt": self._now_text(), **said}
        return name

    def expire(self, name: str) -> None:
        """End a silence now."""
        self._made[name]["endsAt"] = self._now_text()

    def read(self) -> Sequence[Mapping[str, Any]]:
        """See `Silences`; `SilencesUnreadable` while `broken` says why."""
        if self.broken is not None:
            raise SilencesUnreadable(self.broken)
        now = self._now_text()
        return [
            {**said, "status": {"state": "active" if now < said["endsAt"] else "expired"}}
            for said in self._made.values()
        ]
