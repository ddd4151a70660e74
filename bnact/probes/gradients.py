"""How large gradients are, layer by layer."""

import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from bnact.types import Array

from .refusals import check_count

_NAME = "root_mean_square_gradient"


def root_mean_square_gradient(squares: Array, count: int | Array | np.ndarray) -> Array:
    """The root mean square of a gradient, from what the sinks of `with_gradient_sink` take in.

    sqrt(squares / count). With sinks at every layer's linear output,

        squares = jax.grad(loss, argnums=1)(params, jnp.zeros(depth))
        sizes = root_mean_square_gradient(squares, batch_size * width)

    Args:
      squares: sums of squared gradients, any shape, one a layer.
      count: entries of the array that each sink stands at: examples times units. One number, or an array of
        the shape of `squares`, of jax or numpy. A number is an integer; an array may hold whole numbers in a
        floating type.

    Returns:
      Of the shape and dtype of `squares`. In float32 a sum of squares below 1e-38 is 0, so a gradient whose
      root is below about 1e-19 is lost; scale the loss up to see it.

    Raises:
      ValueError: a count that is known when this is called, and not only when it is compiled, is no positive
        integer.
    """
    if np.ndim(count) == 0:
        _check_one(count)
    else:
        _check_each(count)
    return jnp.sqrt(squares / (count if isinstance(count, int) else jnp.asarray(count, squares.dtype)))


def _check_one(count: object) -> None:
    if not isinstance(count, Tracer):
        check_count(_NAME, "count", count)


def _check_each(counts: object) -> None:
    if isinstance(counts, Tracer):
        return
    values = np.asarray(counts)
    wrong = values[~((values >= 1) & (values < np.inf) & (values == np.floor(values)))]
    if wrong.size:
        raise ValueError(
            f"{_NAME}: every count must be an integer of at least 1; got {wrong.flat[0]}; use 1 or more"
        )
