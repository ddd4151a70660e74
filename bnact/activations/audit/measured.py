"""What a function and its gradient return."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from bnact.activations.rule import Formula


class Measured(NamedTuple):
    """What came out.

    Attributes:
      value: fn(x), (points,).
      derivative: jax.grad of fn at x, (points,).
      dtype: name of the value's dtype.
    """

    value: np.ndarray
    derivative: np.ndarray
    dtype: str


def measured(fn: Formula, x: np.ndarray) -> Measured:
    """The function and its gradient at every point, compiled."""

    @jax.jit
    def both(x: jax.Array) -> tuple[jax.Array, jax.Array]:
        value, pulled_back = jax.vjp(fn, x)
        return value, pulled_back(jnp.ones_like(value))[0]

    value, derivative = map(np.asarray, both(x))
    return Measured(value, derivative, value.dtype.name)
