"""Where an activation's output lies when its input is normal, or normalized over a batch."""

import math

import numpy as np
from jax.scipy.special import ndtri
from numpy.typing import ArrayLike

from bnact.activations import Activation, get
from bnact.theory.evaluation import Numbers, evaluate, number

from .batch_sizes import check_batch_size
from .monotone_pieces import falling_points, mass_below, turning_points


def output_density(activation: str | Activation, y: ArrayLike) -> Numbers:
    """Exact density of phi(z), z standard normal, by change of variables.

    p(y) = n(x) / phi'(x) with x = phi^-1(y) and n the normal density; 0 outside the range.

    Args:
      activation: a name in `ACTIVATIONS` or an `Activation`, with an inverse.
      y: where, any shape.

    Returns:
      The density: a float for a number, else float64 shaped like `y`.

    Raises:
      ValueError: an unknown activation, or one without an inverse.
    """
    phi = get(activation)
    inverse = phi.inverse
    if inverse is None:
        raise ValueError(
            f"output_density: activation must have an inverse; got {phi.name}, which has none; "
            "use output_mass for the probability of an interval"
        )
    values = np.asarray(y, np.float64)
    low, high = phi.range
    inside = (values > low) & (values < high)
    x = evaluate(inverse, np.where(inside, values, _center(phi)))
    density = np.exp(-(x**2) / 2.0) / math.sqrt(2.0 * math.pi) / evaluate(phi.derivative, x)
    return number(np.where(inside, density, 0.0))


def output_mass(activation: str | Activation, low: ArrayLike, high: ArrayLike) -> Numbers:
    """P(low <= phi(z) <= high), z standard normal, for any activation.

    An atom counts if it is in the closed interval: relu has half its mass at 0.

    Args:
      activation: a name in `ACTIVATIONS` or an `Activation`.
      low: lower end of the interval, any shape.
      high: upper end, shaped like `low` or broadcast against it.

    Returns:
      The probability, to about 1e-14: a float for numbers, else float64. At the very value where phi
      turns, to about 1e-8: the mass grows there like a square root, so that rounding phi shows.

    Raises:
      ValueError: an unknown activation; `low` above `high`, or NaN.
    """
    phi = get(activation)
    lows, highs = np.broadcast_arrays(np.asarray(low, np.float64), np.asarray(high, np.float64))
    if not np.all(lows <= highs):
        raise ValueError(f"output_mass: low must not exceed high; got low={low}, high={high}; swap them")
    return number(mass_below(phi, highs, inclusive=True) - mass_below(phi, lows, inclusive=False))


def output_quantiles(activation: str | Activation, probabilities: ArrayLike) -> Numbers:
    """The values that phi(z), z standard normal, stays below with given probabilities: phi of z's quantiles.

    Args:
      activation: a name in `ACTIVATIONS` or an `Activation`, not decreasing anywhere.
      probabilities: between 0 and 1, any shape.

    Returns:
      The quantiles: a float for a number, else float64 shaped like `probabilities`.

    Raises:
      ValueError: an unknown activation, one that decreases somewhere, or a probability outside [0, 1].
    """
    phi = get(activation)
    if falling_points(phi):
        raise ValueError(
            f"output_quantiles: activation must not decrease; got {phi.name}, which turns at "
            f"{falling_points(phi)}; use output_mass for the probability of an interval"
        )
    levels = np.asarray(probabilities, np.float64)
    if not np.all((levels >= 0.0) & (levels <= 1.0)):
        raise ValueError(
            f"output_quantiles: probabilities must be within [0, 1]; got {probabilities}; clip them"
        )
    return number(evaluate(phi, evaluate(ndtri, levels)))


def normalized_bound(batch_size: int) -> float:
    """The largest |xhat| that a batch normalized by its own biased statistics can hold: sqrt(B - 1).

    Attained by one value against B - 1 equal ones; at B = 2 xhat is +-1. A positive epsilon only lowers it.

    Args:
      batch_size: B, at least 2.

    Returns:
      The bound.

    Raises:
      ValueError: `batch_size` is not an integer of at least 2.

    Source: Samuelson, How deviant can you be?, 1968.
    """
    check_batch_size("normalized_bound", batch_size)
    return math.sqrt(batch_size - 1)


def output_bound(
    activation: str | Activation, batch_size: int, scale: float = 1.0, shift: float = 0.0
) -> tuple[float, float]:
    """The smallest interval that holds every output of a batch-normalized activation.

    The image of |xhat| <= sqrt(B - 1) under phi(scale xhat + shift), and its ends: the truth behind "batch
    norm confines sigmoid to [0.5, 0.73]", which at B = 64 is [0.0004, 0.9996].

    Args:
      activation: a name in `ACTIVATIONS` or an `Activation`.
      batch_size: B, at least 2.
      scale: the norm's scale.
      shift: the norm's bias.

    Returns:
      The lowest and the highest output.

    Raises:
      ValueError: an unknown activation, a batch size below 2, or a scale or shift that is not finite.
    """
    phi = get(activation)
    if not (math.isfinite(scale) and math.isfinite(shift)):
        raise ValueError(
            f"output_bound: scale and shift must be finite; got scale={scale}, shift={shift}; "
            "pass the norm's own parameters"
        )
    reach = abs(scale) * normalized_bound(batch_size)
    beside = [float(np.nextafter(jump, end)) for jump in phi.jumps for end in (-math.inf, math.inf)]
    inside = [point for point in (*turning_points(phi), *phi.jumps, *beside) if abs(point - shift) < reach]
    outputs = evaluate(phi, np.array([shift - reach, shift + reach, *inside]))
    return float(outputs.min()), float(outputs.max())


def _center(phi: Activation) -> float:
    """A value surely inside the range."""
    return float(evaluate(phi, np.zeros(())))
