"""Derivatives along many directions by differences, with an estimate of how rough the function is there.

What `directional_derivative` does in numpy for one direction, traced by JAX for many: then it can stand
inside jit, and is compiled once.
"""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp

from bnact.numerics.finite_differences import STEP, extrapolated
from bnact.types import Array


class Differences(NamedTuple):
    """Derivatives along directions, as seen by differences.

    Attributes:
      derivative: (directions, outputs).
      roughness: of the same shape: what the steps h and h/2 disagree by, in slope and in the jump from the
        slope behind to the slope ahead. As large as the error at a kink within the step, of order h^2 where
        the function is smooth, where the derivative's own error is of order h^4.
    """

    derivative: Array
    roughness: Array


def differences(fn: Callable[[Array], Array], x: Array, directions: Array, step: float = STEP) -> Differences:
    """Central differences with steps h and h/2, extrapolated, (4 D(h/2) - D(h)) / 3, for each direction.

    Args:
      fn: (inputs,) -> (outputs,) in float64.
      x: (inputs,).
      directions: (directions, inputs).
      step: h, in units of the directions.

    Returns:
      `Differences`, of each direction and output.
    """
    here = fn(x)

    def along(direction: Array) -> tuple[Array, Array]:
        slope, jump = _slope_and_jump(fn, x, here, direction, step)
        fine_slope, fine_jump = _slope_and_jump(fn, x, here, direction, step / 2)
        rough = jnp.abs(slope - fine_slope) + jnp.abs(jump - 2 * fine_jump)
        return extrapolated(slope, fine_slope), rough

    return Differences(*jax.lax.map(along, directions))


def _slope_and_jump(
    fn: Callable[[Array], Array], x: Array, here: Array, direction: Array, step: float
) -> tuple[Array, Array]:
    ahead, behind = fn(x + step * direction), fn(x - step * direction)
    return (ahead - behind) / (2 * step), ((ahead - here) + (behind - here)) / step
