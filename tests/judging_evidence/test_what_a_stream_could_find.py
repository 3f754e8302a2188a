"""Planning: what a stream could find within a month, and the divergence behind it."""

import numpy as np
import pytest

from monitor.judging.bets import bets
from monitor.judging.divergence import divergence, rate_at
from monitor.judging.intervals import jeffreys, newcombe, wilson
from monitor.judging.power import blind_below

P = np.array([0.001, 0.02, 0.10, 0.5, 0.9, 0.97])


def test_the_rate_at_a_divergence_has_that_divergence() -> None:
    for nats in (1e-4, 0.01, 0.02):
        assert divergence(rate_at(P, nats), P) == pytest.approx(np.full(len(P), nats), rel=1e-9)


def test_beyond_certainty_there_is_no_rate() -> None:
    assert rate_at(P, -np.log(P) + 1e-6).tolist() == [1.0] * len(P)


def test_bets_rise_from_just_above_the_limit_and_stay_below_one() -> None:
    found = bets(P)
    assert (np.diff(found, axis=1) > 0).all()
    assert (found[:, 0] > P).all()
    assert found.max() <= 0.98
    # At .97 the nearest bet is the middle between the limit and .98.
    assert found[-1, 0] == pytest.approx(0.975)


def test_more_traffic_sees_smaller_harm_and_none_sees_nothing() -> None:
    found = blind_below([0, 0.01, 1, 10, 1_000], 0.12, 9.0)
    assert found[:2].tolist() == [1.0, 1.0]
    assert (np.diff(found[1:]) < 0).all()
    assert found[-1] > 0.12


def test_what_is_found_is_found_within_thirty_days() -> None:
    # By the definition: 30 days of m events at that rate bring the threshold.
    below = blind_below(5.0, 0.12, 9.0)
    assert 30 * 5.0 * divergence(below, 0.12) == pytest.approx(9.0)


@pytest.mark.parametrize("interval", [wilson, jeffreys, lambda k, n: newcombe(k, n, 1, 2)])
@pytest.mark.parametrize(("k", "n"), [(0, 0), (-1, 5), (6, 5)])
def test_without_samples_or_with_more_cases_than_samples_there_is_no_interval(interval, k: int, n: int) -> None:
    with pytest.raises(ValueError, match="need 0 <= k <= n and n > 0"):
        interval(k, n)


def test_an_interval_holds_its_rate_and_ends_at_the_ends() -> None:
    for interval in (wilson, jeffreys):
        for k in range(21):
            low, high = interval(k, 20)
            assert 0 <= low <= k / 20 <= high <= 1
    assert jeffreys(0, 20)[0] == 0
    assert jeffreys(20, 20)[1] == 1
