"""The growth of gradients where batch norm follows the activation."""

import functools
import math

import numpy as np
from jax.scipy.special import ndtri

from bnact.activations import Activation
from bnact.theory.evaluation import evaluate

from .normal_moments import normal_moments
from .rate_arguments import raised_by
from .symmetric_point import constant

# Numbers drawn, over all shifts: the second is tried where the first is not enough.
_EFFORTS = (2**20, 2**23)
_SHIFTS = 16
_FEWEST_POINTS = 32
_ENOUGH = 1e-3
_TOLERATED = 2e-3
# Offsets beyond 6.5 have a probability of 8e-11. The ratio is smooth in it, being one of means over a normal.
_REACH = 6.5
_PANELS = 13
_NODES_PER_PANEL = 8


def rate_of_infinite_batch(
    what: str, phi: Activation, scale: float, shift: float, weight_scale: float
) -> float:
    """The mean, over the offset of a feature, of weight_scale^2 scale^2 E phi'(h)^2 / Var phi(h).

    h = weight_scale (scale z + shift z0), where z0 is one for all examples: the shift reaches the feature
    through one and the same sum of weights.

    Args:
      what: the function that errors name.
      phi: an activation without jumps.
      scale: the norm's scale, not 0.
      shift: the norm's shift.
      weight_scale: standard deviation of a weight times the root of its fan-in, so that weight_variance is
        weight_scale^2.

    Returns:
      The rate.

    Raises:
      ValueError: phi is too steep, or so far in its tail that it is constant.
    """
    if shift == 0.0:
        with raised_by(what):
            return _ratio(phi, weight_scale * scale, 0.0)
    offsets, weights = _offsets()
    try:
        ratios = [_ratio(phi, weight_scale * scale, weight_scale * shift * z) for z in offsets.tolist()]
    except ValueError as error:
        raise ValueError(
            f"{what}: the shift must not carry whole features into the tails of {phi.name}, where "
            f"the variance of a batch is lost to rounding; got scale={scale:g}, shift={shift:g}, "
            f"weight_scale={weight_scale:g}; bring the shift nearer to 0"
        ) from error
    return float(weights @ ratios)


def rate_of_batch(
    what: str, phi: Activation, batch_size: int, scale: float, shift: float, weight_scale: float
) -> float:
    """The same for a batch of B, where h = weight_scale (scale sqrt(B / (B - 1)) G z + shift z0).

    weight_scale^2 scale^2 B E[(D_1^2 P_11 - D_1 D_2 P_12) / |Gy|^2] with y = phi(h), D = phi'(h),
    u = Gy / |Gy| and P = G - u u^T, by quasi-Monte-Carlo over h, averaged over the batch. The relative
    standard error, over random shifts of the points, is below 2e-3, and for most activations below 1e-3.

    Args:
      what: the function that errors name.
      phi: an activation without jumps.
      batch_size: B, at least 4.
      scale: the norm's scale, not 0.
      shift: the norm's shift.
      weight_scale: standard deviation of a weight times the root of its fan-in, so that weight_variance is
        weight_scale^2.

    Returns:
      The rate; the same at every call.

    Raises:
      ValueError: that error is not reached, since rare batches that are nearly constant make up the mean.
    """
    with raised_by(what):
        return _drawn_rate(phi, batch_size, scale, shift, weight_scale)


