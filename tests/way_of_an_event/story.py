"""A small stream whose every count is known: what the tests of the whole way send, and what must come out."""

from dataclasses import dataclass

import numpy as np

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Case:
    """One patient: what the model said, and what turned out."""

    prediction_id: str
    time_ms: int
    sex: str
    prediction: int
    label: int
    learnt_ms: int
    revision: str = "r1"

    def inference(self) -> dict[str, object]:
        return {
            "prediction_id": self.prediction_id,
            "model": "readmission",
            "revision": self.revision,
            "event_time": self.time_ms,
            "attributes": {"sex": self.sex},
            "prediction": self.prediction,
            "score": 0.9 if self.prediction else 0.1,
            "explained": True,
        }

    def outcome(self) -> dict[str, object]:
        return {"prediction_id": self.prediction_id, "label": self.label, "event_time": self.learnt_ms}


def cases(end_ms: int, days: int = 60, per_day: int = 40) -> list[Case]:
    """Patients of the `days` before `end_ms`, seeded; labels come up to five days later, and none after `end_ms`."""
    rng = np.random.default_rng(11)
    count = days * per_day
    times = np.sort(rng.integers(end_ms - days * DAY_MS, end_ms, count))
    found = []
    for number in range(count):
        label = int(rng.random() < 0.5)
        missed = rng.random() < 0.2
        found.append(
            Case(
                prediction_id=f"case-{number}",
                time_ms=int(times[number]),
                sex="F" if rng.random() < 0.4 else "M",
                prediction=int(not missed) if label else int(rng.random() < 0.1),
                label=label,
                learnt_ms=int(times[number] + rng.integers(0, 5 * DAY_MS)),
            )
        )
    return found


SETTINGS = """\
version: 1
kafka: {{bootstrap_servers: ["{bootstrap}"], security: {{protocol: PLAINTEXT, insecure: true}}}}
state: {{dir: "{state}"}}
feeds:
  discharge:
    inference: {{topic: {inference}}}
    outcome: {{topic: {outcome}}}
    horizon: 5d
    allowed_lateness: 6h
models:
  readmission:
    feed: discharge
    mode: observe
    attributes:
      sex: {{values: {{female: [F], male: [M]}}}}
    subgroups: {{depth: 1, min_cell: 11}}
    metrics: [false_negative_rate, false_positive_rate, error_rate]
    windows: {{pane: 1d, published: [7d, 28d]}}
http: {{telemetry: "127.0.0.1:{port}", api: "127.0.0.1:0"}}
"""
