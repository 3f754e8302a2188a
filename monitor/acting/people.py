"""What people asked for, folded from the audit log: pauses, overrides, acknowledgements.

Way of an event: step 12. Names come from authentication; that a name was that person cannot be proven here. Pure.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import msgspec

from monitor.acting.entries import Entry, Kind

EVERY: Final = "*"
"""A pause of all Deployments."""

MAY_SKIP: Final = frozenset({"G5", "G6", "G9", "G10"})
"""Guards that a person may skip, by name; no other."""


class Pause(msgspec.Struct, frozen=True):
    """Details of a `paused` entry. `of`: UID of a Deployment, or every; `until_ms` 0 ends it."""

    of: str
    until_ms: int
    reason: str
    actor: str = ""

    def __post_init__(self) -> None:
        if self.until_ms and not self.reason.strip():
            raise ValueError("a pause needs a reason")


class Override(msgspec.Struct, frozen=True):
    """Details of an `overridden` entry: a person's own plan. `target` is an M; `skips` are names of guards."""

    target: str
    skips: tuple[str, ...]
    reason: str
    actor: str = ""

    def __post_init__(self) -> None:
        beyond = sorted(set(self.skips) - MAY_SKIP)
        if beyond:
            raise ValueError(f"{', '.join(beyond)} cannot be skipped; only {', '.join(sorted(MAY_SKIP))} can")
        if not self.reason.strip():
            raise ValueError("an override needs a reason")


@dataclass(frozen=True, slots=True)
class Asked:
    """What people asked for, newest last.

    Examples
    --------
    >>> said = {"of": "*", "until_ms": 9, "reason": "maintenance"}
    >>> asked = Asked.of([Entry(seq=1, at_ms=0, kind=Kind.PAUSED, actor="ann", details=said)])
    >>> [pause.actor for pause in asked.pauses_of("d", now_ms=8)], asked.pauses_of("d", now_ms=9)
    (['ann'], ())
    """

    pauses: tuple[Pause, ...] = ()
    overrides: tuple[tuple[str, Override], ...] = ()

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "Asked":
        """What stands after these entries, by rising number. msgspec.ValidationError for details that are none."""
        pauses: dict[str, Pause] = {}
        overrides: dict[str, Override] = {}
        for entry in entries:
            said = {**entry.details, "actor": entry.actor}
            if entry.kind is Kind.PAUSED:
                pause = msgspec.convert(said, Pause)
                pauses[pause.of] = pause
            elif entry.kind is Kind.OVERRIDDEN:
                overrides[entry.incident] = msgspec.convert(said, Override)
        return cls(tuple(pauses.values()), tuple(overrides.items()))

    def pauses_of(self, uid: str, now_ms: int) -> tuple[Pause, ...]:
        """Pauses in force on a Deployment."""
        return tuple(one for one in self.pauses if one.of in (EVERY, uid) and now_ms < one.until_ms)

    def override_of(self, incident: str) -> Override | None:
        """The newest override of an incident."""
        return dict(self.overrides).get(incident)
