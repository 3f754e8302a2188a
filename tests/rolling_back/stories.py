"""A world in which a revision can do harm: a cluster, a monitor that speaks of it, people, the loop between them."""

import time
from dataclasses import replace
from typing import Any, Protocol

from monitor.acting.entries import Entry, Kind
from monitor.acting.incidents import Incident
from monitor.acting.limits import DAY_MS, HOUR_MS, Limits
from monitor.acting.policy import State
from monitor.controller.asked import Asked
from monitor.controller.desk import Desk
from monitor.controller.elector import Elector
from monitor.controller.gathering import Surroundings
from monitor.controller.loop import Controller
from monitor.controller.rules import Rules, Target
from monitor.ports_cluster import Cluster, ClusterGone, Json
from tests.acting_safely.worlds import moment, of_revision, stream
from tests.changing_a_real_cluster.cluster_contract import settled
from tests.changing_a_real_cluster.rights import DEPLOYMENT, LEASE, REGISTRY
from tests.changing_a_real_cluster.worlds import MemoryWorld, World, pods_of, spec_of
from tests.rolling_back.twins import MemoryCopies, MemoryFeed, MemoryLog, MemorySilences

LIMITS = Limits(window_ms=7 * DAY_MS, label_age_ms=DAY_MS)
MODEL = "readmission"


class Clock(Protocol):
    """Wall time and steady time of one process, and a way to let much of both pass."""

    skew_ms: int

    def now_ms(self) -> int: ...
    def steady_ms(self) -> int: ...


class MemoryClock:
    """The time of the cluster in memory; `skew_ms` is how far this process's wall clock is off."""

    def __init__(self, world: MemoryWorld) -> None:
        self._memory, self.skew_ms = world.memory, 0

    def now_ms(self) -> int:
        return self._memory.now_ms + self.skew_ms

    def steady_ms(self) -> int:
        return self._memory.now_ms


class RealClock:
    """The time of this machine, set forward where a story waits for days."""

    def __init__(self) -> None:
        self.skew_ms = self.skipped_ms = 0

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000 + self.skipped_ms + self.skew_ms

    def steady_ms(self) -> int:
        return time.monotonic_ns() // 1_000_000 + self.skipped_ms


