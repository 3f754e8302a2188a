"""One day of cases, drawn: who came, what the model said, what turned out and when that became known.

Beside the way of an event: `generator` makes records of them. A function of scenario and day: every day has a generator
of its own, so that a change on one day leaves all others as they are.
"""

from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from monitor.simulating.population import Floats, Population
from monitor.simulating.scenario import DAY_MS, Attribute, Delay, RateName, Scenario
from monitor.simulating.servers import Calendar, Servers
from monitor.vocabulary import UNKNOWN, band_slugs

Ints = NDArray[np.int64]
Sent = str | int | None

_HASH_BYTES = 8
_OLDER_THAN_LAST_EDGE = 10
_STANDARD = NormalDist()


@dataclass(frozen=True)
class Cases:
    """The cases of one day by time; every array has shape (cases,).

    Parameters
    ----------
    prediction_id
        16 hexadecimal digits each.
    time_ms
        Of the inference.
    combination, revision
        Indexes into `Population.combinations` and the pods that serve: without others, the scenario's revisions.
    score, prediction, label
        0 to 1 in four digits; 1 where the score is at least .5; what turns out.
    learnt_ms
        When the label becomes known.
    is_missing
        Whether it never does.
    is_audited
        Whether it is looked for only because the case was drawn at random.
    sent
        By attribute: what is sent for each case.
    """

    prediction_id: list[str]
    time_ms: Ints
    combination: Ints
    revision: Ints
    score: Floats
    prediction: Ints
    label: Ints
    learnt_ms: Ints
    is_missing: NDArray[np.bool_]
    is_audited: NDArray[np.bool_]
    sent: dict[str, list[Sent]]


class Draws:
    """The cases of a scenario, day by day.

    The score is a normal variate, moved so that exactly the wished share of positives falls below .5 and of negatives
    does not, then squeezed to 0..1: where the error rate rises, scores move, too.

    Parameters
    ----------
    scenario
        The story.
    servers
        Who answers; None: as the scenario says.

    Examples
    --------
    >>> from monitor.simulating.library import load_scenario
    >>> cases = Draws(load_scenario("fair")).day(0)
    >>> bool(((cases.score >= 0.5) == cases.prediction).all()), bool((cases.learnt_ms >= cases.time_ms).all())
    (True, True)
    """

    def __init__(self, scenario: Scenario, servers: Servers | None = None) -> None:
        self._scenario = scenario
        self._servers = servers or Calendar(scenario)
        self._population = Population(scenario)

    def day(self, day: int) -> Cases:
        """The cases of a day; those of the first one are number 0."""
        scenario, population = self._scenario, self._population
        rng = np.random.default_rng([scenario.seed, day])
        count = int(rng.poisson(scenario.events_per_day))
        time_ms = scenario.start_ms + day * DAY_MS + np.sort(rng.integers(0, DAY_MS, count))
        combination = rng.choice(len(population.combinations), count, p=population.weights(day))
        shares = self._servers.shares(day)
        revision = rng.choice(len(shares), count, p=shares)
        label = (rng.random(count) < self._of("label_prevalence", day)[revision, combination]).astype(np.int64)
        false_positive, false_negative = self._of("false_positive_rate", day), self._of("false_negative_rate", day)
        means = np.stack((_quantile(false_positive), -_quantile(false_negative)))
        shown = means[label, revision, combination] + rng.standard_normal(count)
        score = (1 / (1 + np.exp(-shown))).round(4)
        prediction = (score >= 0.5).astype(np.int64)
        unverified = np.where(prediction == 0, self._of("unverified", day)[revision, combination], 0.0)
        missing = self._of("missing_labels", day)[revision, combination]
        is_missing = rng.random(count) < missing + (1 - missing) * unverified
        labels = scenario.labels
        ages = np.where(label == 1, _ages(labels.positive, rng, count), _ages(labels.negative, rng, count))
        raw = rng.bytes(_HASH_BYTES * count).hex()
        return Cases(
            prediction_id=[raw[at : at + 2 * _HASH_BYTES] for at in range(0, len(raw), 2 * _HASH_BYTES)],
            time_ms=time_ms,
            combination=combination,
            revision=revision,
            score=score,
            prediction=prediction,
            label=label,
            learnt_ms=time_ms + ages,
            is_missing=is_missing,
            is_audited=unverified > 0,
            sent=self._sent(combination, rng),
        )

    def _of(self, name: RateName, day: int) -> Floats:
        """A rate by pods that serve and combination."""
        return np.stack([self._population.rate(name, day, one.revision) for one in self._servers.pods])

    @cached_property
    def _values(self) -> list[list[str]]:
        """By attribute: its value in each combination."""
        return [list(values) for values in zip(*self._population.combinations, strict=True)]

    def _sent(self, combination: Ints, rng: np.random.Generator) -> dict[str, list[Sent]]:
        sent: dict[str, list[Sent]] = {}
        for (name, attribute), values in zip(self._scenario.attributes.items(), self._values, strict=True):
            said = [values[one] for one in combination.tolist()]
            sent[attribute.source or name] = _as_sent(attribute, said, rng)
        return sent


def _as_sent(attribute: Attribute, values: list[str], rng: np.random.Generator) -> list[Sent]:
    """What is sent for the values of an attribute: null where it is unknown, a number within a band."""
    spread = rng.random(len(values)).tolist()
    if not attribute.bands:
        return [None if value == UNKNOWN else value for value in values]
    upper = (*attribute.bands[1:], attribute.bands[-1] + _OLDER_THAN_LAST_EDGE)
    limits = dict(zip(band_slugs(attribute.bands), zip(attribute.bands, upper, strict=True), strict=True))
    sent: list[Sent] = []
    for value, part in zip(values, spread, strict=True):
        if value == UNKNOWN:
            sent.append(None)
        else:
            low, high = limits[value]
            sent.append(int(low + part * (high - low)))
    return sent


def _quantile(rates: Floats) -> Floats:
    """Standard normal quantiles of rates between 0 and 1."""
    flat = [_STANDARD.inv_cdf(rate) for rate in rates.ravel().tolist()]
    return np.array(flat).reshape(rates.shape)


def _ages(delay: Delay, rng: np.random.Generator, count: int) -> Ints:
    low, high = delay.days
    return ((low + (high - low) * rng.beta(*delay.shape, count)) * DAY_MS).astype(np.int64)
