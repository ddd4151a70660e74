"""In how many directions a representation varies."""

import jax.numpy as jnp
from jax import lax
from jax.scipy.special import entr

from bnact.types import Array

from .refusals import check_examples
from .representations import centred


def effective_rank(x: Array) -> Array:
    """The effective rank of a centred representation: exp of the entropy of its singular values' shares.

    exp(-sum_i p_i log p_i), p_i = s_i / sum_j s_j, s the singular values of x less its mean. It is k where k
    of them are equal and the others 0, and at most the rank. As s, and not s^2, is shared out, small
    directions count for more than in `participation_ratio`.

    Args:
      x: (examples, features) floating, at least 2 examples.

    Returns:
      A scalar from 1 to min(examples - 1, features), float32 or wider; NaN where all examples are equal or a
      value is NaN. Each singular value has an error of about 1e-7 of the largest, so that of rank-1 data in
      float32 it is 1 to about 1e-5 for each further direction.

    Raises:
      TypeError: x is not real floating.
      ValueError: x is not (examples, features), or has one example.

    Source: Roy and Vetterli, The effective rank: a measure of effective dimensionality, 2007.
    """
    check_examples("effective_rank", x, 2)
    values = jnp.linalg.svd(_of_order_one(centred(x)), compute_uv=False)
    return jnp.exp(jnp.sum(entr(values / jnp.sum(values))))


def participation_ratio(x: Array) -> Array:
    """The participation ratio of a representation: (tr C)^2 / tr C^2, C its covariance.

    (sum_i v_i)^2 / sum_i v_i^2 of the variances v along C's eigenvectors, without finding those: k where k of
    them are equal and the others 0.

    Args:
      x: (examples, features) floating, at least 2 examples.

    Returns:
      A scalar from 1 to min(examples - 1, features), float32 or wider; NaN where all examples are equal or a
      value is NaN. In a sample of n normal examples whose covariance has the ratio k it is about
      1 / (1 / k + 1 / n).

    Raises:
      TypeError: x is not real floating.
      ValueError: x is not (examples, features), or has one example.

    Source: Gao, Trautmann, Yu, Santhanam, Ryu, Shenoy and Ganguli, A theory of multineuronal dimensionality,
    dynamics and measurement, 2017.
    """
    check_examples("participation_ratio", x, 2)
    rows = _of_order_one(centred(x))
    narrow = rows if rows.shape[0] <= rows.shape[1] else rows.T
    products = jnp.matmul(narrow, narrow.T, precision=lax.Precision.HIGHEST)
    return jnp.square(jnp.trace(products)) / jnp.sum(jnp.square(products))


def _of_order_one(rows: Array) -> Array:
    """The rows over their largest entry: neither result changes, and no fourth power overflows."""
    largest = jnp.max(jnp.abs(rows))
    return rows / jnp.where(largest > 0, largest, 1)