class Story:
    """One Deployment that served a for long, and b since; the monitor says what the story makes it say.

    Parameters
    ----------
    world
        The cluster, and people's hands on it.
    target
        Changes of the usual target: mode auto, a week's window.
    """

    def __init__(self, world: World, **target: Any) -> None:
        self.world, self.feed, self.silences = world, MemoryFeed(), MemorySilences()
        self.log, self.copies, self.desk = MemoryLog(), MemoryCopies(), Desk()
        self.clock: Clock = MemoryClock(world) if isinstance(world, MemoryWorld) else RealClock()
        self.target = Target(
            **{
                "model": MODEL,
                "namespace": world.target,
                "deployment": DEPLOYMENT,
                "mode": "auto",
                "limits": LIMITS,
                **target,
            }
        )
        self.cluster: Cluster = world.cluster
        self.is_killed: bool | None = False
        self.others: tuple[Target, ...] = ()
        self.keeps_registry = False
        self.rollout_ms: dict[str, int] = {}

    # The process.

    def rules(self) -> Rules:
        return Rules(
            targets=(self.target, *self.others),
            itself=(self.world.home, "fairdrift-rollback"),
            instance="pod-1",
            version="1.0.0",
            lease=LEASE,
            registry=REGISTRY,
            keeps_registry=self.keeps_registry,
        )

    def begin(self, name: str = "pod-1") -> Controller:
        """Start a controller, or start it anew on the log that is there."""
        rules = replace(self.rules(), instance=name)
        elector = Elector(self.cluster, (rules.home, rules.lease), name, self.clock) if rules.writes else None
        around = Surroundings(
            cluster=self.cluster,
            feed=self.feed,
            silences=self.silences,
            log=self.log,
            copies=self.copies,
            clocks=self.clock,
            desk=self.desk,
            elector=elector,
            is_killed=lambda: self.is_killed,
        )
        self.controller = Controller(rules, around)
        self.controller.start()
        return self.controller

    def cycle(self, times: int = 1) -> None:
        for _ in range(times):
            self.controller.cycle()

    def ask(self, asked: Asked) -> str:
        """Ask, let the loop answer, and give the answer."""
        answer = self.desk.ask(asked)
        self.controller.answer()
        return answer.result(0)

    # The cluster.

    def serve(self, letter: str, **behaviour: str) -> None:
        """Somebody rolls out a revision, and its rollout ends."""
        self.roll(letter, **behaviour)
        settled(self.world)

    def roll(self, letter: str, manager: str = "helm", **behaviour: str) -> None:
        """Somebody puts a revision in."""
        template = pods_of(letter, **behaviour)
        try:
            self.world.cluster.look(self.world.target, DEPLOYMENT)
        except ClusterGone:
            self.world.make(DEPLOYMENT, spec_of(template))
        else:
            self.world.change({"spec": {"template": template}}, manager=manager)
        self.rollout_ms[letter] = self.clock.now_ms()

    def deployment(self) -> Json:
        return self.world.cluster.look(self.world.target, DEPLOYMENT).deployment

    def serves(self) -> str:
        """The letter of the model that the Deployment is to serve."""
        image = self.deployment()["spec"]["template"]["spec"]["containers"][0]["image"]
        return str(image)[-1]

    def generation(self) -> int:
        return int(self.deployment()["metadata"]["generation"])

    def hashes_of(self, letter: str) -> tuple[str, ...]:
        """Pod template hashes under which a model served."""
        sets = self.world.cluster.look(self.world.target, DEPLOYMENT).replica_sets
        return tuple(
            one["metadata"]["labels"]["pod-template-hash"]
            for one in sets
            if one["spec"]["template"]["spec"]["containers"][0]["image"].endswith(letter)
        )

    def skip(self, ms: int) -> None:
        """Let days pass."""
        if isinstance(self.world, MemoryWorld):
            self.world.pass_time(ms / 1_000)
        elif isinstance(self.clock, RealClock):
            self.clock.skipped_ms += ms

    # The monitor.

    def times(self) -> dict[str, Any]:
        now_ms = self.clock.now_ms() - self.clock.skew_ms
        return {"issued_at": moment(now_ms - 1_000), "valid_until": moment(now_ms + 900_000)}

    def say_good(self, letter: str = "a", /, **changed: Any) -> None:
        """The monitor says of a revision that it served for long, is the reference's own, and no worse."""
        now_ms = self.clock.now_ms() - self.clock.skew_ms
        said: dict[str, Any] = {
            "pod_template_hashes": self.hashes_of(letter),
            "first_served": moment(now_ms - 60 * DAY_MS),
            "last_served": moment(now_ms - 600_000),
            "baseline": letter == "a",
            **self.times(),
        }
        self.feed.say(of_revision(letter, **{**said, **changed}))

    def say(self, letter: str = "b", /, **changed: Any) -> None:
        """The monitor says that a revision harms a subgroup, and is to blame; or what is changed of that."""
        now_ms = self.clock.now_ms() - self.clock.skew_ms
        said: dict[str, Any] = {
            "revision": letter,
            "model_digest": None,
            "pod_template_hashes": self.hashes_of(letter),
            "since": moment(now_ms - DAY_MS),
            "rollout": moment(self.rollout_ms.get(letter, now_ms)),
            **self.times(),
        }
        said["model_digest"] = of_revision(letter).model_digest
        said["window"] = {"start": moment(now_ms - 28 * DAY_MS), "end": moment(now_ms)}
        said["data"] = {"watermark": moment(now_ms - 600_000)}
        for name in ("window", "data"):
            said[name] |= changed.pop(name, {})
        self.feed.say(stream(**{**said, **changed}))

    # What became of it.

    def incident(self) -> Incident:
        """The newest incident."""
        return list(self.controller.recorder.book.incidents.values())[-1]

    def state(self) -> State:
        """Where the newest incident stands; observing if there never was one."""
        book = self.controller.recorder.book
        return self.incident().state if book.incidents else State.OBSERVING

    def entries(self, *kinds: Kind) -> list[Entry]:
        return [entry for entry in self.log.entries if not kinds or entry.kind in kinds]

    def states(self) -> list[State]:
        """The states that incidents entered, in order."""
        return [entry.state for entry in self.log.entries if entry.state is not None]

    def refusals(self) -> list[str]:
        """Guards that refused, in order."""
        return [entry.details["refusal"]["guard"] for entry in self.log.entries if "refusal" in entry.details]


def harmed(world: World, **target: Any) -> Story:
    """b was released ten days ago and harms a subgroup; the monitor will say so next."""
    story = Story(world, **target)
    story.serve("a")
    story.begin()
    story.say_good()
    story.cycle()
    story.skip(HOUR_MS)
    story.serve("b")
    story.cycle()
    story.skip(10 * DAY_MS)
    story.say_good()
    return story
