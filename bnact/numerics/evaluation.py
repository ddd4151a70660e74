"""Functions of one number evaluated in float64, compiled once however many points there are."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import jax
import numpy as np
from jax.typing import ArrayLike

Numbers = float | np.ndarray
"""A float for a number, else a float64 array."""

_TRACED = (jax.errors.TracerArrayConversionError, jax.errors.ConcretizationTypeError)
# A compiled call costs a tenth of a second, one more block a third of a millisecond.
_BLOCK = 2**14


def evaluate(fn: Callable[[np.ndarray], ArrayLike], x: np.ndarray) -> np.ndarray:
    """A function of one number, elementwise, in float64; inside jit, vmap or grad too, as a constant.

    The function is called on flat blocks of one and the same size, the last one padded, so that what JAX
    compiles for it is compiled once.

    Args:
      fn: from a flat float64 array to a number for each: numpy or JAX. It is called with 64-bit JAX on.
      x: where, any shape.

    Returns:
      float64, shaped like `x`; NaN and infinities are passed on.

    Raises:
      TypeError: fn computes in less than float64, or from a traced value.
    """
    flat = np.asarray(x, np.float64).ravel()

    def values() -> np.ndarray:
        blocks = [_block(fn, flat[start : start + _BLOCK]) for start in range(0, flat.size, _BLOCK)]
        return np.concatenate([np.zeros(0), *blocks])

    return constant("evaluate", values).reshape(np.shape(x))


def constant(what: str, compute: Callable[[], np.ndarray]) -> np.ndarray:
    """What a function of nothing computes with 64-bit JAX on; inside jit, vmap or grad too, as a constant.

    Args:
      what: name of the function that was called, for the message.
      compute: ends in numpy. It is called again where a transformation has traced its constants.

    Returns:
      Its value.

    Raises:
      TypeError: it computes from a traced value.
    """
    try:
        return _computed(compute)
    except _TRACED:
        pass
    # vmap traces even constants given to a function with a derivative of its own, and nothing public stops
    # it; but a transformation is known to its own thread only.
    try:
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(_computed, compute).result()
    except (*_TRACED, jax.errors.UnexpectedTracerError) as error:
        raise TypeError(
            f"{what}: the function must not close over traced values; got one that does; "
            "compute outside of jit, vmap and grad, or close over concrete numbers"
        ) from error


def _computed(compute: Callable[[], np.ndarray]) -> np.ndarray:
    with jax.enable_x64(True), jax.ensure_compile_time_eval():
        return compute()


def _block(fn: Callable[[np.ndarray], ArrayLike], x: np.ndarray) -> np.ndarray:
    values = np.asarray(fn(np.pad(x, (0, _BLOCK - x.size), mode="edge")))
    if np.issubdtype(values.dtype, np.inexact) and values.dtype != np.float64:
        raise TypeError(
            f"evaluate: fn must compute in float64; got {values.dtype}; do not cast inside fn, "
            "nor close over narrower arrays"
        )
    return np.broadcast_to(values, (_BLOCK,))[: x.size].astype(np.float64)
