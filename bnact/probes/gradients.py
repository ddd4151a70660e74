"""How large gradients are, layer by layer."""

import jax.numpy as jnp

from bnact.types import Array

from .refusals import check_count


def root_mean_square_gradient(squares: Array, count: int) -> Array:
    """The root mean square of a gradient, from what the sinks of `with_gradient_sink` take in.

    sqrt(squares / count). With sinks at every layer's linear output,

        squares = jax.grad(loss, argnums=1)(params, jnp.zeros(depth))
        sizes = root_mean_square_gradient(squares, batch_size * width)

    Args:
      squares: sums of squared gradients, any shape, one a layer.
      count: entries of the array that each sink stands at: examples times units.

    Returns:
      Of the shape and dtype of `squares`. In float32 a sum of squares below 1e-38 is 0, so a gradient whose
      root is below about 1e-19 is lost; scale the loss up to see it.

    Raises:
      ValueError: the count is no positive integer.
    """
    check_count("root_mean_square_gradient", "count", count)
    return jnp.sqrt(squares / count)
