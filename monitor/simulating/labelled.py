"""The labelled predictions of a stream in the order in which their labels arrived: read back, or as they are drawn.

After the way of an event: what a monitor without pairing rules would work on. `read_labelled` touches the disk.
"""

import gzip
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from monitor.exporting.naming import Name
from monitor.simulating.draws import Draws
from monitor.simulating.population import Population
from monitor.simulating.scenario import Scenario
from monitor.simulating.truth import Moment
from monitor.vocabulary import UNKNOWN, AttributeCoding, Coding

_Time = Annotated[datetime, Meta(tz=True)] | int
_FEED = "feed.ndjson.gz"


@dataclass(frozen=True)
class Labelled:
    """Columns of labelled predictions by the arrival of the label that stands; shape (cases,) each.

    Parameters
    ----------
    arrived_ms
        When that label arrived.
    prediction, label
        0 or 1.
    members
        By one-attribute subgroup: which cases belong to it.
    """

    arrived_ms: NDArray[np.int64]
    prediction: NDArray[np.int64]
    label: NDArray[np.int64]
    members: Mapping[Name, NDArray[np.bool_]]


class _Said(msgspec.Struct):
    prediction_id: str
    prediction: Annotated[int, Meta(ge=0, le=1)]
    attributes: dict[str, str | float | None]


class _Learnt(msgspec.Struct):
    prediction_id: str
    label: Annotated[int, Meta(ge=0, le=1)]
    event_time: _Time


class _Line(msgspec.Struct):
    arrival_time: _Time
    topic: str
    value: str


def read_labelled(folder: Path, moment: Moment) -> Labelled:
    """Read a stream that `writer` wrote.

    A case is what its first inference says, with the outcome that arrived last. Records that are none are passed over.

    Parameters
    ----------
    moment
        Says how attributes are sent.

    Raises
    ------
    OSError
        if the stream cannot be read.
    """
    coding = _coding(moment)
    said: dict[str, tuple[int, int]] = {}
    learnt: dict[str, tuple[int, int]] = {}
    for arrived_ms, role, value in _records(folder):
        try:
            if role == "inference":
                inference = msgspec.json.decode(value, type=_Said)
                said.setdefault(inference.prediction_id, (inference.prediction, coding.encode(inference.attributes)))
            else:
                outcome = msgspec.json.decode(value, type=_Learnt)
                when_ms = _ms(outcome.event_time) if arrived_ms is None else arrived_ms
                learnt[outcome.prediction_id] = (when_ms, outcome.label)
        except msgspec.MsgspecError:
            continue
    rows = sorted((when_ms, label, *said[key]) for key, (when_ms, label) in learnt.items() if key in said)
    columns = np.array(rows, dtype=np.int64).reshape(-1, 4)
    return Labelled(columns[:, 0], columns[:, 2], columns[:, 1], members_of(coding, columns[:, 3]))


def labelled_of(scenario: Scenario) -> Labelled:
    """The same as if the stream were written and read back, without writing it. ValueError for one with faults.

    >>> from msgspec.structs import replace
    >>> from monitor.simulating.library import load_scenario
    >>> drawn = labelled_of(replace(load_scenario("fair"), days=9))
    >>> bool((np.diff(drawn.arrived_ms) >= 0).all()), sorted({name.attribute for name in drawn.members})
    (True, ['age_band', 'race', 'sex'])
    """
    if scenario.faults is not None:
        raise ValueError(f"{scenario.name} has faults: what arrives of it is known when it is written")
    draws, end_ms = Draws(scenario), scenario.end_ms
    parts = []
    for day in range(scenario.days):
        cases = draws.day(day)
        columns = np.stack((cases.learnt_ms, cases.label, cases.prediction, cases.combination))
        parts.append(columns[:, ~cases.is_missing & (cases.learnt_ms < end_ms)])
    rows = np.concatenate(parts, axis=1)
    rows = rows[:, np.lexsort(rows[::-1])]
    population = Population(scenario)
    members: dict[Name, NDArray[np.bool_]] = {}
    for name, attribute in scenario.attributes.items():
        for value in attribute.shares:
            is_member = population.members({name: value})[rows[3]]
            if is_member.any():
                members[Name(name, value)] = is_member
    return Labelled(rows[0], rows[2], rows[1], members)


def _records(folder: Path) -> Iterator[tuple[int | None, str, bytes]]:
    """Arrival (None: the event time), role and value of every record."""
    if (folder / _FEED).exists():
        for line in _lines(folder / _FEED):
            record = msgspec.json.decode(line, type=_Line)
            yield _ms(record.arrival_time), record.topic, record.value.encode()
        return
    for role in ("inference", "outcome"):
        for line in _lines(folder / f"{role}.ndjson.gz"):
            yield None, role, line


def _lines(path: Path) -> Iterable[bytes]:
    with gzip.open(path, "rb") as file:
        yield from file


def _ms(time: datetime | int) -> int:
    return time if isinstance(time, int) else round(time.timestamp() * 1_000)


def _coding(moment: Moment) -> Coding:
    """The attributes by the values that are sent: a value is its own slug here."""
    attributes = []
    for name, one in moment.attributes.items():
        values = {value: (value,) for value in one.values if value != UNKNOWN}
        attributes.append(AttributeCoding(name, values, one.bands, one.source))
    return Coding(tuple(attributes))


def members_of(coding: Coding, combination: NDArray[np.int64]) -> dict[Name, NDArray[np.bool_]]:
    """By one-attribute subgroup, named by its slugs: which of the cases of these combinations belong to it."""
    known, inverse = np.unique(combination, return_inverse=True)
    codes = [coding.read(one) for one in known.tolist()]
    members: dict[Name, NDArray[np.bool_]] = {}
    for number, attribute in enumerate(coding.attributes):
        for slug in attribute.slugs:
            is_member = np.array([slug in code[number].slugs for code in codes], dtype=np.bool_)
            if is_member.any():
                members[Name(attribute.name, slug)] = is_member[inverse]
    return members
