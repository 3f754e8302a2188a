"""How fast counting is, and that it is exact while it is fast: `python -m replay.bench_counting [--messages N]`.

The workload of one hour of event time, made directly as decoded events: two topics, outcomes two minutes late on
average. Printed: the yardstick (one `json.loads` of an inference), microseconds a message at polls of 20,000 and 1,000
with and without the blob of each commit, the same with a million ids held, bytes a held id, the longest pause. It
ends by comparing every cell with a recount from the source columns; a difference voids the run and exits with 1.
"""

import argparse
import gc
import json
import sys
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from monitor.counting.fold import Fold
from monitor.counting.packing import unpack_labelled, unpack_payload
from monitor.counting.partition import PartitionState
from monitor.counting.persistence import slice_numbers, take_change, take_slice
from monitor.counting.rules import CountingRules, ModelRules
from monitor.events import Event, Inference, Outcome
from monitor.vocabulary import AttributeCoding, Coding

Ints = NDArray[np.int64]

SEED, T0, HOUR, PANE, HORIZON = 7, 1_767_225_600_000, 3_600_000, 60_000, 3_600_000
SIZES = {"sex": 2, "age_band": 6, "race": 5, "site": 8}
CODING = Coding(tuple(AttributeCoding(name, {f"v{n}": (f"V{n}",) for n in range(k)}) for name, k in SIZES.items()))
RULES = CountingRules((ModelRules("m", CODING, PANE, 5 * PANE),), HORIZON, allowed_lateness_ms=PANE)

DECODERS = {
    "inferences": msgspec.msgpack.Decoder(list[Inference]),
    "outcomes": msgspec.msgpack.Decoder(list[Outcome]),
}


@dataclass(frozen=True)
class Workload:
    """Source columns, and the two topics in order of arrival as (arrival, events)."""

    time: Ints
    combination: Ints
    prediction: Ints
    label: Ints
    age: Ints
    inferences: tuple[Ints, list[Event]]
    outcomes: tuple[Ints, list[Event]]


