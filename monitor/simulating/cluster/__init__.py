"""A cluster in memory: what `ports_cluster` asks for, with Deployments that roll out as the real controllers roll them.

Beside the way of an event: `demo` rolls back on it, tests run thousands of rounds on it. It has no clock: time passes
only when it is told, and the controllers do something only when time passes. One contract suite holds it and the real
API server to the same promises.

    memory.py      the port, and the hands of people        store.py       objects, versions, generations
    rules.py       defaults and refusals of the server      json_patch.py  RFC 6902
    revisions.py   ReplicaSets by template, their numbers   rollout.py     how many pods each of them gets
    progress.py    status and conditions                    pods.py        pods, and what becomes of them
"""

from monitor.simulating.cluster.memory import MemoryCluster

__all__ = ["MemoryCluster"]
