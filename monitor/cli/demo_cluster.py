"""The cluster of the demo: the watched Deployment, a control beside it, and the people who release a revision.

Beside the way of an event: the stream asks it every day who answers, so that what is done to the cluster changes what
comes next. In memory; it passes the same contract suite as the real API server.
"""

from typing import Any, Final

import numpy as np

from monitor.acting.identities import MODEL_DIGEST
from monitor.acting.raw import Raw, field, labels
from monitor.controller.rules import Target
from monitor.simulating.cluster import MemoryCluster
from monitor.simulating.population import Floats
from monitor.simulating.scenario import DAY_MS, Scenario
from monitor.simulating.servers import Pods, model_digest

HOME: Final = "fairdrift"
"""The namespace in which the controller would run."""

VERSION: Final = "app.kubernetes.io/version"
REPLICAS: Final = 4


class DemoCluster:
    """A Deployment that serves the first revision, and from its day on the second one beside a control.

    All ready pods share the traffic, as behind one Service.

    Parameters
    ----------
    scenario
        With two revisions; the second one's share of the traffic becomes its share of the pods.
    target
        The watched Deployment.

    Examples
    --------
    >>> from monitor.simulating.library import load_scenario
    >>> story = load_scenario("demo")
    >>> cluster = DemoCluster(story, Target(model="readmission", namespace="clinical", deployment="readmission"))
    >>> cluster.shares(0).tolist(), cluster.shares(story.revisions[1].from_day).tolist()
    ([1.0], [0.0, 0.5, 0.5])
    >>> [pods.revision for pods in cluster.pods]
    ['r1', 'r2', 'r1']
    """

    def __init__(self, scenario: Scenario, target: Target) -> None:
        self._scenario, self._target = scenario, target
        self._old, self._new = scenario.revisions
        self._control = f"{target.deployment}-control"
        self.memory = MemoryCluster([HOME, target.namespace], now_ms=scenario.start_ms)
        self._day = 0
        self.pods: list[Pods] = []
        self._make(target.deployment, REPLICAS)
        self._make(self._control, 0)

    @property
    def is_looked_at(self) -> bool:
        """Whether something may happen today: once a week suffices before the release."""
        return self._day >= self._new.from_day or self._day % 7 == 0

    def shares(self, day: int) -> Floats:
        """Share of each of `pods` in the ready ones, as a day begins."""
        self._day = day
        self.go_to(self._scenario.start_ms + day * DAY_MS)
        if day == self._new.from_day:
            self._release()
        ready: dict[Pods, int] = dict.fromkeys(self.pods, 0)
        for name in (self._target.deployment, self._control):
            for one in self.memory.look(self._target.namespace, name).replica_sets:
                served = labels(field(one, "spec", "template") or {})
                pods = Pods(served[VERSION], served["pod-template-hash"])
                if number := int(field(one, "status", "readyReplicas") or 0):
                    ready[pods] = ready.get(pods, 0) + number
        self.pods = list(ready)
        counts = np.array(list(ready.values()), dtype=np.float64)
        shares: Floats = counts / counts.sum()
        return shares

    def go_to(self, time_ms: int) -> None:
        """Let time pass until then; never back."""
        self.memory.advance(max(0, time_ms - self.memory.now_ms) / 1_000)

    def _make(self, name: str, replicas: int) -> None:
        spec = {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": self._template(name, self._old.name),
        }
        self.memory.make(self._target.namespace, {"metadata": {"name": name}, "spec": spec}, "helm")
        self.memory.advance(0)

    def _release(self) -> None:
        """People put the new revision in, and keep the former one beside it for comparison."""
        in_control = round(REPLICAS * (1 - self._new.share) / self._new.share)
        template = self._template(self._target.deployment, self._new.name)
        self.memory.change(self._target.namespace, self._target.deployment, {"spec": {"template": template}}, "helm")
        self.memory.change(self._target.namespace, self._control, {"spec": {"replicas": in_control}}, "helm")
        self.memory.advance(60)

    def _template(self, app: str, revision: str) -> Raw:
        digest = model_digest(self._scenario.model, revision)
        container: dict[str, Any] = {
            "name": "model",
            "image": f"registry.example/{self._scenario.model}@{digest}",
            "ports": [{"containerPort": 8080, "name": "http"}],
        }
        about = {"labels": {"app": app, VERSION: revision}, "annotations": {MODEL_DIGEST: digest}}
        return {"metadata": about, "spec": {"containers": [container]}}
