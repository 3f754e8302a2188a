"""What others publish, written down from their formulas: it is held against their own numbers, and ours against it."""

from collections.abc import Callable

import numpy as np
from scipy.optimize import brentq
from scipy.special import betainc, betaln, ndtr, zeta
from scipy.stats import binom, norm


def best_rho(v: float, alpha: float) -> float:
    """confseq: the normal mixture that is tightest at intrinsic time v."""
    two = 2 * np.log(1 / alpha)
    return float(v / (two + np.log(1 + two)))


def normal_log_mixture(s: float, v: float, v_opt: float, alpha: float = 0.05, *, two_sided: bool) -> float:
    """confseq: log of the normal mixture supermartingale."""
    rho = best_rho(v_opt, alpha if two_sided else 2 * alpha)
    if two_sided:
        return float(0.5 * np.log(rho / (v + rho)) + s**2 / (2 * (v + rho)))
    return float(0.5 * np.log(4 * rho / (v + rho)) + s**2 / (2 * (v + rho)) + np.log(ndtr(s / np.sqrt(v + rho))))


def beta_binomial_log_mixture(
    s: float, v: float, v_opt: float, g: float, h: float, alpha: float = 0.05, *, two_sided: bool
) -> float:
    """confseq: log of the beta-binomial mixture supermartingale, of steps between -g and h."""
    rho = max(best_rho(v_opt, alpha if two_sided else 2 * alpha) - g * h, 1e-3 * g * h)
    x = 1.0 if two_sided else h / (g + h)

    def log_incomplete_beta(a: float, b: float) -> float:
        return float(betaln(a, b) + np.log(betainc(a, b, x)))

    return float(
        v / (g * h) * np.log(g + h)
        - (v + h * s) / (h * (g + h)) * np.log(g)
        - (v - g * s) / (g * (g + h)) * np.log(h)
        + log_incomplete_beta((rho + v - g * s) / (g * (g + h)), (rho + v + h * s) / (h * (g + h)))
        - log_incomplete_beta(rho / (g * (g + h)), rho / (h * (g + h)))
    )


def bound(log_mixture: Callable[[float], float], alpha: float, most: float) -> float:
    """Where a mixture reaches 1 / alpha."""
    return float(brentq(lambda s: log_mixture(s) - np.log(1 / alpha), 0, most, xtol=1e-10))


def poly_stitching_bound(v: float, alpha: float, v_min: float, c: float, s: float = 1.4, eta: float = 2) -> float:
    """confseq: the polynomial stitched bound of a sub-gamma process."""
    ell = s * np.log(np.log(eta * max(v, v_min) / v_min)) + np.log(zeta(s) / (alpha * np.log(eta) ** s))
    k1, k2 = (eta**0.25 + eta**-0.25) / np.sqrt(2), (np.sqrt(eta) + 1) / 2
    term = k2 * c * ell
    return float(np.sqrt(k1**2 * max(v, v_min) * ell + term**2) + term)


def bernoulli_interval(k: int, n: int, alpha: float, t_opt: float) -> tuple[float, float]:
    """confseq: the confidence sequence of a rate, tightest after `t_opt` samples."""

    def outside(p: float) -> float:
        v = p * (1 - p)
        s = (k / n - p) * n
        return beta_binomial_log_mixture(s, n * v, t_opt * v, p, 1 - p, two_sided=True) - np.log(1 / alpha)

    low = 0.0 if k == 0 or outside(1e-9) < 0 else float(brentq(outside, 1e-9, k / n, xtol=1e-10))
    return low, float(brentq(outside, k / n, 1 - 1e-9, xtol=1e-10))


def run_length_of_bernoulli_cusum(h: float, p0: float, theta: float, states: int) -> float:
    """Mean steps to the alarm of max(0, S + log likelihood ratio) > h, odds exp(theta); Brook and Evans' chain."""
    shrink = np.log(1 - p0 + p0 * np.exp(theta))
    width = 2 * h / (2 * states - 1)
    chain = np.zeros((states, states))
    for move, probability in ((theta - shrink, p0), (-shrink, 1 - p0)):
        to = np.maximum(0, np.floor(np.arange(states) + move / width + 0.5)).astype(int)
        stays = to < states
        np.add.at(chain, (np.arange(states)[stays], to[stays]), probability)
    return float(np.linalg.solve(np.eye(states) - chain, np.ones(states))[0])


def run_length_of_gaussian_cusum(k: float, h: float, states: int, shift: float) -> float:
    """Mean steps to the alarm of max(0, S + X - k) > h, X normal with mean `shift`; Brook and Evans' chain."""
    width = 2 * h / (2 * states - 1)
    middle = np.arange(states) * width
    edge = middle[None, :] - middle[:, None] + k - shift
    chain = norm.cdf(edge + width / 2) - norm.cdf(edge - width / 2)
    chain[:, 0] = norm.cdf(edge[:, 0] + width / 2)
    return float(np.linalg.solve(np.eye(states) - chain, np.ones(states))[0])


def bootstrap_quantiles(k: int, n: int, quantiles: list[float]) -> list[float]:
    """Quantiles of the bootstrap distribution of a share, exact: no draws are needed of a binomial."""
    return [float(one) for one in binom.ppf(quantiles, n, k / n) / n]
