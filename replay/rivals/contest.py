"""The contest: every monitor at its setting, on every kind of stream."""

from typing import Final, NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from replay.rivals.monitor import Monitor, first_after, per_100k
from replay.rivals.of_river import RIVER
from replay.rivals.ours import GUARANTEED, ORACLE, OURS, d1_by_calendar
from replay.rivals.streams import OF_STEP, QUIET, Stream, drawn, fair, jump, ramp, season
from replay.rivals.tuning import tuned
from replay.rivals.windows import WINDOWS

MONITORS: Final = (*OURS, ORACLE, *WINDOWS, *RIVER)
LONGEST: Final = 500
"""Steps after the change; a longer delay is told as never."""

RISES: Final = {
    ".10 → .15": (jump(0.15), QUIET),
    ".10 → .20": (jump(0.20), QUIET),
    ".10 → .30": (jump(0.30), QUIET),
    "ramp to .20 over 100 steps": (ramp(0.20, 100), QUIET),
    ".20 from the first event": (jump(0.20, 0), 0),
}
"""Name -> rate, and the step of the change."""


class Size(NamedTuple):
    """How much is simulated: long quiet streams to tune and to check on, and runs with a change."""

    quiet_runs: int
    runs: int
    quiet_steps: int = 2_500


class Result(NamedTuple):
    """What became of one monitor at one setting.

    Parameters
    ----------
    setting
        None: none is quiet enough, and nothing was measured.
    false_alarms
        Per 100 000 events, on a fresh quiet stream.
    in_season
        The same where everybody's rate swings.
    delay
        Kind of rise -> median events from the change to the first alarm; inf where half of the runs had none.
    found
        Kind of rise -> share of runs with an alarm.
    """

    monitor: str
    knows: str
    setting: float | None
    false_alarms: float
    in_season: float
    delay: dict[str, float]
    found: dict[str, float]


class Rates(NamedTuple):
    """Every monitor tuned, every one that has a default at it, and false alarms of D1 by the calendar in the season."""

    tuned: list[Result]
    defaults: list[Result]
    by_calendar: float


class Streams(NamedTuple):
    """The same streams for all monitors."""

    to_tune: Stream
    quiet: Stream
    swinging: Stream
    rising: dict[str, tuple[Stream, int]]


def streams(size: Size, rng: Generator) -> Streams:
    """Draw them."""
    to_tune, quiet = (drawn(rng, size.quiet_runs, size.quiet_steps, fair) for _ in range(2))
    swinging = drawn(rng, size.quiet_runs, size.quiet_steps, season, season)
    rising = {name: (drawn(rng, size.runs, at + LONGEST, rate), at) for name, (rate, at) in RISES.items()}
    return Streams(to_tune, quiet, swinging, rising)


def result(monitor: Monitor, setting: float | None, on: Streams) -> Result:
    """What one monitor does on all streams."""
    if setting is None:
        nothing: dict[str, float] = {}
        return Result(monitor.name, monitor.knows, None, np.nan, np.nan, nothing, nothing)
    delay, found = {}, {}
    for name, (stream, at) in on.rising.items():
        events: NDArray[np.int64] = first_after(monitor.watch(stream, setting), at)
        is_found = events <= LONGEST * OF_STEP
        found[name] = float(is_found.mean())
        delay[name] = float(np.median(np.where(is_found, events, np.inf)))
    quiet, swinging = (per_100k(monitor.watch(stream, setting)) for stream in (on.quiet, on.swinging))
    return Result(monitor.name, monitor.knows, setting, quiet, swinging, delay, found)


def at_equal_false_alarms(on: Streams) -> list[Result]:
    """Every monitor, tuned."""
    return [result(one, tuned(one, on.to_tune), on) for one in MONITORS]


def by_calendar(on: Streams) -> float:
    """False alarms of D1 with a calendar key per 100 000 events in the season, at its guaranteed setting."""
    return per_100k(d1_by_calendar(on.swinging, GUARANTEED))


def as_they_come(on: Streams) -> list[Result]:
    """Every monitor that has a default, at it."""
    return [result(one, one.default, on) for one in MONITORS if one.default is not None]


def rates(size: Size, seed: int) -> Rates:
    """All of it."""
    on = streams(size, np.random.default_rng(seed))
    return Rates(at_equal_false_alarms(on), as_they_come(on), by_calendar(on))
