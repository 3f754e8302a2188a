"""Who leads, as a Lease says it; and what follows for one who wants to.

In the way of an event: before every write. Pure: times that are measured come in as arguments. It only saves work:
what makes two who act harmless are preconditions, and the log's single writer.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from monitor.acting.raw import Raw, field

Step = Literal["take", "renew", "wait"]


@dataclass(frozen=True, slots=True)
class Terms:
    """How long a lease holds unrenewed, and how often it is renewed."""

    duration_ms: int = 15_000
    renew_ms: int = 5_000

    def __post_init__(self) -> None:
        if not 0 < self.renew_ms < self.duration_ms:
            raise ValueError(f"need 0 < renew_ms < duration_ms, got {self.renew_ms} and {self.duration_ms}")


@dataclass(frozen=True, slots=True)
class Watched:
    """A Lease as read, and since when, by our own steady clock, it has looked like that.

    The holder's clock is never compared with ours: two clocks that disagree must not make two leaders.
    """

    version: str
    holder: str
    duration_ms: int
    transitions: int
    since_ms: int

    @classmethod
    def of(cls, lease: Raw, before: "Watched | None", now_ms: int) -> "Watched":
        """What is seen now; the time runs on from `before` while nobody has written the Lease since.

        >>> lease = {"metadata": {"resourceVersion": "7"}, "spec": {"holderIdentity": "pod-1"}}
        >>> first = Watched.of(lease, None, now_ms=100)
        >>> Watched.of(lease, first, now_ms=900).since_ms
        100
        """
        version = str(field(lease, "metadata", "resourceVersion") or "")
        is_same = before is not None and before.version == version
        return cls(
            version,
            str(field(lease, "spec", "holderIdentity") or ""),
            1_000 * int(field(lease, "spec", "leaseDurationSeconds") or 0),
            int(field(lease, "spec", "leaseTransitions") or 0),
            before.since_ms if is_same and before is not None else now_ms,
        )


def decide(seen: Watched, me: str, now_ms: int) -> Step:
    """Renew what is ours, take what nobody holds or has renewed for its whole time, else wait.

    Examples
    --------
    >>> theirs = Watched("7", "pod-2", duration_ms=15_000, transitions=1, since_ms=0)
    >>> decide(theirs, "pod-1", now_ms=14_999), decide(theirs, "pod-1", now_ms=15_000), decide(theirs, "pod-2", 0)
    ('wait', 'take', 'renew')
    """
    if seen.holder == me:
        return "renew"
    is_free = not seen.holder or now_ms - seen.since_ms >= seen.duration_ms
    return "take" if is_free else "wait"


def written(lease: Raw, me: str, terms: Terms, wall_ms: int) -> dict[str, Any]:
    """The Lease as we write it; who takes it from another begins a new term."""
    spec = dict(field(lease, "spec") or {})
    time = micro_time(wall_ms)
    if spec.get("holderIdentity") != me:
        transitions = int(spec.get("leaseTransitions") or 0) + ("holderIdentity" in spec)
        spec |= {"holderIdentity": me, "acquireTime": time, "leaseTransitions": transitions}
    spec |= {"leaseDurationSeconds": terms.duration_ms // 1_000, "renewTime": time}
    return {**lease, "spec": spec}


def micro_time(wall_ms: int) -> str:
    """A time as the API wants it in a Lease.

    >>> micro_time(1_767_225_600_123)
    '2026-01-01T00:00:00.123000Z'
    """
    return f"{datetime.fromtimestamp(wall_ms / 1_000, UTC):%Y-%m-%dT%H:%M:%S.%f}Z"
