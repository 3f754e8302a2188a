"""Plays the nodes of a control plane that has none: binds pods, makes them ready, ends those that are deleted.

What becomes of a pod is told by annotations of its template, in the words of `monitor.simulating.cluster`, so that the
cluster in memory and the real one can be told the same.
"""

import heapq
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from queue import Empty, SimpleQueue
from typing import Any

from monitor.simulating.cluster.pods import Behaviour
from tests.parts.kubernetes.api import STRATEGIC_MERGE_PATCH, Api

NODE = "node-that-nobody-needs"

Pod = dict[str, Any]
Step = Callable[[Api, Pod], None]


@contextmanager
def playing_kubelet(api: Api) -> Iterator[None]:
    """Play them until the end of the block."""
    over = threading.Event()
    due: SimpleQueue[tuple[float, Step, Pod]] = SimpleQueue()
    threads = [
        threading.Thread(target=work, args=(api, due, over), name=f"kubelet-{work.__name__}", daemon=True)
        for work in (_see, _act)
    ]
    for thread in threads:
        thread.start()
    yield
    over.set()
    for thread in threads:
        thread.join(5)


def _see(api: Api, due: "SimpleQueue[tuple[float, Step, Pod]]", over: threading.Event) -> None:
    """List pods, watch them, and note for each once what is to be done when."""
    noted: set[tuple[str, str]] = set()

    def seen(pod: Pod) -> None:
        about, now = pod["metadata"], time.monotonic()
        behaviour = Behaviour.of(about.get("annotations", {}))
        if about.get("deletionTimestamp"):
            name, after_s, step = "end", behaviour.ends_after_s, _end
        elif not pod["spec"].get("nodeName"):
            name, after_s, step = "bind", 0.0, _bind
        else:
            name, after_s, step = f"run {behaviour}", behaviour.ready_after_s, _run
        if (about["uid"], name) not in noted:
            noted.add((about["uid"], name))
            due.put((now + after_s, step, pod))

    while not over.is_set():
        try:
            listed = api.ok("GET", "/api/v1/pods")
            for pod in listed["items"]:
                seen(pod)
            with api.watch("/api/v1/pods", listed["metadata"]["resourceVersion"], seconds=2) as events:
                for event in events:
                    if event["type"] in ("ADDED", "MODIFIED"):
                        seen(event["object"])
        except (OSError, ValueError, AssertionError):  # the server is away, or the watch was cut: list again
            over.wait(0.2)


def _act(api: Api, due: "SimpleQueue[tuple[float, Step, Pod]]", over: threading.Event) -> None:
    """Do what is due."""
    ties = count()
    waiting: list[tuple[float, int, Step, Pod]] = []
    while not over.is_set():
        pause = min(0.2, max(0.0, waiting[0][0] - time.monotonic())) if waiting else 0.2
        try:
            at, step, pod = due.get(timeout=pause) if pause else due.get_nowait()
            heapq.heappush(waiting, (at, next(ties), step, pod))
        except Empty:
            pass
        while waiting and waiting[0][0] <= time.monotonic():
            _, _, step, pod = heapq.heappop(waiting)
            try:
                step(api, pod)
            except OSError:
                heapq.heappush(waiting, (time.monotonic() + 0.2, next(ties), step, pod))


def _path(pod: Pod) -> str:
    return f"/api/v1/namespaces/{pod['metadata']['namespace']}/pods/{pod['metadata']['name']}"


def _bind(api: Api, pod: Pod) -> None:
    about = {"name": pod["metadata"]["name"], "uid": pod["metadata"]["uid"]}
    api.ask("POST", f"{_path(pod)}/binding", {"metadata": about, "target": {"kind": "Node", "name": NODE}})


def _end(api: Api, pod: Pod) -> None:
    options = {"gracePeriodSeconds": 0, "preconditions": {"uid": pod["metadata"]["uid"]}}
    api.ask("DELETE", _path(pod), {"apiVersion": "v1", "kind": "DeleteOptions", **options})


def _run(api: Api, pod: Pod) -> None:
    behaviour = Behaviour.of(pod["metadata"].get("annotations", {}))
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    ready, failure = behaviour.becomes_ready, behaviour.fails_with
    containers = [
        {
            "name": container["name"],
            "image": container["image"],
            "imageID": "",
            "ready": ready,
            "started": not failure,
            "restartCount": 0,
            "state": {"waiting": {"reason": failure}} if failure else {"running": {"startedAt": now}},
        }
        for container in pod["spec"]["containers"]
    ]
    facts = (("PodScheduled", True), ("Initialized", True), ("ContainersReady", ready), ("Ready", ready))
    conditions = [{"type": name, "status": str(is_so), "lastTransitionTime": now} for name, is_so in facts]
    status = {
        "phase": "Pending" if failure else "Running",
        "startTime": now,
        "conditions": conditions,
        "containerStatuses": containers,
    }
    body = {"metadata": {"uid": pod["metadata"]["uid"]}, "status": status}
    api.ask("PATCH", f"{_path(pod)}/status", body, STRATEGIC_MERGE_PATCH)
