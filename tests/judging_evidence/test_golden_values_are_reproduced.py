"""Numbers that others, or we by another way, computed before: each with its source and tolerance in `golden.json`."""

import json
import random
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from river import drift
from scipy.special import comb, expit, logit, logsumexp
from scipy.stats import chi2

from monitor.counting.bins import label_age_edges
from monitor.exporting.gate import GatedCounts
from monitor.exporting.rates import cases
from monitor.judging import additive, any_dependence, beta_binomial, conditional
from monitor.judging.bets import bets, tilts
from monitor.judging.clearing import clearing_factor, clearing_tilts
from monitor.judging.coarse import coarse_edges
from monitor.judging.confidence_sequence import confidence_sequence
from monitor.judging.discoveries import e_bh
from monitor.judging.dispersion import of_series
from monitor.judging.e_detector import NOTHING, folded, log_factor, log_mixture
from monitor.judging.expected import ridge_logit
from monitor.judging.gap import reference_gap
from monitor.judging.intervals import exact, jeffreys_upper, newcombe, wilson
from monitor.judging.margin import expected, margin
from monitor.judging.revision_effect import RevisionEffect, log_combined
from tests.judging_evidence import textbook

GOLDEN = {entry["name"]: entry for entry in json.loads(Path(__file__).with_name("golden.json").read_text("utf-8"))}

EQUAL = {"sub_bernoulli_equals_likelihood_ratio": 0.0, "chunks_equal_one_run": 0.0}
"""What is published is that two runs are equal: their difference is 0."""

NOT_OFFERED = {"lond", "lord_plus_plus", "saffron"}
"""Procedures that spend a level over time: neither we nor the comparison with others offer them: levels die out."""


def steps(given: dict[str, Any]) -> list[np.ndarray]:
    """log L of every step with events; None for one without."""
    tilt = tilts([given.get("tolerated", given["p0"])])
    p0 = np.atleast_1d(given["p0"])
    found = []
    for k, n in zip(given["k"], np.broadcast_to(given["n"], np.shape(given["k"])), strict=True):
        k, n = np.atleast_1d(k), np.atleast_1d(n)
        found.append(log_factor(np.zeros(len(n), int), k, n, p0, tilt) if n.sum() else None)
    return found


def run(given: dict[str, Any], fold: Callable[[np.ndarray, np.ndarray], np.ndarray], first: float) -> list[float]:
    log_r, said = np.full((1, 8), first), []
    for log_l in steps(given):
        log_r = log_r if log_l is None else fold(log_r, log_l)
        said.append(float(log_mixture(log_r)[0]))
    return said


