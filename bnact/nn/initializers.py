"""Initial weights whose spread is set by a gain, which theory has for every activation."""

import math
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import DTypeLike

from bnact import theory
from bnact.activations import Activation, Learnable, at_first, fixed_or_learnable
from bnact.theory import Preserve
from bnact.types import Array, Key

Initializer = Callable[..., Array]

# How far from mean 0 and variance 1 an activation may leave them and still count as self-normalizing.
_SELF_NORMALIZING = 1e-6
# Of the identity and its kin an eigenvalue is exactly 1, whatever rounding says.
_MARGIN = 1e-9


def normal_with_gain(gain: Array | float) -> Initializer:
    """Normal weights of standard deviation gain / sqrt(fan_in), fan_in the product of all axes but the last.

    With the gain of the activation that feeds a layer, the variance (or second moment) of the signal is
    kept from layer to layer. The gain may be traced, and the underlying normal draws do not depend on it.

    Args:
      gain: standard deviation of a weight times the square root of its fan-in.

    Returns:
      An initializer `(key, shape, dtype) -> weights` as flax takes it.
    """
    return _normal(gain, _fan_in)


def orthogonal_with_gain(gain: float) -> Initializer:
    """Weights of the spread of `normal_with_gain`, whose matrix is orthogonal times a number.

    The matrix is that of all axes but the last by the last. Of its two sides the shorter one has orthogonal
    vectors of equal length, and the mean square of a weight is gain^2 / fan_in; so a square matrix is gain
    times an orthogonal one.

    Args:
      gain: root mean square of a weight times the square root of its fan-in.

    Returns:
      An initializer `(key, shape, dtype) -> weights` as flax takes it.

    Source: Saxe, McClelland and Ganguli, Exact solutions to the nonlinear dynamics of learning in deep linear
    neural networks, 2014.
    """
    return _orthogonal(gain, _fan_in)


def normal_for(activation: str | Activation | Learnable, preserve: Preserve = "second_moment") -> Initializer:
    """Normal weights with the gain that keeps what is named from layer to layer of this activation.

    "second_moment" and "variance" are of the activation's outputs, which feed the layer: the spread is that
    of `normal_with_gain`, gain / sqrt(fan_in). "gradient" is the mean square of the backpropagated gradient,
    a sum over the units that follow: the spread is gain / sqrt(fan_out), fan_out the product of all axes but
    the last but one. For relu, "second_moment" is He's initialization, and for prelu his with its first
    slope. Of an activation that learns the first values count.

    Args:
      activation: a name, an `Activation` or a `Learnable`.
      preserve: what is kept, see `bnact.theory.gain`.

    Returns:
      An initializer `(key, shape, dtype) -> weights` as flax takes it.

    Raises:
      ValueError: an unknown activation, or `preserve` is none of the three.

    Source: He, Zhang, Ren and Sun, Delving deep into rectifiers, 2015.
    """
    return _normal(theory.gain(first_values(activation), preserve), _FANS[preserve])


def orthogonal_for(
    activation: str | Activation | Learnable, preserve: Preserve = "second_moment"
) -> Initializer:
    """Orthogonal weights with the gain that keeps what is named: as `normal_for`, with the same spread.

    Args:
      activation: a name, an `Activation` or a `Learnable`.
      preserve: what is kept, see `bnact.theory.gain`.

    Returns:
      An initializer `(key, shape, dtype) -> weights` as flax takes it.

    Raises:
      ValueError: an unknown activation, or `preserve` is none of the three.

    Source: Saxe, McClelland and Ganguli, Exact solutions to the nonlinear dynamics of learning in deep linear
    neural networks, 2014.
    """
    return _orthogonal(theory.gain(first_values(activation), preserve), _FANS[preserve])


def self_normalizing_for(activation: str | Activation | Learnable = "selu") -> Initializer:
    """LeCun's normal weights of variance 1 / fan_in, for an activation that they suit.

    Args:
      activation: one that gives a standard normal input mean 0 and variance 1, and comes back to them from
        nearby, as selu.

    Returns:
      An initializer `(key, shape, dtype) -> weights` as flax takes it; biases are to begin at 0.

    Raises:
      ValueError: an unknown activation; one that gives another mean or variance; or one that does not come
        back to them: an eigenvalue of a layer's map of mean and variance is not below 1 in size.

    Source: Klambauer, Unterthiner, Mayr and Hochreiter, Self-normalizing neural networks, 2017.
    """
    phi = first_values(activation)
    mean, variance = theory.moment_map(phi, 0.0, 1.0)
    if max(abs(mean), abs(variance - 1.0)) > _SELF_NORMALIZING:
        raise ValueError(
            "self_normalizing_for: activation must keep mean 0 and variance 1; got "
            f"{phi.name}, which makes them {mean:.6g} and {variance:.6g}; {_INSTEAD}"
        )
    # Weights of mean 0 hand no mean on.
    eigenvalues = np.linalg.eigvals(theory.moment_map_jacobian(phi, 0.0, 1.0) * np.array([0.0, 1.0]))
    largest = float(np.max(np.abs(eigenvalues)))
    if not largest < 1.0 - _MARGIN:
        raise ValueError(
            "self_normalizing_for: activation must come back to mean 0 and variance 1 from nearby; got "
            f"{phi.name}, where a layer multiplies a deviation of the variance by {largest:.6g}; {_INSTEAD}"
        )
    return normal_with_gain(1.0)


_INSTEAD = (
    "use normal_for, or an activation with the constants of bnact.theory.self_normalizing_constants or "
    "standardizing_constants where these say stable"
)


def first_values(activation: str | Activation | Learnable) -> Activation:
    """The activation that a layer has when it is fresh, learned or not."""
    chosen = fixed_or_learnable(activation)
    return at_first(chosen) if isinstance(chosen, Learnable) else chosen


def _fan_in(shape: tuple[int, ...]) -> int:
    return math.prod(shape[:-1])


def _fan_out(shape: tuple[int, ...]) -> int:
    return math.prod(shape[:-2]) * shape[-1]


_FANS: dict[str, Callable[[tuple[int, ...]], int]] = {
    "variance": _fan_in,
    "second_moment": _fan_in,
    "gradient": _fan_out,
}


def _normal(gain: Array | float, fan: Callable[[tuple[int, ...]], int]) -> Initializer:
    def weights(key: Key, shape: tuple[int, ...], dtype: DTypeLike = jnp.float32) -> Array:
        spread = jnp.asarray(gain, dtype) / fan(shape) ** 0.5
        return jax.random.normal(key, shape, dtype) * spread

    return weights


def _orthogonal(gain: float, fan: Callable[[tuple[int, ...]], int]) -> Initializer:
    def weights(key: Key, shape: tuple[int, ...], dtype: DTypeLike = jnp.float32) -> Array:
        longer = max(_fan_in(shape), shape[-1])
        # Orthogonal vectors as long as the longer side have entries of mean square 1 / longer. A QR
        # decomposition has no half precision.
        draw = jax.nn.initializers.orthogonal(gain * (longer / fan(shape)) ** 0.5)
        wide = dtype if jnp.finfo(dtype).bits >= 32 else jnp.float32
        return draw(key, shape, wide).astype(dtype)

    return weights
