"""The rollback process on a cluster in memory, by the time of a stream: the same loop, guards, plan and audit log.

In the way of an event: steps 11 to 15, for `demo`. Touches nothing outside the process.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from monitor import __version__
from monitor.acting.audit.verify import verify
from monitor.acting.entries import Entry, Kind
from monitor.acting.policy import State
from monitor.acting.raw import labels
from monitor.adapters.memory_silences import MemorySilences
from monitor.controller.elector import Elector
from monitor.controller.gathering import Surroundings
from monitor.controller.loop import Controller
from monitor.controller.rules import Rules, Target
from monitor.controller.trail import BEGUN, Trail
from monitor.exporting.acted import Acted, Served, acted
from monitor.exporting.moments import rfc3339
from monitor.ports_acting import VerdictFeed
from monitor.simulating.audit import MemoryAuditStore
from monitor.simulating.cluster import MemoryCluster

LOOK_S: Final = 30
"""Time between two looks while something is on its way."""

LOOKS: Final = 20
BUSY: Final = frozenset({State.EXECUTING, State.VERIFYING})


class MemoryCopies:
    """Copies of templates that end with the process."""

    def __init__(self) -> None:
        self._kept: dict[str, Mapping[str, Any]] = {}

    def keep(self, name: str, template: Mapping[str, Any]) -> None:
        """Keep one."""
        self._kept[name] = dict(template)

    def all(self) -> Mapping[str, Mapping[str, Any]]:
        """All, by name."""
        return dict(self._kept)


class ClusterTime:
    """The clocks of the process are the cluster's."""

    def __init__(self, memory: MemoryCluster) -> None:
        self._memory = memory

    def now_ms(self) -> int:
        """Wall time of the stream."""
        return self._memory.now_ms

    def steady_ms(self) -> int:
        """The same: in a stream time never jumps back."""
        return self._memory.now_ms


class Rehearsal:
    """A controller that looks when it is told the time.

    Parameters
    ----------
    targets
        What it guards.
    memory
        The cluster; its time is the controller's.
    home
        The namespace in which it would run.
    feed
        What the monitor says.
    """

    def __init__(self, targets: Sequence[Target], memory: MemoryCluster, home: str, feed: VerdictFeed) -> None:
        clocks, self._memory = ClusterTime(memory), memory
        rules = Rules(targets=tuple(targets), itself=(home, "fairdrift-rollback"), instance="demo", version=__version__)
        self._store = MemoryAuditStore()
        trail = Trail(self._store)
        trail.write(Kind.STARTED, at_ms=clocks.now_ms(), actor="demo", details={BEGUN: "a rehearsal, in memory"})
        self.copies = MemoryCopies()
        around = Surroundings(
            cluster=memory,
            feed=feed,
            silences=MemorySilences(lambda: rfc3339(clocks.now_ms())),
            log=trail,
            copies=self.copies,
            clocks=clocks,
            elector=Elector(memory, (home, rules.lease), rules.instance, clocks) if rules.writes else None,
        )
        self.controller, self._trail = Controller(rules, around), trail
        self.controller.start()

    @property
    def entries(self) -> Sequence[Entry]:
        """The audit log."""
        return self._trail.entries

    def acted(self, version: str) -> Acted:
        """What was done so far; `version` is the label of a pod template that names its revision."""
        known = {}
        for entry in self.entries:
            if entry.kind is Kind.SEEN:
                template = self.copies.all()[entry.details["copy"]]
                image = str(template["spec"]["containers"][0]["image"])
                known[entry.model_identity] = Served(labels(template)[version], short(image))
        findings = len(verify(list(self._store.lines()), (), (), None).findings)
        return acted(self.entries, known, findings)

    def look(self) -> None:
        """Look, and go on looking while a rollback is on its way."""
        for _ in range(LOOKS):
            is_soon = self.controller.cycle()
            states = {one.state for one in self.controller.recorder.book.incidents.values()}
            if not is_soon and not states & BUSY:
                return
            self._memory.advance(LOOK_S)


def short(image: str) -> str:
    """An image with as much of its digest as people compare.

    >>> short("registry.example/readmission@sha256:4b2beb3309aa")
    'registry.example/readmission@sha256:4b2beb33'
    """
    name, at, digest = image.partition("@sha256:")
    return f"{name}{at}{digest[:8]}"
