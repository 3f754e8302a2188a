"""What the rollback controller needs of a cluster, as a small Protocol with the errors it may raise.

`adapters` implement it, and one contract suite holds them to it. Objects are raw JSON, as the API server sent them: a
typed model drops what it does not know, and a rollback would then write a template with less in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Protocol

FIELD_MANAGER: Final = "fairdrift-rollback"
"""Whom `managedFields` names for what we wrote."""

Json = dict[str, Any]
"""An object of the API, or a part of one."""


class ClusterError(Exception):
    """A call to the cluster failed. The message says what, where and what to do."""


class ClusterUnreachable(ClusterError):
    """Retry later: nothing was written.

    `retry_after_s` is how long the server asked us to wait, None if it did not say.
    """

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class ClusterRefused(ClusterError):
    """A person must act: no right, an admission policy, a quota, or a body the server finds wrong. Nothing was written.

    `reason` is the server's own short word, for example ``Forbidden`` or ``Invalid``; the message quotes its sentence,
    which names the policy if one refused.
    """

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class ClusterConflict(ClusterError):
    """Somebody else wrote first, or the object exists already. Nothing was written: read again, decide again."""


class ClusterGone(ClusterError):
    """The API server says that this object, or its namespace, does not exist."""


class AnswerLost(ClusterError):
    """It may have been written, or not: read again and compare. Never send the same again unread."""


class Kind(Enum):
    """Objects of our own that `Cluster` keeps: who leads, and what the admission gate reads."""

    LEASE = "Lease"
    CONFIG_MAP = "ConfigMap"


@dataclass(frozen=True, slots=True)
class Workload:
    """A Deployment and the ReplicaSets whose controller it is, all of them. None is older than the call that read them.

    The Deployment was read first: a patch that carries its `resourceVersion` fails if anything changed since.
    """

    deployment: Json
    replica_sets: Sequence[Json]


@dataclass(frozen=True, slots=True)
class Told:
    """An Event about a Deployment.

    Parameters
    ----------
    deployment
        It, as `look` gave it.
    action
        What we did or did not do, one word in UpperCamelCase, at most 128 bytes.
    reason
        Why, one word in UpperCamelCase, at most 128 bytes.
    note
        A sentence for people; what does not fit into the API's 1,024 bytes is cut.
    is_warning
        Whether it is an Event of type ``Warning``, else ``Normal``.
    time_ms
        When it happened, wall time.
    """

    deployment: Json
    action: str
    reason: str
    note: str
    is_warning: bool
    time_ms: int


class Cluster(Protocol):
    """Deployments that are guarded, and the few objects of our own.

    Every call but `tell` may raise any `ClusterError`; one that only reads never raises `AnswerLost` or
    `ClusterConflict`. No call is repeated by itself, and each ends within the adapter's time-out.
    """

    def look(self, namespace: str, name: str) -> Workload:
        """A fresh read of one Deployment with all its ReplicaSets; those of others under its selector are left out."""
        ...

    def patch(self, namespace: str, name: str, body: Sequence[Json], *, is_dry_run: bool = False) -> Json:
        """Apply one JSON Patch to a Deployment: whole, or not at all.

        A crash of ours leaves it patched or not patched; only reading tells. A dry run passes the same validation and
        admission, changes nothing, and raises no `AnswerLost`.

        Parameters
        ----------
        body
            Operations of RFC 6902. One replaces ``/metadata/resourceVersion`` by the version that was read, or else
            ValueError: nothing is written unread. (An operation ``test`` would fail as a refusal, not as a conflict.)

        Returns
        -------
        Json
            The Deployment as the server made it, after mutating admission.
        """
        ...

    def tell(self, event: Told) -> bool:
        """Write an Event in the Deployment's namespace; False if that failed, which is no error."""
        ...

    def read(self, kind: Kind, namespace: str, name: str) -> Json:
        """A fresh read of one object of our own."""
        ...

    def create(self, kind: Kind, namespace: str, body: Json) -> Json:
        """Make an object, and return it as the server made it. `ClusterConflict` if it exists."""
        ...

    def replace(self, kind: Kind, namespace: str, body: Json) -> Json:
        """Replace an object by a changed copy of what was read: `body` carries name, `uid` and `resourceVersion`.

        `ClusterConflict` if somebody wrote it since; that, or `ClusterGone`, if it was deleted: nothing is made anew.
        ValueError if it does not carry what was read. A replacement that changes nothing succeeds, and spends no
        version: whoever races for an object must put something new into it.
        """
        ...

    def close(self) -> None:
        """Let go of the connections. Idempotent."""
        ...


def require_version(body: Sequence[Json]) -> None:
    """ValueError unless a JSON Patch carries the `resourceVersion` it was made for.

    >>> require_version([{"op": "replace", "path": "/spec/paused", "value": True}])
    Traceback (most recent call last):
        ...
    ValueError: the patch does not replace /metadata/resourceVersion by the version that was read
    """
    for operation in body:
        if operation.get("op") == "replace" and operation.get("path") == "/metadata/resourceVersion":
            if operation.get("value"):
                return
            break
    raise ValueError("the patch does not replace /metadata/resourceVersion by the version that was read")


def version_read(thing: Mapping[str, Any]) -> str:
    """The `resourceVersion` of an object that was read; ValueError if it carries none, or no `uid`.

    The version alone is not enough: a PUT to a Lease that was deleted meanwhile would make it anew, whatever version it
    carries. With the `uid` of the one that was read it is a conflict.

    >>> version_read({"metadata": {"name": "lease", "uid": "u-1", "resourceVersion": "7"}})
    '7'
    """
    about = thing.get("metadata", {})
    if not (about.get("resourceVersion") and about.get("uid")):
        raise ValueError("the object does not carry the resourceVersion and the uid that were read")
    return str(about["resourceVersion"])
