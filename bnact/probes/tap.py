"""An identity whose backward pass leaves a statistic behind."""

import jax
import jax.numpy as jnp

from bnact.numerics import varying_as
from bnact.types import Array


def with_gradient_sink(x: Array, sink: Array) -> Array:
    """`x`, unchanged; the gradient by `sink` is the sum of the squares of the gradient by x.

    So the size of a gradient anywhere inside a network leaves through an ordinary `jax.grad`, in constant
    memory and under every transformation but forward mode:

        sizes = jax.grad(loss, argnums=1)(params, jnp.zeros(depth))

    Args:
      x: any floating array.
      sink: a float32 scalar, zero; only its gradient is of use. In float32 a square below 1.2e-38 is 0 and a
        sum above 3.4e38 infinite: gradients below 1e-19 are not seen. `with_activation_sink` sees them.
    """
    # Under `shard_map` every device has a sum of its own, so the sink must vary along x's axes too.
    return _ruled(x, varying_as(x, sink))


@jax.custom_vjp
def _ruled(x: Array, sink: Array) -> Array:
    del sink
    return x


def _forward(x: Array, sink: Array) -> tuple[Array, Array]:
    return x, sink


def _backward(sink: Array, dx: Array) -> tuple[Array, Array]:
    return dx, jnp.sum(jnp.square(dx.astype(sink.dtype)))


_ruled.defvjp(_forward, _backward)
