"""Pods, as far as a rollout can tell: when each is ready, and when one that was told to end has ended. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

PREFIX: Final = "simulated.fairdrift.io/"
NEVER: Final = 2**62
"""Later than anything that is simulated, in ms."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What becomes of the pods of a template, as its annotations say.

    Parameters
    ----------
    becomes_ready
        ``ready: "false"`` runs for ever without being ready.
    fails_with
        ``fail: ImagePullBackOff`` never even runs; empty: it does.
    ready_after_s
        ``ready-after-s``: seconds from its start until it is ready.
    ends_after_s
        ``ends-after-s``: seconds for which it still answers after it was told to end.

    Examples
    --------
    >>> Behaviour.of({"simulated.fairdrift.io/ready-after-s": "30", "team": "wards"}).ready_after_s
    30.0
    >>> Behaviour.of({"simulated.fairdrift.io/fail": "ImagePullBackOff"}).becomes_ready
    False
    """

    becomes_ready: bool
    fails_with: str
    ready_after_s: float
    ends_after_s: float

    @classmethod
    def of(cls, annotations: Mapping[str, str]) -> "Behaviour":
        """Read it from the annotations of a pod or a template; other annotations do not matter."""

        def said(name: str, usual: str) -> str:
            return annotations.get(PREFIX + name, usual)

        fails_with = said("fail", "")
        is_ready = not fails_with and said("ready", "true") == "true"
        return cls(is_ready, fails_with, float(said("ready-after-s", "0")), float(said("ends-after-s", "0")))


@dataclass(slots=True)
class Pod:
    """One pod of the ReplicaSet with the UID `owner`: times in ms, `NEVER` where it will not happen."""

    owner: str
    ready_ms: int
    available_ms: int
    ends_ms: int = NEVER

    def is_ready(self, now_ms: int) -> bool:
        """Whether it is ready and was not told to end."""
        return self.ready_ms <= now_ms and self.is_active

    def is_available(self, now_ms: int) -> bool:
        """Whether it has been ready for as long as the Deployment asks."""
        return self.available_ms <= now_ms and self.is_active

    @property
    def is_active(self) -> bool:
        """Whether it was not told to end."""
        return self.ends_ms == NEVER


def start(owner: str, behaviour: Behaviour, min_ready_s: int, now_ms: int) -> Pod:
    """A pod that starts now."""
    if not behaviour.becomes_ready:
        return Pod(owner, NEVER, NEVER)
    ready_ms = now_ms + round(1_000 * behaviour.ready_after_s)
    return Pod(owner, ready_ms, ready_ms + 1_000 * min_ready_s)


def next_change_ms(pods: Iterable[Pod], now_ms: int) -> int:
    """When something will happen to a pod by itself; `NEVER` if nothing will."""
    times = [time for pod in pods for time in (pod.ready_ms, pod.available_ms, pod.ends_ms)]
    return min((time for time in times if time > now_ms), default=NEVER)
