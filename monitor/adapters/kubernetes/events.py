"""Events as the API wants them, cut to its limits.

Way of an event: step 15, and wherever the controller explains itself. Pure.
"""

from datetime import UTC, datetime
from typing import Final

from monitor.ports_cluster import Json, Told

CONTROLLER: Final = "fairdrift.io/rollback"
NOTE_BYTES: Final = 1_024
WORD_BYTES: Final = 128


def body_of(event: Told, instance: str) -> Json:
    """An ``events.k8s.io/v1`` Event about a Deployment, told by the process `instance` of our controller.

    Examples
    --------
    >>> web = {"metadata": {"name": "web", "namespace": "models", "uid": "u-1", "resourceVersion": "7"}}
    >>> body = body_of(Told(web, "Rollback", "Degraded", "x" * 2_000, True, 1_767_225_600_250), "pod-1")
    >>> body["eventTime"], body["type"], len(body["note"].encode())
    ('2026-01-01T00:00:00.250000Z', 'Warning', 1024)

    References
    ----------
    https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/
    """
    about = event.deployment["metadata"]
    time = datetime.fromtimestamp(event.time_ms // 1_000, UTC)
    return {
        "apiVersion": "events.k8s.io/v1",
        "kind": "Event",
        "metadata": {"generateName": f"{about['name']}-", "namespace": about["namespace"]},
        "eventTime": f"{time:%Y-%m-%dT%H:%M:%S}.{event.time_ms % 1_000:03d}000Z",
        "reportingController": CONTROLLER,
        "reportingInstance": cut(instance, WORD_BYTES),
        "action": cut(event.action, WORD_BYTES),
        "reason": cut(event.reason, WORD_BYTES),
        "type": "Warning" if event.is_warning else "Normal",
        "note": cut(event.note, NOTE_BYTES),
        "regarding": {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            **{key: about[key] for key in ("name", "namespace", "uid", "resourceVersion")},
        },
    }


def cut(text: str, limit: int) -> str:
    """`text`, or the longest beginning of it that leaves room for an ellipsis within `limit` bytes of UTF-8.

    >>> cut("four", 4), cut("fours", 4), cut("ööö", 5)
    ('four', 'f…', 'ö…')
    """
    if len(text.encode()) <= limit:
        return text
    ellipsis = "…"
    return text.encode()[: limit - len(ellipsis.encode())].decode(errors="ignore") + ellipsis
