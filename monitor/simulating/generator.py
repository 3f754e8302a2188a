"""Scenario and seed -> the records of a stream in the order of their arrival.

Before step 1: `writer` and the demo take records from here. A function of the scenario alone, and of who answers: the
same ones, the same bytes. Days are made one after the other, so a long stream needs no more memory than its horizon.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from monitor.intake.wire import AUDIT
from monitor.simulating.draws import Cases, Draws
from monitor.simulating.faults import Arrival, Draft, damaged, written
from monitor.simulating.scenario import DAY_MS, Scenario
from monitor.simulating.servers import Calendar, Pods, Servers, model_digest

__all__ = ["Arrival", "arrivals", "daily"]

_FAULTS = 1
"""What tells the generator of faults from that of the cases of the same day."""


def arrivals(scenario: Scenario, servers: Servers | None = None) -> Iterator[Arrival]:
    """The records in the order of arrival; those of equal time by role, key and value.

    Without faults a record arrives at its event time. What has not arrived by the end of the last day is not given.

    Parameters
    ----------
    servers
        Who answers; None: as the scenario says.

    Examples
    --------
    >>> from monitor.simulating.library import load_scenario
    >>> first = next(arrivals(load_scenario("fair")))
    >>> first.role, first.time_ms, first.value[:19]
    ('inference', 1767225861290, b'{"prediction_id":"8')
    """
    for records in daily(scenario, servers):
        yield from records


def daily(scenario: Scenario, servers: Servers | None = None) -> Iterator[list[Arrival]]:
    """The same, by day of arrival; no day is drawn before it is asked for, nor `servers` asked about it."""
    servers = servers or Calendar(scenario)
    draws = Draws(scenario, servers)
    coming: dict[int, list[Arrival]] = {}
    for day in range(scenario.days):
        cases = draws.day(day)
        drafts = list(_drafts(scenario.model, servers.pods, cases))
        for record in _sent(scenario, day, drafts):
            coming.setdefault((record.time_ms - scenario.start_ms) // DAY_MS, []).append(record)
        yield sorted(coming.pop(day, ()))


def _sent(scenario: Scenario, day: int, drafts: Sequence[Draft]) -> Iterator[Arrival]:
    if scenario.faults is None:
        return map(written, drafts)
    return damaged(drafts, scenario.faults, np.random.default_rng([scenario.seed, day, _FAULTS]))


def _drafts(model: str, pods: Sequence[Pods], cases: Cases) -> Iterator[Draft]:
    """The records of a day's cases, arriving at their event times."""
    served = [_identity(model, one) for one in pods]
    names, columns = list(cases.sent), zip(*cases.sent.values(), strict=True)
    for key, time_ms, revision, score, prediction, sent in zip(
        cases.prediction_id,
        cases.time_ms.tolist(),
        cases.revision.tolist(),
        cases.score.tolist(),
        cases.prediction.tolist(),
        columns,
        strict=True,
    ):
        body = {
            "prediction_id": key,
            **served[revision],
            "event_time": time_ms,
            "attributes": dict(zip(names, sent, strict=True)),
            "score": score,
            "prediction": prediction,
        }
        yield Draft(time_ms, "inference", key, body)
    for key, time_ms, label, is_missing, is_audited in zip(
        cases.prediction_id,
        cases.learnt_ms.tolist(),
        cases.label.tolist(),
        cases.is_missing.tolist(),
        cases.is_audited.tolist(),
        strict=True,
    ):
        if not is_missing:
            outcome = {"prediction_id": key, "label": label, "event_time": time_ms}
            yield Draft(time_ms, "outcome", key, {**outcome, "source": AUDIT} if is_audited else outcome)


def _identity(model: str, pods: Pods) -> dict[str, str]:
    """What tells pods from others: the revision they serve, the digest of its weights, and their template's hash."""
    return {
        "model": model,
        "revision": pods.revision,
        "model_digest": model_digest(model, pods.revision),
        "pod_template_hash": pods.template_hash,
    }
