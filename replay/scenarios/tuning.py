"""Rivals made as quiet as we are, by simulation of fair streams: over all subgroups and rates together."""

import sys
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from monitor.simulating.labelled import Labelled, labelled_of
from monitor.simulating.naive.monitors import MONITORS, Naive
from monitor.simulating.scenario import DAY_MS, Scenario
from replay.rivals.tuning import loudest_of
from replay.scenarios.measured import AS_IT_COMES, OUR_BUDGET, OUR_MEASURE, Quiet
from replay.scenarios.stories import PAGED

BUDGET_PER_YEAR: Final = 365.25 / 91
"""False DEGRADED that we guarantee at most: one in 91 days, the default of `judging.false_alarms.page`."""

_HALVINGS: Final = 9
_YEAR_MS: Final = 365.25 * DAY_MS


class Setting(NamedTuple):
    """A monitor at a setting, under a tuning's name. Ours have no `monitor`; `setting` None: none is quiet enough."""

    name: str
    tuning: str
    monitor: Naive | None
    setting: float | None


def settings_for(scenarios: Iterable[Scenario], ours: Quiet) -> list[Setting]:
    """Every rival as it comes, at our budget, and as quiet as we were measured to be.

    Parameters
    ----------
    scenarios
        Fair streams to tune on.
    ours
        Our false alarms; where there were none, one in the same time is accepted.
    """
    streams = [(labelled_of(one), range(one.start_ms + DAY_MS, one.end_ms + 1, DAY_MS)) for one in scenarios]
    wanted = {OUR_BUDGET: BUDGET_PER_YEAR, OUR_MEASURE: max(1, ours.false_alarms) / ours.years}
    found = []
    for monitor in MONITORS:
        found.append(Setting(monitor.name, AS_IT_COMES, monitor, monitor.default))
        for tuning, rate in wanted.items():
            print(f"tuning {monitor.name} to {rate:.2f} a year", file=sys.stderr)
            ends = monitor.loudest, monitor.quietest
            setting = loudest_of(lambda one, of=monitor: per_year(of, one, streams), ends, rate, _HALVINGS)  # type: ignore[misc]
            found.append(Setting(monitor.name, tuning, monitor, setting))
    return found


def per_year(monitor: Naive, setting: float, streams: Sequence[tuple[Labelled, Sequence[int]]]) -> float:
    """Alarms a year, from when it could first have raised one."""
    alarms, time_ms = 0, 0
    for labelled, ends_ms in streams:
        heard = monitor.watch(labelled, ends_ms, setting, PAGED)
        alarms += len(heard.alarms)
        time_ms += 0 if heard.from_ms is None else ends_ms[-1] - heard.from_ms
    return alarms / (time_ms / _YEAR_MS) if time_ms else 0.0
