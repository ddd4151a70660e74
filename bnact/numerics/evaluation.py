"""Functions of one number evaluated in float64, compiled once however many points there are."""

from collections.abc import Callable

import jax
import numpy as np
from jax.typing import ArrayLike

# A compiled call costs a tenth of a second, one more block a third of a millisecond.
_BLOCK = 2**14


def evaluate(fn: Callable[[np.ndarray], ArrayLike], x: np.ndarray) -> np.ndarray:
    """A function of one number, elementwise, in float64; also inside a traced function.

    The function is called on flat blocks of one and the same size, the last one padded, so that what JAX
    compiles for it is compiled once.

    Args:
      fn: from a flat float64 array to a number for each: numpy or JAX. It is called with 64-bit JAX on.
      x: where, any shape.

    Returns:
      float64, shaped like `x`; NaN and infinities are passed on.

    Raises:
      TypeError: fn computes in less than float64.
    """
    flat = np.asarray(x, np.float64).ravel()
    with jax.enable_x64(True), jax.ensure_compile_time_eval():
        blocks = [_block(fn, flat[start : start + _BLOCK]) for start in range(0, flat.size, _BLOCK)]
    return np.concatenate([np.zeros(0), *blocks]).reshape(np.shape(x))


def _block(fn: Callable[[np.ndarray], ArrayLike], x: np.ndarray) -> np.ndarray:
    values = np.asarray(fn(np.pad(x, (0, _BLOCK - x.size), mode="edge")))
    if np.issubdtype(values.dtype, np.inexact) and values.dtype != np.float64:
        raise TypeError(
            f"evaluate: fn must compute in float64; got {values.dtype}; do not cast inside fn, "
            "nor close over narrower arrays"
        )
    return np.broadcast_to(values, (_BLOCK,))[: x.size].astype(np.float64)
