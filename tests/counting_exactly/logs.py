"""Logs of every kind of trouble: repeats, conflicts, corrections, orphans, overtaking, lateness, by seed and size.

Seeded, so that a log of sixty events costs one draw; a failing one shrinks by its size.
"""

from dataclasses import dataclass
from random import Random

from hypothesis import strategies as st

from monitor.events import TO_COME, Attributes, Event, Explanation, Inference, Outcome

T0 = 10_000
"""When the small world begins."""

Log = dict[str, list[Event]]
SIZES = st.sampled_from([80, 80, 60, 60, 30, 12, 3])
SEEDS = st.integers(0, 2**32)


@dataclass
class Teller:
    """Says things of ids at random. `named`: the models that outcomes and the like may name."""

    random: Random
    waiting: bool
    named: list[str | None]

    def inference(self, one: str, time_ms: int) -> Event:
        pick = self.random.choice
        return Inference(
            one, pick("aaab"), pick(["r1", "r1", "r2"]), time_ms, pick([TO_COME, 0] if self.waiting else [0, 1]),
            pick([0, 1]), pick([20, 20, 7]), pick([0, 0, 1, 2]), pick([None, "sha256:1", "sha256:2"]),
        )  # fmt: skip

    def outcome(self, one: str, time_ms: int) -> Event:
        return Outcome(one, time_ms, self.random.randrange(5), self.random.choice(self.named))

    def explanation(self, one: str, time_ms: int) -> Event:
        return Explanation(one, time_ms, self.random.choice(self.named))

    def attributes(self, one: str, time_ms: int) -> Event:
        both = self.random.randrange(6), self.random.randrange(6)
        return Attributes(one, time_ms, both, self.random.choice(self.named))

    def arrived(self, records: list[Event], disorder_ms: int) -> list[Event]:
        """Records in order of event time, each up to so much later."""
        return sorted(records, key=lambda e: e.event_time_ms + self.random.randint(0, disorder_ms))

    def repeated(self, events: list[Event], times: int) -> list[Event]:
        """Some are said again, at any time after."""
        for _ in range(times if events else 0):
            place = self.random.randrange(len(events))
            events.insert(self.random.randint(place, len(events)), events[place])
        return events


@st.composite
def logs(draw: st.DrawFn, *, waiting: bool = False, ids_by_model: bool = False) -> Log:
    """Anything said of a few ids or many, in a time little longer than the memory, in any disorder."""
    size, random = draw(SIZES), Random(draw(SEEDS))
    teller = Teller(random, waiting, ["a", "a", "b"] if ids_by_model else [None, None, None, None, None, "a", "b"])
    ids = [f"p{n}" for n in range(random.choice([3, 40, 150]))]
    disorder_ms, grain_ms = random.choice([0, 10, 40, 200]), random.choice([1, 5, 5])  # every border is a multiple of 5
    kinds = {"inferences": [teller.inference] * 4 + [teller.explanation], "outcomes": [teller.outcome]}
    kinds |= {"attributes": [teller.attributes]} if waiting else {}
    log = {}
    for topic, says in kinds.items():
        times = (T0 + grain_ms * random.randint(0, 180 // grain_ms) for _ in range(random.randint(size // 2, size)))
        said = [random.choice(says)(random.choice(ids), time_ms) for time_ms in times]
        log[topic] = teller.repeated(teller.arrived(said, disorder_ms), random.choice([0, size // 8]))
    return log


@st.composite
def tidy_logs(draw: st.DrawFn, *, disorder_ms: int, waiting: bool = False) -> Log:
    """Ids that come one after another, and all that is said of one within one memory.

    Outcomes and attributes come in three times the disorder of inferences. Repeats come at any time after, so also
    when their id is long forgotten.
    """
    ids, random = draw(st.sampled_from([30, 30, 15, 15, 6, 2])), Random(draw(SEEDS))
    teller, crowd = Teller(random, waiting, [None]), random.choice([5, 20, 45])
    says = [
        ("inferences", teller.inference, 0, 40, [0, 1, 1, 1, 2]),
        ("inferences", teller.explanation, -5, 95, [0, 0, 0, 1]),
        ("outcomes", teller.outcome, -5, 105, [0, 1, 1, 3]),
    ]
    if waiting:
        says.append(("attributes", teller.attributes, -15, 20, [0, 1, 1, 2]))
    log: Log = {topic: [] for topic, *_ in says}
    for number in range(ids):
        base = T0 + crowd * number + random.randint(0, 30)
        for topic, say, low, high, counts in says:
            times = [base + random.randint(low, high) for _ in range(random.choice(counts))]
            log[topic] += [say(f"p{number}", time_ms) for time_ms in times]
    for topic, events in log.items():
        arrived = teller.arrived(events, disorder_ms * (1 if topic == "inferences" else 3))
        log[topic] = teller.repeated(arrived, random.choice([0, ids // 4]))
    return log
