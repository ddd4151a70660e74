"""Divisive normalization: every value standardized by those of neighbouring features."""

import jax.numpy as jnp

from bnact.normalizations.affine import Affine, affine, initial_affine
from bnact.normalizations.border import checked_epsilon
from bnact.normalizations.memoryless import memoryless
from bnact.normalizations.neighbours import checked_window, neighbours
from bnact.normalizations.normalization import Normalization
from bnact.numerics.moments import inverse_deviation
from bnact.types import Array


def divisive_norm(
    summation: int = 5,
    suppression: int = 5,
    epsilon: float = 1.0,
    use_scale: bool = True,
    use_bias: bool = True,
) -> Normalization:
    """Divisive norm: y = v / sqrt(mean(v^2) + epsilon) * scale + bias, v = x - mean(x), over neighbours.

    The neighbours of a feature are the features at most (size - 1) / 2 places away on the last axis, itself
    among them: the paper's form for fully connected layers. Both means are over those that there are, so
    that features at the ends have fewer.

    Args:
      summation: odd, how many features the subtracted mean is over.
      suppression: odd, how many features the mean square is over.
      epsilon: added to the mean square, the paper's sigma^2; 1 as in the authors' code.
      use_scale: whether to learn a scale.
      use_bias: whether to learn a bias.

    Returns:
      Normalization whose state is (); train and axis_name make no difference to it.

    Raises:
      ValueError: epsilon is negative, or a size is not odd and positive.

    Source: Ren, Liao, Urtasun, Sinz, Zemel, "Normalizing the normalizers: comparing and extending network
    normalization schemes", 2017.
    """
    name = "divisive_norm"
    checked_epsilon(name, epsilon)
    checked_window(name, "summation", summation)
    checked_window(name, "suppression", suppression)

    def initial(num_features: int) -> Affine:
        return initial_affine(num_features, use_scale, use_bias)

    def formula(params: Affine, x: Array, mask: Array | None) -> Array:
        counted = jnp.ones_like(x, dtype=jnp.bool_) if mask is None else mask
        centred = jnp.where(counted, _deviation(x, counted, summation), 0)
        squares = sum(neighbours(jnp.square(centred), suppression), start=jnp.zeros_like(x))
        square = squares / jnp.maximum(_count(counted, suppression, x), 1)
        return affine(params, centred * inverse_deviation(square, epsilon))

    return memoryless(name, initial, formula)


def _deviation(x: Array, counted: Array, size: int) -> Array:
    """x less its neighbours' mean, summed as differences from x: exactly 0 among equals."""
    pairs = zip(neighbours(x, size), neighbours(counted, size), strict=True)
    differences = (jnp.where(there, x - other, 0) for other, there in pairs)
    return sum(differences, start=jnp.zeros_like(x)) / jnp.maximum(_count(counted, size, x), 1)


def _count(counted: Array, size: int, x: Array) -> Array:
    return sum(neighbours(counted.astype(x.dtype), size), start=jnp.zeros_like(x))
