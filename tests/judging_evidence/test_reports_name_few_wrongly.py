"""Which streams a report names: few of them wrongly, whatever their dependence; and intervals that may be watched."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.judging.confidence_sequence import confidence_sequence
from monitor.judging.discoveries import e_bh, e_detector_bh
from monitor.judging.intervals import wilson
from tests.judging_evidence import textbook

E_VALUES = st.lists(st.floats(0, 1e6), min_size=1, max_size=12)


@given(E_VALUES, st.floats(0.01, 0.5))
def test_those_named_are_the_largest_and_each_pays_for_its_share(e_values: list[float], alpha: float) -> None:
    named = set(e_bh(e_values, alpha).tolist())
    if named:
        least = min(e_values[one] for one in named)
        assert least >= len(e_values) / (len(named) * alpha) * (1 - 1e-9)
        assert all(e_values[one] <= least for one in set(range(len(e_values))) - named)
    more = sorted(e_values, reverse=True)[len(named) :]
    for extra, value in enumerate(more, start=1):  # and no larger set would do
        assert value < len(e_values) / ((len(named) + extra) * alpha) * (1 + 1e-9)


@pytest.mark.parametrize("shared", [True, False], ids=["all moved by one draw", "independent"])
def test_of_streams_without_drift_few_are_named(shared: bool) -> None:
    # e = 1 / (20 u) for u < .05, else 0: mean below 1, and as heavy a tail as an e-value of mean 1 can have there.
    rng, runs, streams, alpha = np.random.default_rng(5), 4_000, 10, 0.1
    u = rng.random((runs, 1 if shared else streams))
    e_values = np.broadcast_to(0.5 / np.sqrt(u), (runs, streams)).copy()
    e_values[:, :3] = 1e4  # three are truly harmed
    share = []
    for row in e_values:
        named = e_bh(row, alpha)
        share.append((named >= 3).sum() / max(1, len(named)))
    assert 0 < np.mean(share) <= alpha


def test_one_stream_alone_needs_all_its_evidence_and_many_help_each_other() -> None:
    needed = np.log(4 * 1_000)
    assert not len(e_detector_bh([needed - 0.01, 0, 0, 0], 1_000))
    assert e_detector_bh([needed, 0, 0, 0], 1_000).tolist() == [0]
    assert e_detector_bh([needed - np.log(2)] * 2 + [0, 0], 1_000).tolist() == [0, 1]
    assert not len(e_detector_bh([-np.inf], 1_000))


@pytest.mark.parametrize("alpha", [0, 1, -0.1])
def test_a_share_that_is_none_is_refused(alpha: float) -> None:
    with pytest.raises(ValueError, match="alpha"):
        e_bh([1.0], alpha)


def test_an_interval_that_is_watched_holds_all_the_time_and_one_that_is_not_does_not() -> None:
    rng, p, runs, steps = np.random.default_rng(6), 0.2, 300, 400
    k = rng.binomial(1, p, (runs, steps)).cumsum(axis=1)
    missed = {"watched": 0, "read once": 0}
    for run in k.tolist():
        for name, interval in (("watched", confidence_sequence), ("read once", wilson)):
            for n in range(10, steps, 10):
                low, high = interval(run[n - 1], n)
                if not low <= p <= high:
                    missed[name] += 1
                    break
    assert missed["watched"] / runs <= 0.05
    assert missed["read once"] / runs > 0.15


@pytest.mark.parametrize(("k", "n"), [(15, 50), (700, 1_000), (1, 50)])
def test_it_is_about_as_wide_as_the_published_one_of_others(k: int, n: int) -> None:
    ours, theirs = confidence_sequence(k, n), textbook.bernoulli_interval(k, n, 0.05, n)
    assert 0.8 < (ours[1] - ours[0]) / (theirs[1] - theirs[0]) < 1.4


@pytest.mark.parametrize(("k", "n"), [(-1, 5), (6, 5), (0, 0)])
def test_an_interval_of_no_samples_is_refused(k: int, n: int) -> None:
    with pytest.raises(ValueError, match="need 0 <= k <= n"):
        confidence_sequence(k, n)
