"""How fast decoding is, and that it is exact while it is fast: `python -m replay.bench_decode [--messages N]`.

Inferences of about 260 bytes and outcomes of about 110, as a producer in Python writes them, in several forms.
Printed: the yardstick (one `json.loads` of an inference), then for each form microseconds a message, that over the
yardstick, and what `json.loads` and a dict would cost. Forms take turns and the best turn counts. It ends by comparing
every event with its source columns; a difference voids the run and exits with 1.
"""

import argparse
import json
import sys
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from monitor.events import Event, Inference, Outcome
from monitor.intake.decode import Decoder
from monitor.intake.partitions import misplaced
from monitor.intake.reading import Adapter, ModelReading, Reading, Role
from monitor.vocabulary import AttributeCoding, Coding

SEED, T0, HOUR = 7, 1_767_225_600_000, 3_600_000
SIZES = {"sex": 2, "age_band": 6, "race": 5, "site": 8}
CODING = Coding(tuple(AttributeCoding(name, {f"v{n}": (f"V{n}",) for n in range(k)}) for name, k in SIZES.items()))
MODELS = (ModelReading("readmission", CODING),)
TURNS = 9
CLOUD_HEADERS = [
    *(("ce_specversion", b"1.0"), ("ce_type", b"fairdrift.inference.v1"), ("ce_source", b"/readmission")),
    *(("ce_id", b"e1"), ("content-type", b"application/json")),
]


@dataclass(frozen=True, slots=True)
class Kafka:
    """A record."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes
    headers: Sequence[tuple[str, bytes]]


@dataclass(frozen=True)
class Form:
    """One way in which events are written, and the events they are."""

    name: str
    role: Role
    records: list[Kafka]
    events: list[Event]
    adapter: Adapter = "flat_json"


def forms(count: int) -> list[Form]:
    """The same events in every form, drawn in a fixed order from a fixed seed."""
    rng = np.random.default_rng(SEED)
    times = (T0 + np.sort(rng.integers(0, HOUR, count))).tolist()
    codes = {name: rng.choice(k, count, p=rng.dirichlet(np.full(k, 4.0))).tolist() for name, k in SIZES.items()}
    scores = rng.beta(2, 3, count).round(4).tolist()
    raw = rng.bytes(16 * count)
    ids = [str(uuid.UUID(bytes=raw[16 * n : 16 * n + 16])) for n in range(count)]
    inferences: list[dict[str, Any]] = []
    outcomes: list[dict[str, Any]] = []
    said: list[Event] = []
    learnt: list[Event] = []
    for n, (prediction_id, ms, score) in enumerate(zip(ids, times, scores, strict=True)):
        values = {name: f"V{codes[name][n]}" for name in SIZES}
        combination, prediction = CODING.encode(values), int(score >= 0.5)
        event = {"prediction_id": prediction_id, "model": "readmission", "revision": "r42", "event_time": ms}
        inferences.append({**event, "attributes": values, "score": score, "prediction": prediction})
        said.append(Inference(prediction_id, "readmission", "r42", ms, combination, prediction, int(score * 20)))
        outcomes.append({"prediction_id": prediction_id, "event_time": ms, "label": n % 2})
        learnt.append(Outcome(prediction_id, ms, n % 2))
    records, text_times = _records(inferences), [{**one, "event_time": _text(one["event_time"])} for one in inferences]
    return [
        Form("inference, integer time", "inference", records, said),
        Form("inference, RFC 3339 time", "inference", _records(text_times), said),
        Form("inference, an unknown field", "inference", _records([{**one, "ward": "3b"} for one in text_times]), said),
        Form("inference, CloudEvents", "inference", _records(text_times, CLOUD_HEADERS), said, "cloudevents"),
        Form("outcome, integer time", "outcome", _records(outcomes), learnt),
    ]


def _records(events: Sequence[dict[str, Any]], headers: Sequence[tuple[str, bytes]] = ()) -> list[Kafka]:
    return [
        Kafka(n, T0 + HOUR, event["prediction_id"].encode(), json.dumps(event).encode(), headers)
        for n, event in enumerate(events)
    ]


def _text(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds")


def best_us(count: int, work: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Microseconds of processor time a message of the best turn of each piece of work; they take turns."""
    best = dict.fromkeys(work, float("inf"))
    for _ in range(TURNS):
        for name, do in work.items():
            begin = time.process_time()
            do()
            best[name] = min(best[name], (time.process_time() - begin) / count * 1e6)
    return best


def main() -> int:
    """Run it; 1 if an event is not what its source columns say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--at-once", type=int, default=20_000, help="records a poll")
    given = parser.parse_args()
    every = forms(given.messages)
    decoders = {form.name: Decoder(Reading(form.role, MODELS, adapter=form.adapter)) for form in every}
    polls = {
        form.name: [form.records[at : at + given.at_once] for at in range(0, given.messages, given.at_once)]
        for form in every
    }
    work: dict[str, Callable[[], object]] = {
        "json.loads": lambda: [json.loads(record.value) for record in every[0].records],
        "keys of 4 partitions": lambda: [misplaced(poll, 0, 4) for poll in polls[every[0].name]],
    }
    for form in every:
        decoder, mine = decoders[form.name], polls[form.name]
        work[form.name] = lambda decoder=decoder, mine=mine: [decoder.decode(poll) for poll in mine]  # type: ignore[misc]
    found = best_us(given.messages, work)
    yardstick = found["json.loads"]
    print(f"yardstick: json.loads of {len(every[0].records[0].value)} bytes {yardstick:.2f} us")
    for name, us in found.items():
        print(f"{name:32} {us:6.2f} us/message  {us / yardstick:5.2f} x json.loads")
    wrong = [form.name for form in every if decoders[form.name].decode(form.records).events != form.events]
    print(f"NOT EXACT: {', '.join(wrong)}" if wrong else "exact: every event is what its source says")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
