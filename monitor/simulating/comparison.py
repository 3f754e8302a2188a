"""False alarms and delay on a stream of known truth: ours and a naive monitor's.

After the way of an event: `simulate` asks when the stream has been replayed. Touches the disk in `compare_run` alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from monitor.judging.verdict import Verdict
from monitor.simulating.labelled import read_labelled
from monitor.simulating.naive.heard import Alarm, Heard
from monitor.simulating.naive.monitors import said_by_all
from monitor.simulating.scenario import DAY_MS
from monitor.simulating.truth import Moment
from monitor.simulating.writer import MOMENT_FILE

TIMELINE_FILE: Final = "timeline.ndjson"
PAGE: Final = "fairdrift, DEGRADED"
WATCH: Final = "fairdrift, SUSPECT or DEGRADED"
_YEAR_DAYS: Final = 365.25


class Row(msgspec.Struct, frozen=True):
    """One monitor.

    Parameters
    ----------
    monitor
        Its name.
    quiet_days
        Days it watched while nobody was harmed: from when it could first speak, to the moment, or to the end where
        nobody ever is.
    false_alarms, false_alarms_per_year
        Its alarms in those days, whatever they are about; no rate of no days.
    delay_days
        From the moment to its first alarm after it about the harmed subgroup and rate, even if only by chance; None: it
        never came, or nobody was harmed.
    """

    monitor: str
    quiet_days: float
    false_alarms: int
    false_alarms_per_year: float | None
    delay_days: float | None


class Comparison(msgspec.Struct, frozen=True):
    """What monitors said of one stream.

    Parameters
    ----------
    stream, expected, moment, attribute, value, metric, is_harm
        As in `Moment`.
    rows
        By monitor.
    """

    stream: str
    expected: str
    moment: str | None
    attribute: str | None
    value: str | None
    metric: str | None
    is_harm: bool
    rows: tuple[Row, ...]


def compare(truth: Moment, ours: Sequence[Mapping[str, Any]], naive: Mapping[str, Heard]) -> Comparison:
    """Judge monitors by the truth.

    Parameters
    ----------
    truth
        Of the stream.
    ours
        Lines of the timeline of its replay. It could first speak when a verdict first said anything: before, it learns
        what is normal.
    naive
        Name of another monitor -> what it said.

    Examples
    --------
    >>> from monitor.simulating.library import load_scenario
    >>> from monitor.simulating.truth import moment_of
    >>> line = {"kind": "verdict", "attribute": "sex", "value": "female", "metric": "false_negative_rate"}
    >>> said = [
    ...     {**line, "event_time": "2026-02-27T00:00:00Z", "verdict": "HEALTHY", "previous": "INCONCLUSIVE"},
    ...     {**line, "event_time": "2026-03-27T00:00:00Z", "verdict": "DEGRADED", "previous": "HEALTHY"},
    ... ]
    >>> found = compare(moment_of(load_scenario("canary")), said, {})
    >>> found.rows[0].quiet_days, found.rows[0].false_alarms, found.rows[0].delay_days
    (18.0, 0, 10.0)
    """
    heard = {**heard_of(ours), **naive}
    rows = tuple(_row(truth, monitor, said) for monitor, said in heard.items())
    known = (truth.stream, truth.expected, truth.moment, truth.attribute, truth.value, truth.metric, truth.is_harm)
    return Comparison(*known, rows)


def heard_of(timeline: Iterable[Mapping[str, Any]]) -> dict[str, Heard]:
    """What we said, as `PAGE` and as `WATCH`, from the lines of a timeline."""
    verdicts = [line for line in timeline if line["kind"] == "verdict"]
    speaking = (_ms(line["event_time"]) for line in verdicts if Verdict[line["verdict"]] not in _SAYS_NOTHING)
    from_ms = min(speaking, default=None)
    return {
        PAGE: Heard(from_ms, _changes_to(verdicts, Verdict.DEGRADED)),
        WATCH: Heard(from_ms, _changes_to(verdicts, Verdict.SUSPECT)),
    }


def compare_run(stream: Path, replayed: Path | None = None) -> Comparison:
    """Compare what was said of a stream that `writer` wrote.

    Parameters
    ----------
    stream
        Its folder, with ``moment.json``.
    replayed
        Folder with the ``timeline.ndjson`` of its replay; that of the stream by default.

    Raises
    ------
    OSError
        if a file is missing.
    ValueError
        if ``moment.json`` or the timeline is none.
    """
    truth = msgspec.json.decode((stream / MOMENT_FILE).read_bytes(), type=Moment)
    timeline = ((replayed or stream) / TIMELINE_FILE).read_bytes().splitlines()
    labelled = read_labelled(stream, truth)
    ends_ms = range(_ms(truth.start) + DAY_MS, _ms(truth.end) + 1, DAY_MS)
    naive = {f"naive: {name}": heard for name, heard in said_by_all(labelled, ends_ms).items()}
    return compare(truth, [msgspec.json.decode(line) for line in timeline], naive)


_SAYS_NOTHING: Final = (Verdict.INCONCLUSIVE, Verdict.STALE)


def _changes_to(verdicts: Iterable[Mapping[str, Any]], level: Verdict) -> tuple[Alarm, ...]:
    """Changes from below a level to it or above; those of several revisions at once are one alarm."""
    alarms = {
        Alarm(_ms(line["event_time"]), line["attribute"], line["value"], line["metric"])
        for line in verdicts
        if Verdict[line["verdict"]] >= level and not (line["previous"] and Verdict[line["previous"]] >= level)
    }
    return tuple(sorted(alarms))


def _row(truth: Moment, monitor: str, heard: Heard) -> Row:
    moment_ms = None if truth.moment is None or not truth.is_harm else _ms(truth.moment)
    quiet_end_ms = _ms(truth.end) if moment_ms is None else moment_ms
    quiet_days = 0.0 if heard.from_ms is None else max(0.0, (quiet_end_ms - heard.from_ms) / DAY_MS)
    false_alarms = sum(alarm.time_ms <= quiet_end_ms for alarm in heard.alarms)
    harmed = (truth.attribute, truth.value, truth.metric)
    found_ms = [
        alarm.time_ms
        for alarm in heard.alarms
        if moment_ms is not None
        and alarm.time_ms > moment_ms
        and (alarm.attribute, alarm.value, alarm.metric) == harmed
    ]
    return Row(
        monitor,
        quiet_days,
        false_alarms,
        round(false_alarms / quiet_days * _YEAR_DAYS, 1) if quiet_days else None,
        (min(found_ms) - moment_ms) / DAY_MS if found_ms and moment_ms is not None else None,
    )


def _ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1_000)
