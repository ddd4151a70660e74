"""Where an input comes into a norm with flax's arguments: its types, and what its mask hides."""

from typing import Any, NamedTuple, Protocol

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike, DTypeLike

from bnact.normalizations.standardize import behind_mask_zero
from bnact.numerics import full_mask, statistics_dtype
from bnact.types import Array


class Promote(Protocol):
    """Flax's `promote_dtype`: brings an input and what is computed with it to one type."""

    def __call__(self, args: tuple, /, *, dtype: Any = None) -> tuple:
        """(input, variables or None) -> the same in one type."""
        ...


class Entered(NamedTuple):
    """An input as the statistics are to see it.

    Attributes:
      x: in float32 or wider, 0 behind the mask.
      mask: boolean of x's shape, or None.
      dtype: that of the output, to which it is rounded once.
    """

    x: Array
    mask: Array | None
    dtype: jnp.dtype


def entered(
    subject: str,
    x: ArrayLike,
    mask: Array | None,
    promote_dtype: Promote,
    beside: tuple[Array | None, ...],
    dtype: DTypeLike | None,
) -> Entered:
    """The input as the statistics are to see it, and the type of the output.

    The output has the type that `promote_dtype` gives its first argument. Nothing else of what that
    returns is used: an input rounded to half precision ahead of its statistics, as flax.nnx rounds it, has
    lost what they measure, or is infinite.

    Args:
      subject: of error messages.
      x: of any shape, real.
      mask: boolean, broadcastable to x, True counts; or None.
      promote_dtype: see above.
      beside: what flax gives the function beside the input, in flax's order.
      dtype: what it is given as the type wanted.

    Raises:
      TypeError: x or the output is complex, or the mask is not boolean.
      ValueError: the mask does not broadcast to x.
    """
    x = jnp.asarray(x)
    result = promoted_dtype(promote_dtype, (x, *beside), dtype)
    if not jnp.issubdtype(x.dtype, jnp.floating):
        x = x.astype(result) if jnp.isrealobj(x) else x
    for name, kind in (("x", x.dtype), ("the output", result)):
        if not jnp.issubdtype(kind, jnp.floating):
            raise TypeError(
                f"{subject}: {name} must be real floating; got {kind}; use real and imaginary parts, "
                f"or dtype=jnp.float32"
            )
    mask = full_mask(mask, x)
    return Entered(behind_mask_zero(x, mask).astype(_widest(x, result)), mask, result)


def promoted_dtype(
    promote_dtype: Promote, arrays: tuple[Array | None, ...], dtype: DTypeLike | None
) -> jnp.dtype:
    """The type that flax's `promote_dtype` gives the first array, also where promotion is strict.

    Strictness keeps types from being mixed in passing. Here none is: every cast is written out.
    """
    with jax.numpy_dtype_promotion("standard"):
        return promote_dtype(arrays, dtype=dtype)[0].dtype


def _widest(x: Array, result: jnp.dtype) -> jnp.dtype:
    candidates = (statistics_dtype(x), jnp.dtype(result))
    return max(candidates, key=lambda dtype: jnp.finfo(dtype).bits)
