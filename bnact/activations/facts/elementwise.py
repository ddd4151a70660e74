"""Whether a function of an array works on every number alone."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

_LOOKED_AT = 64
_SAME = 16.0
"""Units of the last place at 1: how far a place in an array may move a result."""


def check_elementwise(name: str, fn: Callable[[Any], Any], dtype: np.dtype) -> None:
    """Looks at two arrays that agree, in another order, in their first half alone.

    Args:
      name: what errors begin with.
      fn: of one array.
      dtype: of the arrays.

    Raises:
      TypeError: fn returns something else than one array of real floating-point numbers.
      ValueError: the shape changes, or an entry depends on others or on its place.
    """
    half = _LOOKED_AT // 2
    x = np.linspace(-3.0, 3.0, _LOOKED_AT).astype(dtype)
    other = np.concatenate([x[:half][::-1], (2.0 * x[half:].astype(np.float64) + 1.0).astype(dtype)])
    compiled = jax.jit(fn)
    with jax.ensure_compile_time_eval():
        one, two = (_looked_at(name, compiled(each), x.shape) for each in (x, other))
    one, two = one[:half][::-1], two[:half]
    slack = _SAME * float(jnp.finfo(dtype).eps)
    differ = ~np.isclose(one, two, rtol=slack, atol=slack, equal_nan=True)
    if np.any(differ):
        where = int(np.argmax(differ))
        raise ValueError(
            f"{name}: fn must be elementwise, but its entries depend on others or on their place; "
            f"got {one[where]:.6g} and {two[where]:.6g} for the same input {float(other[where]):.4g}; "
            "use the elementwise function inside it"
        )


def _looked_at(name: str, y: Any, shape: tuple[int, ...]) -> np.ndarray:
    if not isinstance(y, jax.Array):
        raise TypeError(
            f"{name}: fn must return one array; got {type(y).__name__}; wrap it, e.g. lambda x: fn(x)[0]"
        )
    if not jnp.issubdtype(y.dtype, jnp.floating):
        raise TypeError(
            f"{name}: fn must return real floating-point numbers; got {y.dtype}; "
            "use its real part, or cast it, e.g. fn(x).astype(x.dtype)"
        )
    if y.shape != shape:
        raise ValueError(
            f"{name}: fn must keep the shape, being elementwise; got {y.shape} for {shape}; "
            "use the elementwise function inside it"
        )
    return np.asarray(y).astype(np.float64)
