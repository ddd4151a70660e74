"""How often a unit is dead on a batch: where the slope of its activation is 0 on every example of it."""

import math

import numpy as np
from jax.scipy.special import ndtr

from bnact.activations import Activation, get
from bnact.activations.activation import Interval
from bnact.numerics.quadrature import expectation
from bnact.theory.evaluation import correlations, evaluate, one_number, whole_number

from .batch_sizes import check_batch_size
from .dead_under_batch_norm import largest_below

_DRAWN_VALUES = 2**22
_FEWEST_BATCHES = 2**12
# A normal distribution function rises within these deviations of its middle; its power B before them.
_RISE = np.arange(-12.0, 12.5, 0.5)


def dead_share(
    activation: str | Activation,
    batch_size: int,
    mean: float = 0.0,
    variance: float = 1.0,
    correlation: float = 0.0,
) -> float:
    """P(phi' is 0 on each of B examples) for normal pre-activations of a wide layer, without a norm.

    Any two examples have the given correlation c: h_i = mean + sqrt(variance) (sqrt(c) w + sqrt(1 - c) z_i),
    and the share is E p(w)^B with p(w) = P(h_i is where phi is flat | w). For relu at mean 0: 2^-B at c = 0,
    1/(B + 1) at c = 1/2, 1/2 at c = 1. Dead on this batch is not dead on every batch: how often a network
    gives 0 for every input is `bnact.theory.born_dead_probability`. Behind batch norm the examples are not
    independent, see `bnact.theory.dead_share_under_batch_norm`.

    Args:
      activation: a name in `ACTIVATIONS` or an `Activation`.
      batch_size: B, at least 1.
      mean: of the pre-activations, one number.
      variance: of the pre-activations, positive, one number.
      correlation: of a unit's pre-activations at two examples, within [0, 1], one number.

    Returns:
      The share of units, to about 1e-10; 0 for an activation that is flat nowhere.

    Raises:
      ValueError: an unknown activation, a batch size below 1, or a mean, variance or correlation that is an
        array or outside what is said above.
    """
    phi = get(activation)
    mean, variance, correlation = (
        one_number("dead_share", *each)
        for each in (("mean", mean), ("variance", variance), ("correlation", correlation))
    )
    size = _examples(batch_size)
    _check(mean, variance, correlation)
    flat, deviation = _merged(phi.flat), math.sqrt(variance)
    shared, own = deviation * math.sqrt(correlation), deviation * math.sqrt(1.0 - correlation)
    if own == 0.0:
        return float(_mass(flat, np.array([mean]), deviation)[0])
    if shared == 0.0:
        return float(_mass(flat, np.array([mean]), own)[0] ** size)
    ends = np.array([end for interval in flat for end in interval if math.isfinite(end)])
    kinks = ((ends[:, None] - mean + own * _RISE) / shared).ravel()
    return float(expectation(lambda w: _mass(flat, mean + shared * w, own) ** size, tuple(kinks)))