def fitted(given: dict[str, Any]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Expected log odds of the four cells, and their counts."""
    columns = [(0, 1 + b, 3 + "AB".index(v)) for b, v in zip(given["age_bin"], given["value"], strict=True)]
    design = np.repeat(np.arange(4), 3), np.ravel(columns)
    k, n = np.array(given["k"]), np.array(given["n"])
    beta = ridge_logit(design, 5, k, n)
    return beta[columns].sum(axis=1), k, n


def margin_of(given: dict[str, Any]) -> dict[str, Any]:
    eta, k, n = fitted(given)
    mine = [cell for cell, value in enumerate(given["value"]) if given["subgroup"] in ("overall", value)]
    found = margin(np.zeros(len(mine), int), eta[mine], (k[mine], n[mine]), 1, given["tolerance"])
    return {
        "level": found.level[0],
        "tolerated": found.tolerated[0],
        "margin": found.shift[0] - found.level[0],
        "p0": expected(eta[mine], found.shift[0]),
    }


def of_dependent_events(given: dict[str, Any]) -> list[float]:
    p0, rho, tilt = np.array([given["tolerated"]]), np.array([given["rho"]]), tilts([given["tolerated"]])
    log_r, said = np.full(8, NOTHING), []
    for k in given["k"]:
        log_r = folded(log_r, beta_binomial.log_factor((np.array([k]), np.array([given["n"]])), p0, tilt, rho)[0])
        said.append(float(log_mixture(log_r)))
    return said


def under_any_dependence(given: dict[str, Any]) -> list[float]:
    log_r, said = np.full(len(any_dependence.STAKES), NOTHING), []
    for k, n in zip(np.array(given["k"]), np.array(given["n"]), strict=True):
        log_r = (
            folded(log_r, any_dependence.log_factor(k.sum(keepdims=True), (n @ given["p0"])[None])[0])
            if n.sum()
            else log_r
        )
        said.append(float(log_mixture(log_r)))
    return said


def mean_under_the_null(given: dict[str, Any]) -> float:
    """Every outcome of every step, weighed by its probability."""
    p0, p1, n = given["p0"], given["p1"], given["n"]
    tilt = np.array([[np.log(p1 / (1 - p1)) - np.log(p0 / (1 - p0))]])
    binomial = [1, 4, 6, 4, 1]
    total = 0.0
    for outcome in product(range(n + 1), repeat=given["steps"]):
        log_r, probability = np.array([[NOTHING]]), 1.0
        for k in outcome:
            log_r = folded(log_r, log_factor(np.array([0]), np.array([k]), np.array([n]), np.array([p0]), tilt))
            probability *= binomial[k] * p0**k * (1 - p0) ** (n - k)
        total += probability * float(np.exp(log_r[0, 0]))
    return total


def mixture_of_two_arms(given: dict[str, Any]) -> dict[str, Any]:
    factors = conditional.log_factor(np.array([given["arms"]]), given["theta0"], np.array(given["tilts"]))[0]
    return {"mixture": float(logsumexp(factors) - np.log(len(factors)))}


def of_two_arms(given: dict[str, Any]) -> dict[str, Any]:
    factors = conditional.log_factor(np.array([given["arms"]]), given["theta0"], np.array(given["tilts"]))[0]
    return {"factors": factors, **mixture_of_two_arms(given)}


def largest_mean_of_two_arms(_given: dict[str, Any]) -> float:
    """The mean factor given K, over small arms, bets, and odds ratios up to the tolerable one, enumerated."""
    theta0, largest = 0.12, 0.0
    for n_a, n_b in product(range(1, 5), range(1, 6)):
        for both in range(1, n_a + n_b):
            y = np.arange(max(0, both - n_b), min(n_a, both) + 1)
            arms = np.column_stack((np.full_like(y, n_a), y, np.full_like(y, n_b), both - y))
            factors = np.exp(conditional.log_factor(arms, theta0))
            for theta in (-0.5, 0.0, theta0):
                weight = comb(n_a, y) * comb(n_b, both - y) * np.exp(theta * y)
                largest = max(largest, float((weight @ factors / weight.sum()).max()))
    return largest


def effect_of_a_revision(given: dict[str, Any]) -> list[float]:
    product, later, said = np.zeros((1, 8)), np.full((1, 8), NOTHING), []
    for log_l in steps(given):
        if log_l is not None:
            product, later = product + log_l, folded(later, log_l)
        said.append(float(log_combined(product, later, given["steps_of_horizon"])[0]))
    return said


def spread(given: dict[str, Any]) -> dict[str, float]:
    k, n = np.array(given["k"]), np.full(given["panes"], given["n"])
    p = (k.sum() + 0.5) / (n.sum() + 1)
    chi_square, rho, inflation = of_series(np.column_stack((k, n, n * p, n * p * (1 - p))))
    if rho == 0:
        return {"chi_square": chi_square, "rho": rho}
    limit = chi2.ppf(0.80, given["panes"] - 1)
    return {"p": p, "chi_square": chi_square, "limit": limit, "phi": inflation, "rho": rho}


def gap_of_reference(given: dict[str, Any]) -> dict[str, Any]:
    """And the textbook's, without the half that keeps sums from being 0: many copies of the strata drown it."""
    found = reference_gap(np.array([given["arms"]]), 0.02)
    copies = 10**7
    plain = reference_gap(np.array([given["arms"]]) * copies, 0.02)
    said = {
        name: float(one[0]) for name, one in zip(("log_odds_ratio", "standard_error", "theta0"), found, strict=True)
    }
    return said | {"plain": [float(plain.log_odds_ratio[0]), float(plain.standard_error[0] * copies**0.5)]}


def concurrent(given: dict[str, Any]) -> list[float]:
    effect, said = RevisionEffect(1, 1, given["steps_of_horizon"], bets=len(conditional.TILTS)), []
    for block in given["blocks"]:
        effect.fold_bets(conditional.log_factor(np.array([block]), given["theta0"])[None], np.array([[block[0]]]))
        said.append(float(effect.log_m[0, 0]))
    return said


def clearing(given: dict[str, Any]) -> dict[str, float]:
    """Of everyone, against the reference of the golden expected rates."""
    reference = GOLDEN[given["reference"]]["given"]
    eta, k, n = fitted(reference)
    everybody = np.zeros(len(eta), int)
    found = margin(everybody, eta, (k, n), 1, reference["tolerance"])
    tilt = clearing_tilts(found, given["m"])
    counts = np.array(given["k"]), np.array(given["n"])
    return {"tilt": tilt[0], "log_c": clearing_factor(everybody, counts, eta + found.level[0], tilt)[0]}


def clearing_of_a_canary(given: dict[str, Any]) -> list[float]:
    """The factor of two arms, mirrored."""
    arms, d = np.array([given["arms"]]), [logit(0.20 + m) - logit(0.20) for m in given["m"]]
    return [float(conditional.log_factor(arms, one, np.array([-one]))[0, 0]) for one in d]


def additive_block(given: dict[str, Any]) -> dict[str, float]:
    arms, guess, limit = np.array([given["arms"]]), np.array([given["theta_b"]]), np.array([float(given["tolerance"])])
    bet = guess + limit + given["delta"]
    a, b = additive.closest(*(np.array([one]) for one in (given["arms"][0], given["arms"][2])), bet, guess, limit)
    log_l = additive.log_factor(arms, guess, limit, np.array([given["delta"]]))
    said = {"a0": a[0], "b0": b[0], "log_l": log_l[0, 0]}
    return said if given["tolerance"] or given["arms"][0] == 20 else {name: said[name] for name in ("a0", "log_l")}


def of_one_bet(given: dict[str, Any]) -> float:
    """The largest difference of log R by our factor and by the plain likelihood ratio, e-SR recursion of both."""
    rng, p0, p1 = np.random.default_rng(20), given["p0"], given["p1"]
    tilt = np.array([[logit(p1) - logit(p0)]])
    ours, plain, largest = np.array([[NOTHING]]), 0.0, 0.0
    for k in rng.binomial(4, 0.3, 50).tolist():
        ours = folded(ours, log_factor(np.array([0]), np.array([k]), np.array([4]), np.array([p0]), tilt))
        plain = (p1 / p0) ** k * ((1 - p1) / (1 - p0)) ** (4 - k) * (1 + plain)
        largest = max(largest, abs(float(ours[0, 0]) - np.log(plain)))
    return largest


def of_two_chunks(_given: dict[str, Any]) -> float:
    """The largest difference of log R after one run and after two, the second begun with what the first left."""
    rng = np.random.default_rng(21)
    log_l = rng.normal(0, 1, (40, 8))
    one, first = np.full(8, NOTHING), np.full(8, NOTHING)
    for step in log_l:
        one = folded(one, step)
    for step in log_l[:17]:
        first = folded(first, step)
    second = np.frombuffer(first.tobytes()).copy()
    for step in log_l[17:]:
        second = folded(second, step)
    return float(np.abs(one - second).max())


def mixture_weights(_given: dict[str, Any]) -> list[float]:
    """A mixture of bets that are all 1 is 1: of D1, of a gap, under any dependence, of calibration."""
    sizes = (8, len(conditional.TILTS), len(any_dependence.STAKES), len(additive.STEPS))
    return [float(np.exp(log_mixture(np.zeros(size)))) for size in sizes]


def risk_adjusted(given: dict[str, Any]) -> list[list[list[float]]]:
    """Steiner's scores are our factor of one event: the odds that are bet on are his odds multiplied."""
    risk = expit(given["intercept"] + given["slope"] * np.array(given["parsonnet"]))
    return [
        [
            [
                float(
                    log_factor(np.array([0]), np.array([y]), np.array([1]), p[None], np.array([[np.log(odds)]]))[0, 0]
                )
                for y in (0, 1)
            ]
            for p in risk
        ]
        for odds in given["odds"]
    ]


def beta_binomial_of_confseq(given: dict[str, Any]) -> dict[str, float]:
    v_opt, g, h = given["rho"], given["g"], given["h"]

    def at(s: float, *, two_sided: bool) -> float:
        return textbook.beta_binomial_log_mixture(s, given["v"], v_opt, g, h, two_sided=two_sided)

    reached = textbook.bound(lambda s: at(s, two_sided=False), 0.05, 200)
    return {"two_sided": at(given["s"], two_sided=True), "one_sided": at(given["s"], two_sided=False), "bound": reached}


def normal_of_confseq(given: dict[str, Any]) -> dict[str, float]:
    sides = {"two_sided": True, "one_sided": False}
    arguments = given["s"], given["v"], given["rho"]
    return {name: textbook.normal_log_mixture(*arguments, two_sided=two) for name, two in sides.items()}


def bound_of_confseq(given: dict[str, Any]) -> float:
    v, rho = given["v"], given["rho"]
    return textbook.bound(lambda s: textbook.normal_log_mixture(s, v, rho, two_sided=False), given["alpha"], 200)


def run_length_of_cusum(given: dict[str, Any]) -> dict[str, float]:
    found = textbook.run_length_of_bernoulli_cusum(given["h"], given["p0"], np.log(2), given["states"])
    return {"computed": found, "published": round(found)}


def selection_of_the_guide(given: dict[str, Any]) -> dict[str, Any]:
    """Fairlearn's rates, and the quantiles its bootstrap draws, exact."""
    flagged = {"a": 5, "b": 5}
    counts = {name: GatedCounts(n=n, n_predicted_positive=flagged[name]) for name, n in given["n"].items()}
    found = {name: cases("selection_rate", one) for name, one in counts.items()}
    k, n = (sum(getattr(one, column) for one in found.values()) for column in ("k", "n"))
    said = {name: one.k / one.n for name, one in found.items() if one is not None}
    return {"overall": k / n, **said, "quantiles": textbook.bootstrap_quantiles(k, n, given["quantiles"])}


def first_detections(_given: dict[str, Any]) -> dict[str, int]:
    """The examples of river's own pages, which draw with the standard library."""
    rng = random.Random(12345)
    shifted = rng.choices([0, 1], k=1000) + rng.choices(range(4, 8), k=1000)
    rng = random.Random(42)
    harder = rng.choices([0, 1], k=1000)
    harder += rng.choices([0, 1], k=1000, weights=[0.3, 0.7])
    streams = {"ADWIN": (drift.ADWIN(), shifted), "PageHinkley": (drift.PageHinkley(), shifted)}
    found = {}
    for name, (detector, stream) in (streams | {"DDM": (drift.binary.DDM(), harder)}).items():
        for place, value in enumerate(stream):
            detector.update(value)
            if detector.drift_detected:
                found[name] = place
                break
    return found


COMPUTE: dict[str, Callable[[dict[str, Any]], Any]] = {
    "d1_bets": lambda given: bets([given["tolerated"]])[0],
    "d1_tilts": lambda given: tilts([given["tolerated"]])[0],
    "d1_one_stratum": lambda given: run(given, folded, NOTHING),
    "d1_one_stratum_cusum": lambda given: run(given, lambda log_r, log_l: np.maximum(log_r, 0) + log_l, NOTHING),
    "d1_three_strata": lambda given: run(given, folded, NOTHING),
    "d1_three_strata_product": lambda given: run(given, lambda log_r, log_l: log_r + log_l, 0.0),
    "expected_rates": lambda given: expit(fitted(given)[0]),
    "margin_of_subgroup_b": margin_of,
    "margin_of_overall": margin_of,
    "bin_edges": lambda given: label_age_edges(given["horizon_days"], given["pane_days"]),
    "coarse_bins": lambda given: coarse_edges(label_age_edges(given["horizon_days"], given["pane_days"])),
    "d1_beta_binomial": of_dependent_events,
    "d1_any_dependence": under_any_dependence,
    "conditional_factor_mean_at_most_one": largest_mean_of_two_arms,
    "conditional_factor_20_5_200_20": of_two_arms,
    "conditional_factor": mixture_of_two_arms,
    "rev_three_strata": effect_of_a_revision,
    "overdispersed": spread,
    "not_overdispersed": spread,
    "d3": concurrent,
    "reference_gap": gap_of_reference,
    "clearing_by_a_tenth": clearing,
    "clearing_strictly": clearing,
    "clearing_of_a_canary": clearing_of_a_canary,
    "shiryaev_roberts_mean": mean_under_the_null,
    "additive_block_no_tolerance": additive_block,
    "additive_block_with_tolerance": additive_block,
    "additive_block_small": additive_block,
    "sub_bernoulli_equals_likelihood_ratio": of_one_bet,
    "chunks_equal_one_run": of_two_chunks,
    "weights_sum_to_one": mixture_weights,
    "confidence_sequence": lambda given: confidence_sequence(given["k"], given["n"], 1 - given["alpha"]),
    "exact_binomial": lambda given: exact(given["k"], given["n"], given["level"]),
    "confseq_best_rho": lambda given: textbook.best_rho(given["v"], given["alpha"]),
    "confseq_normal_log_mixture": normal_of_confseq,
    "confseq_one_sided_normal_bound": bound_of_confseq,
    "confseq_beta_binomial_log_mixture": beta_binomial_of_confseq,
    "confseq_poly_stitching_bound": lambda given: textbook.poly_stitching_bound(**given),
    "confseq_bernoulli_interval": lambda given: [textbook.bernoulli_interval(*one) for one in given["k_n_alpha_topt"]],
    "cusum_bernoulli_run_length": run_length_of_cusum,
    "cusum_gaussian_run_length": lambda given: [
        textbook.run_length_of_gaussian_cusum(given["k"], given["h"], given["states"], one) for one in given["shift"]
    ],
    "risk_adjusted_scores": risk_adjusted,
    "e_bh": lambda given: e_bh(given["e"], given["alpha"]),
    "fairlearn_selection": selection_of_the_guide,
    "river_first_detections": first_detections,
    "jeffreys_upper": lambda given: jeffreys_upper(given["k"], given["n"]),
    "wilson": lambda given: wilson(given["k"], given["n"]),
    "newcombe": lambda given: newcombe(*given["counts"]),
}


def computed(name: str) -> Callable[[dict[str, Any]], Any] | None:
    """How a golden value is computed here: by its name, or by the beginning of it."""
    families = ("jeffreys_upper", "wilson", "newcombe", "conditional_factor", "confidence_sequence", "e_bh")
    family = next((one for one in families if name.startswith(one)), name)
    return COMPUTE.get(name, COMPUTE.get(family))


@pytest.mark.parametrize("name", [name for name in GOLDEN if name not in NOT_OFFERED])
def test_a_golden_value_is_reproduced(name: str) -> None:
    entry, compute = GOLDEN[name], computed(name)
    assert compute is not None
    found, wanted = compute(entry["given"]), EQUAL.get(name, entry["expected"])
    if isinstance(wanted, dict):
        assert found.keys() == wanted.keys()
        for key, value in wanted.items():
            np.testing.assert_allclose(found[key], value, rtol=0, atol=entry["tolerance"])
    else:
        np.testing.assert_allclose(found, wanted, rtol=0, atol=entry["tolerance"])


def test_no_golden_value_is_dropped() -> None:
    assert {name for name in GOLDEN if computed(name) is None} == NOT_OFFERED