def workload(count: int) -> Workload:
    """The workload, drawn in a fixed order from a fixed seed."""
    rng = np.random.default_rng(SEED)
    time_ms = T0 + np.sort(rng.integers(0, HOUR, count))
    codes = {name: rng.choice(k, count, p=rng.dirichlet(np.full(k, 4.0))) for name, k in SIZES.items()}
    score = rng.beta(2, 3, count).round(4)
    label = (rng.random(count) < 0.8 * score + 0.1).astype(np.int64)
    drifted = (time_ms >= T0 + HOUR // 2) & (codes["sex"] == 0) & (codes["race"] == 1)
    score = np.where(drifted, score * 0.7, score)
    prediction = (score >= 0.5).astype(np.int64)
    arrival = time_ms + rng.integers(0, 2_000, count)
    age = rng.exponential(120_000, count).astype(np.int64) + 1
    raw = rng.bytes(16 * count)
    ids = [str(uuid.UUID(bytes=raw[16 * n : 16 * n + 16])) for n in range(count)]
    combination = np.zeros(count, np.int64)
    for attribute in CODING.attributes:
        combination = combination * len(attribute.codes) + codes[attribute.name]
    bins = np.minimum(score * 20, 19).astype(np.int64)
    said = zip(ids, time_ms.tolist(), combination.tolist(), prediction.tolist(), bins.tolist(), strict=True)
    inferences: list[Event] = [Inference(i, "m", "r1", t, c, p, b, 0, "sha256:0", "7d9f8") for i, t, c, p, b in said]
    learnt = zip(ids, (time_ms + age).tolist(), label.tolist(), strict=True)
    outcomes: list[Event] = [Outcome("".join(i), t, one) for i, t, one in learnt]
    by_arrival, by_label = np.argsort(arrival, kind="stable"), np.argsort(arrival + age, kind="stable")
    return Workload(
        time_ms, combination, prediction, label, age,
        (arrival[by_arrival], [inferences[n] for n in by_arrival.tolist()]),
        ((arrival + age)[by_label], [outcomes[n] for n in by_label.tolist()]),
    )  # fmt: skip


def polls(load: Workload, size: int) -> list[tuple[str, bytes]]:
    """Both topics merged by arrival and cut into polls; one batch a topic and poll, packed."""
    arrivals = np.concatenate([load.inferences[0], load.outcomes[0]])
    order = np.argsort(arrivals, kind="stable")
    is_inference = order < len(load.inferences[0])
    batches: list[tuple[str, bytes]] = []
    at = {"inferences": 0, "outcomes": 0}
    for start in range(0, len(order), size):
        mine = int(is_inference[start : start + size].sum())
        for topic, events, taken in (
            ("inferences", load.inferences[1], mine),
            ("outcomes", load.outcomes[1], len(is_inference[start : start + size]) - mine),
        ):
            batches.append((topic, msgspec.msgpack.encode(events[at[topic] : at[topic] + taken])))
            at[topic] += taken
    return batches


@dataclass
class Timing:
    """CPU seconds of folding and of making the blobs, the longest fold of one batch, and the size of the blobs."""

    fold: float = 0.0
    commit: float = 0.0
    longest: float = 0.0
    blob_bytes: int = 0


def run(state: PartitionState, batches: list[tuple[str, bytes]], *, commits: bool) -> Timing:
    """Unpack the batches, as fresh from the decoder and not timed, and fold them.

    With commits: make each poll's change, and one slice of the snapshot.
    """
    fold, timing, cycle = Fold(), Timing(), [0][:0]
    for number, (topic, packed) in enumerate(batches):
        events = DECODERS[topic].decode(packed)
        wall, start = time.perf_counter(), time.process_time()
        fold.fold(state, topic, events)
        timing.fold += time.process_time() - start
        if commits and number % 2:
            start = time.process_time()
            cycle = cycle or slice_numbers(state)
            timing.blob_bytes += len(take_change(state)) + len(take_slice(state, cycle.pop(0)))
            timing.commit += time.process_time() - start
        timing.longest = max(timing.longest, time.perf_counter() - wall)
        if not commits:
            state.touched_rows, state.cells.touched = [], {}
    return timing


def held(count: int) -> PartitionState:
    """A state that holds ids of an earlier time already, joined."""
    state, ids = PartitionState(RULES), [str(uuid.UUID(int=n)) for n in range(count)]
    said: list[Event] = [Inference(one, "m", "r0", T0 - HOUR + n % PANE, 0, 0, 5) for n, one in enumerate(ids)]
    for start in range(0, count, 20_000):
        Fold().fold(state, "inferences", said[start : start + 20_000])
    state.touched_rows, state.cells.touched = [], {}
    return state


def is_exact(states: Sequence[PartitionState], load: Workload) -> bool:
    """Whether every cell, summed over the partitions, equals a recount from the source columns."""
    counted: Counter[tuple[int, ...]] = Counter()
    for state in states:
        _add_cells(counted, state)
    pane = load.time // PANE
    edges = np.array(EDGES_BY_HAND) * PANE
    age_bin = np.minimum(np.searchsorted(edges, load.age, side="right") - 1, len(edges) - 2)
    labelled = load.age <= HORIZON
    free = np.stack((pane, np.full(len(pane), -1), load.combination, load.prediction, np.full(len(pane), -1)), axis=1)
    both = np.stack((pane, age_bin, load.combination, load.prediction, load.label), axis=1)[labelled]
    names, counts = np.unique(np.concatenate((free, both)), axis=0, return_counts=True)
    return counted == {tuple(name): n for name, n in zip(names.tolist(), counts.tolist(), strict=True)}


def _add_cells(counted: Counter[tuple[int, ...]], state: PartitionState) -> None:
    """Add the cells of a partition by (pane, age bin, combination, prediction, label)."""
    for model, pane, age_bin in state.cells.groups():
        cells = state.cells.counts((model, pane, age_bin))
        if age_bin >= 0:
            source, *columns = unpack_labelled(cells.key)
        else:
            source, combination, prediction, _, _ = unpack_payload(cells.key)
            columns = [combination, prediction, np.full(len(cells.key), -1)]
        for number, combination, prediction, label, on_time, late in zip(
            source.tolist(), *(c.tolist() for c in columns), cells.on_time.tolist(), cells.late.tolist(), strict=True
        ):
            if state.sources.known[number].revision == "r1":
                name = (pane, age_bin, combination, prediction, label)
                counted[name] += on_time + late


EDGES_BY_HAND = (0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 18, 22, 27, 33, 41, 51, 60)
"""Edges of the label-age bins in minutes: e + max(1, floor(e / 4)), at most the horizon; 18 bins."""


def resident_bytes() -> int:
    """Resident size of this process."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096


def yardstick(loads: int = 20_000) -> float:
    """Microseconds of one `json.loads` of an inference, the best of five times so many."""
    text = json.dumps({
        "prediction_id": str(uuid.UUID(int=1)), "model": "m", "revision": "r1", "event_time": T0, "score": 0.5123,
        "attributes": {"sex": "V1", "age_band": "V3", "race": "V2", "site": "V7"}, "prediction": 1,
    })  # fmt: skip
    times = []
    for _ in range(5):
        start = time.perf_counter()
        for _ in range(loads):
            json.loads(text)
        times.append((time.perf_counter() - start) / loads * 1e6)
    return min(times)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=1_000_000, help="two a labelled prediction")
    parser.add_argument("--held", type=int, default=1_000_000, help="ids held beside those of the workload")
    options = parser.parse_args()
    load = workload(options.messages // 2)
    gc.freeze()
    print(f"yardstick {yardstick():.2f} us a json.loads; {options.messages:,} messages; numpy {np.__version__}")
    exact = True
    for before in (0, options.held):
        for size in (20_000, 1_000):
            for commits in (False, True):
                start_bytes = resident_bytes()
                state = held(before) if before else PartitionState(RULES)
                held_bytes = resident_bytes() - start_bytes
                timing = run(state, polls(load, size), commits=commits)
                exact &= is_exact([state], load)
                per = 1e6 / options.messages
                line = f"{before:>9,} held, polls of {size:>6,}: fold {timing.fold * per:.2f} us/message"
                if commits:
                    line += f", blobs {timing.commit * per:.2f} ({timing.blob_bytes / options.messages:.0f} B)"
                line += f", longest step {timing.longest * 1e3:.0f} ms, {'exact' if exact else 'NOT EXACT'}"
                print(line + (f", {held_bytes / before:.0f} B a held id" if before else ""))
                del state
                gc.collect()
    return 0 if exact else 1


if __name__ == "__main__":
    sys.exit(main())