def dead_share_under_batch_norm(
    activation: str | Activation, batch_size: int, scale: float = 1.0, shift: float = 0.0
) -> float:
    """P(phi'(scale xhat + shift) is 0 on each of B examples), normal values normalized over their batch.

    Exact where phi is flat on one side only, as relu is, by `bnact.theory.dead_under_batch_norm`, and at
    B = 2, where xhat is -1 and 1. Where it is flat on both sides, or between, exactly 0 if a mean square of 1
    is impossible there; else the share among 2^22 / B batches (4096 at least) drawn with a fixed seed.

    Args:
      activation: a name in `ACTIVATIONS` or an `Activation`.
      batch_size: B, at least 2, epsilon 0.
      scale: the norm's scale, one number.
      shift: the norm's shift, called bias by its module, one number.

    Returns:
      The share p of units. Drawn ones have a standard error of sqrt(p (1 - p) B / 2^22): at most 0.0014 at
      B = 32, 0.008 from B = 1024 on. Others are exact to about 1e-12.

    Raises:
      ValueError: an unknown activation, a batch size below 2, a scale or shift that is an array or not
        finite.
    """
    phi = get(activation)
    size = check_batch_size("dead_share_under_batch_norm", batch_size)
    scale, shift = (
        one_number("dead_share_under_batch_norm", *each) for each in (("scale", scale), ("shift", shift))
    )
    if not (math.isfinite(scale) and math.isfinite(shift)):
        raise ValueError(
            f"dead_share_under_batch_norm: scale and shift must be finite; got scale={scale}, shift={shift}; "
            "pass the norm's own parameters"
        )
    if scale == 0.0 or size == 2:
        values = shift + scale * np.array([-1.0, 1.0])
        return float(np.all(evaluate(phi.derivative, values) == 0.0))
    flat = [((low - shift) / abs(scale), (high - shift) / abs(scale)) for low, high in _merged(phi.flat)]
    if len(flat) == 1 and math.inf in map(abs, flat[0]):
        low, high = flat[0]
        below = high if low == -math.inf else -low
        return float(largest_below(np.array(below), size))
    return _drawn_share(flat, size) if _is_possible(flat, size) else 0.0


def _is_possible(flat: list[Interval], batch_size: int) -> bool:
    """Whether values that are all within the intervals can have a mean square of 1."""
    reach = math.sqrt(batch_size - 1)
    within = [(max(low, -reach), min(high, reach)) for low, high in flat if low < reach and high > -reach]
    nearest = min((max(low, -high, 0.0) for low, high in within), default=math.inf)
    farthest = max((max(-low, high) for low, high in within), default=0.0)
    return nearest < 1.0 < farthest


def _drawn_share(flat: list[Interval], batch_size: int) -> float:
    batches = max(_DRAWN_VALUES // batch_size, _FEWEST_BATCHES)
    rng = np.random.default_rng(0)
    dead, block = 0, max(1, _DRAWN_VALUES // batch_size)
    for start in range(0, batches, block):
        x = rng.normal(size=(min(block, batches - start), batch_size))
        x -= x.mean(axis=1, keepdims=True)
        x /= np.sqrt(np.mean(x**2, axis=1, keepdims=True))
        is_flat = np.any([(x >= low) & (x <= high) for low, high in flat], axis=0)
        dead += int(np.sum(np.all(is_flat, axis=1)))
    return dead / batches


def _merged(flat: tuple[Interval, ...]) -> list[Interval]:
    """The same points, as intervals that do not touch."""
    merged: list[Interval] = []
    for low, high in sorted(flat):
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return merged


def _mass(flat: list[Interval], mean: np.ndarray, deviation: float) -> np.ndarray:
    """P(a normal value is in one of the intervals), for every mean."""
    ends = np.array(flat, np.float64).reshape(-1, 2, 1)
    below = evaluate(ndtr, (ends - mean) / deviation)
    return np.clip(np.sum(below[:, 1] - below[:, 0], axis=0), 0.0, 1.0)


def _examples(batch_size: int) -> int:
    size = whole_number(batch_size)
    if size is None or size < 1:
        raise ValueError(
            f"dead_share: batch_size must be an integer of at least 1; got {batch_size!r}; "
            "count the examples that a unit is given"
        )
    return size


def _check(mean: float, variance: float, correlation: float) -> None:
    if not (math.isfinite(mean) and math.isfinite(variance) and variance > 0.0):
        raise ValueError(
            f"dead_share: mean must be finite, variance finite and positive; got mean={mean}, "
            f"variance={variance}; pass those of the pre-activations"
        )
    if correlations("dead_share", correlation) < 0.0:
        raise ValueError(
            f"dead_share: correlation must be within [0, 1]; got {correlation}; "
            "many examples cannot all be opposed to each other: pass 0"
        )
