"""Streams as their records say, read without the project's own reading; each is made once."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest

from monitor.simulating.generator import Arrival, arrivals
from monitor.simulating.library import load_scenario
from monitor.simulating.scenario import Scenario


@dataclass(frozen=True)
class Cases:
    """Well-formed records by prediction: columns of inferences, and of their standing outcomes (-1 and 0: none)."""

    key: np.ndarray
    attributes: dict[str, np.ndarray]
    revision: np.ndarray
    time_ms: np.ndarray
    prediction: np.ndarray
    score: np.ndarray
    label: np.ndarray
    learnt_ms: np.ndarray


@dataclass(frozen=True)
class Stream:
    scenario: Scenario
    records: list[Arrival]
    cases: Cases


def body_of(record: Arrival, model: str) -> dict[str, object] | None:
    """What a record says if it is one that its producer meant to send."""
    try:
        body = json.loads(record.value)
    except ValueError:
        return None
    if not isinstance(body, dict) or body.get("prediction_id") != record.key.decode():
        return None
    is_number = isinstance(body["event_time"], int) and body["event_time"] > 10**12
    is_whole = (
        body.get("model", model) == model and body.get("prediction", 0) in (0, 1) and body.get("label", 0) in (0, 1)
    )
    return body if is_number and is_whole else None


def cases_of(scenario: Scenario, records: list[Arrival]) -> Cases:
    said: dict[str, dict] = {}
    learnt: dict[str, dict] = {}
    for record in records:
        body = body_of(record, scenario.model)
        if body is not None and record.role == "inference":
            said.setdefault(body["prediction_id"], body)
        elif body is not None and body["event_time"] >= learnt.get(body["prediction_id"], body)["event_time"]:
            learnt[body["prediction_id"]] = body
    rows = list(said.values())
    outcomes = [learnt.get(key, {"label": -1, "event_time": 0}) for key in said]
    return Cases(
        np.array(list(said)),
        {name: np.array([row["attributes"][name] for row in rows], dtype=object) for name in rows[0]["attributes"]},
        np.array([row["revision"] for row in rows]),
        np.array([row["event_time"] for row in rows]),
        np.array([row["prediction"] for row in rows]),
        np.array([row["score"] for row in rows]),
        np.array([outcome["label"] for outcome in outcomes]),
        np.array([outcome["event_time"] for outcome in outcomes]),
    )


@cache
def _stream(name: str) -> Stream:
    scenario = load_scenario(name)
    records = list(arrivals(scenario))
    return Stream(scenario, records, cases_of(scenario, records))


@pytest.fixture
def stream() -> Callable[[str], Stream]:
    """A shipped scenario by name, with its records."""
    return _stream
