"""The one table of tolerances: how closely a computed number must agree with the true one.

A tolerance belongs to a dtype and to what is compared (a value or a gradient), and to nothing else.
Above all it does not grow with the array: `chex.assert_numerical_grads` and `jax.test_util.check_grads`
multiply theirs by the number of elements, so that at shape (256, 256) a zero gradient passes. Here every
element is compared by itself.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import jax.numpy as jnp
from jax.typing import DTypeLike


class Tolerance(NamedTuple):
    """How far an element may be from the truth, each usable both as `rtol` and as `atol`.

    Attributes:
      value: for the output of a function.
      gradient: for a derivative, which passes through about twice as many roundings.
    """

    value: float
    gradient: float


# float64 and float32: a few hundred roundings (epsilon 2.2e-16 and 1.2e-7), as a normalization over a
# thousand elements makes them, with room for another order of summation on another device.
# float64 gradients are held against finite differences as well, whose own error is near 1e-10.
# float16 and bfloat16: computed in float32 and rounded once (half of epsilon 9.8e-4 and 7.8e-3), twice
# that because the input itself was rounded, and as much again for a gradient.
TOLERANCES: Mapping[str, Tolerance] = MappingProxyType(
    {
        "float16": Tolerance(value=1e-3, gradient=2e-3),
        "bfloat16": Tolerance(value=8e-3, gradient=1.6e-2),
        "float32": Tolerance(value=1e-5, gradient=3e-5),
        "float64": Tolerance(value=1e-12, gradient=1e-9),
    }
)


def tolerance(dtype: DTypeLike) -> Tolerance:
    """Returns the tolerance of a floating dtype.

    Args:
      dtype: float16, bfloat16, float32 or float64: a name, a scalar type or a dtype.

    Returns:
      Its line of `TOLERANCES`.

    Raises:
      ValueError: the dtype has no line.
    """
    name = jnp.dtype(dtype).name
    if name not in TOLERANCES:
        known = ", ".join(TOLERANCES)
        raise ValueError(f"tolerance: dtype must be one of {known}; got {name}; cast to one of them")
    return TOLERANCES[name]