@functools.lru_cache(maxsize=256)
def _drawn_rate(phi: Activation, batch_size: int, scale: float, shift: float, weight_scale: float) -> float:
    mean, error = 0.0, math.inf
    for effort in _EFFORTS:
        points = max(_FEWEST_POINTS, effort // (_SHIFTS * (batch_size + 1)))
        sequence = np.arange(1, points + 1)[:, None] * _steps(batch_size + 1)
        random = np.random.default_rng(0)
        offsets = (random.uniform(size=batch_size + 1) for _ in range(_SHIFTS))
        uniform = ((sequence + offset) % 1.0 for offset in offsets)
        means = [_mean_growth(phi, numbers, scale, shift, weight_scale) for numbers in uniform]
        mean, error = float(np.mean(means)), float(np.std(means, ddof=1)) / math.sqrt(_SHIFTS)
        if error <= _ENOUGH * mean:
            break
    if not 0.0 < mean < math.inf or error > _TOLERATED * mean:
        raise ValueError(
            f"the mean over batches must not be made up by the rare ones that {phi.name} maps to "
            f"nearly one value; got {mean:.4g}, standard error {error:.1g}, at batch_size={batch_size}, "
            f"scale={scale:g}, shift={shift:g}; use a larger batch, a smaller shift, or None for an infinite "
            "batch"
        )
    return mean


def _ratio(phi: Activation, scale: float, shift: float) -> float:
    """scale^2 E phi'(x)^2 / Var phi(x), x = scale z + shift."""
    moments = normal_moments(phi, scale, shift)
    if not moments.variance > 0.0:
        raise constant(phi, scale, shift)
    return moments.a_a / moments.variance


def _mean_growth(
    phi: Activation, uniform: np.ndarray, scale: float, shift: float, weight_scale: float
) -> float:
    """The mean over points (points, B + 1), of which B make the batch and one its length.

    Lengths are drawn from chi of n - 2 degrees, n = B - 1, and weighted by r^2 / (n - 2): the density is then
    that of chi of n degrees, and 1 / |Gy|^2, which for small batches has no finite variance, is bounded.
    """
    size = uniform.shape[1] - 1
    tiny = np.finfo(np.float64).eps
    normal = evaluate(ndtri, uniform[:, :size].clip(tiny, 1.0 - tiny))
    mean = normal.mean(axis=1, keepdims=True)
    centered = (normal - mean) * uniform[:, size:] ** (1.0 / (size - 3))
    weights = np.sum(centered**2, axis=1) / (size - 3)
    spread = scale * math.sqrt(size / (size - 1)) * centered
    growth = _growth(phi, weight_scale * (spread + shift * math.sqrt(size) * mean))
    return weight_scale**2 * scale**2 * size * float(np.mean(weights * growth))


@np.errstate(over="ignore", invalid="ignore")  # what is no number is refused by its mean
def _growth(phi: Activation, h: np.ndarray) -> np.ndarray:
    """(D_1^2 P_11 - D_1 D_2 P_12) / |Gy|^2 in the mean over the examples and pairs of each row of h."""
    size = h.shape[1]
    value, slope = evaluate(phi, h), evaluate(phi.derivative, h)
    value = value - value.mean(axis=1, keepdims=True)
    length = np.sum(value**2, axis=1)
    varies = length > 0.0  # a row that phi maps to one value hands no gradient on
    length = np.where(varies, length, 1.0)
    own = np.sum(slope**2, axis=1) * (1.0 - 1.0 / size) - np.sum((slope * value) ** 2, axis=1) / length
    variance = np.sum((slope - slope.mean(axis=1, keepdims=True)) ** 2, axis=1)
    every = variance - np.sum(slope * value, axis=1) ** 2 / length
    return np.where(varies, (own - (every - own) / (size - 1)) / size / length, 0.0)


def _steps(count: int) -> np.ndarray:
    """The square roots of the first primes: multiples of them fill the unit cube evenly."""
    bound = 15 + int(count * (math.log(count) + math.log(math.log(count + 2))))
    is_prime = np.ones(bound, bool)
    is_prime[:2] = False
    for factor in range(2, math.isqrt(bound) + 1):
        is_prime[factor * factor :: factor] = False
    return np.sqrt(np.flatnonzero(is_prime)[:count]) % 1.0


def _offsets() -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights of a standard normal, for a smooth function."""
    nodes, weights = np.polynomial.legendre.leggauss(_NODES_PER_PANEL)
    centers = (np.arange(_PANELS) + 0.5) * (2.0 * _REACH / _PANELS) - _REACH
    z = (centers[:, None] + _REACH / _PANELS * nodes).ravel()
    density = np.exp(-(z**2) / 2.0) / math.sqrt(2.0 * math.pi)
    return z, np.tile(weights * _REACH / _PANELS, _PANELS) * density
