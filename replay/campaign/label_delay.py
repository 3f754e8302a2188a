"""Tests 8 and 9: labels that arrive by their value, and evidence from ripe cells instead of the order of arrival.

Positives are known at 30 Beta(1.05, 1.6) days, and the rate of misses rises or falls with that age: labels in order of
arrival make a healthy release look better or worse than it is. REV through the real `Release`.
"""

from math import inf, log
from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.special import expit, logit

from replay.campaign.figure import Figure, mean, median, share
from replay.campaign.one_release import EDGES, Rate, World, by_day, drawn, outcomes, play

Ints = NDArray[np.int64]
NATS: Final = log(20_000)
SLOPES: Final = (0.8, -0.8)
DAYS: Final = 60
_HARM: Final = 0.9


def rate(slope: float, harm: float) -> Rate:
    """Missed with .20 at an age of ten days; `slope` log odds per ten days, `harm` added from the rollout on."""
    return lambda day, age: expit(logit(0.20) + slope * (age - 10) / 10 + (harm if day >= 0 else 0.0))


def as_they_arrive(world: World, missed: Ints, n: Ints) -> tuple[Ints, Ints]:
    """The same labels in one age bin, on the day each is known: what order of arrival would read."""
    found = []
    for counts in (missed, n):
        late = np.zeros_like(counts)
        for day in range(len(counts)):
            for age_bin, age in enumerate(EDGES[:-1]):
                known = day + age
                stays_in_arm = (day < world.former_days) == (known < world.former_days)
                if known < len(counts) and stays_in_arm:
                    late[known, 0] += counts[day, age_bin]
        found.append(late)
    return found[0], found[1]


def figures(runs: int, rng: Generator) -> list[Figure]:
    """The figures of both tests."""
    found = []
    for slope in SLOPES:
        name = f"age slope {slope:+.1f}"
        healthy = outcomes(World(rate(slope, 0.0), 10, 56, 2 * DAYS, NATS), runs, rng)
        fired = [one.rollback_day is not None for one in healthy]
        found.append(share("8", f"{name}: healthy release at log 20 000", fired, high=0.005))
        for former, least in ((56, 0.85), (28, -inf)):
            days = [one.rollback_day for one in outcomes(World(rate(slope, _HARM), 10, former, DAYS, NATS), runs, rng)]
            of_former = f"{name}, former {former} days: harmful release found by day 60"
            found.append(share("8", of_former, by_day(days, DAYS), low=least))
    return found + order_of_arrival(max(runs // 4, 4), rng)


def order_of_arrival(runs: int, rng: Generator) -> list[Figure]:
    """Test 9, on the harmful releases of test 8."""
    world = World(rate(SLOPES[0], _HARM), 10, 56, DAYS, NATS)
    differences, equal, arrived_days = [], [], []
    for number in range(runs):
        data = drawn(world, rng)
        ripe = play(world, *data)
        arrived = play(world, *as_they_arrive(world, *data))
        differences.append(abs(ripe.log_m[-1] - arrived.log_m[-1]))
        arrived_days.append(arrived.rollback_day)
        if number < 4:  # slow, and exact: a few are enough
            equal.append(bool((play(world, *data, restarts=True).log_m == ripe.log_m).all()))
    return [
        median("9", "ripe against arrival order: difference of log M at day 60, nats", differences, low=1e-6),
        share("9", "in order of arrival: harmful release found by day 60", by_day(arrived_days, DAYS)),
        mean("9", "restarted after every day: same log M, bit for bit", equal, low=1.0),
    ]
