"""In which type a layer computes: that of its input, unless told otherwise."""

from typing import Any, TypeVar

import jax.numpy as jnp
from jax.typing import ArrayLike, DTypeLike

from bnact.types import Array

Arrays = TypeVar("Arrays", bound=tuple)


def checked_dtype(subject: str, name: str, dtype: DTypeLike) -> DTypeLike:
    """The type, or a ValueError unless it is real floating."""
    if not jnp.issubdtype(dtype, jnp.floating):
        raise ValueError(
            f"{subject}: {name} must be real floating; got {jnp.dtype(dtype).name}; use {name}=jnp.float32"
        )
    return dtype


def checked_dtypes(subject: str, dtype: DTypeLike | None, param_dtype: DTypeLike) -> None:
    """Nothing, or a ValueError unless both types are real floating; dtype may be None."""
    for name, given in (("dtype", dtype), ("param_dtype", param_dtype)):
        if given is not None:
            checked_dtype(subject, name, given)


def computed(x: ArrayLike, dtype: DTypeLike | None, param_dtype: DTypeLike) -> Array:
    """`x` in the type that a layer computes in and returns.

    Args:
      x: what the layer is given, of any shape.
      dtype: the type, or None for that of x; where that is not a floating one, the parameters'.
      param_dtype: type of the layer's parameters.

    Returns:
      x, in that type.
    """
    x = jnp.asarray(x)
    own = x.dtype if jnp.issubdtype(x.dtype, jnp.inexact) else param_dtype
    return x.astype(own if dtype is None else dtype)


def in_type_of_input(args: Arrays, /, *, dtype: Any = None, inexact: bool = True) -> Arrays:
    """Input and parameters in the type of `computed`; what flax's layers and norms take as `promote_dtype`.

    Flax's own takes the wider of input and parameters: half precision comes out as float32, so that a scan
    over layers cannot carry it, and under strict promotion it is an error.

    Args:
      args: the input, then parameters or None. Without a parameter, that of `computed` is float32.
      dtype: see `computed`.
      inexact: as flax has it; the type is always floating.

    Returns:
      The arrays, in one type.
    """
    del inexact
    x, *parameters = args
    own = next((each.dtype for each in parameters if each is not None), jnp.float32)
    x = computed(x, dtype, own)
    return type(args)((x, *(None if each is None else each.astype(x.dtype) for each in parameters)))


def checked_input(subject: str, x: Array, places: tuple[str, ...], in_features: int) -> None:
    """Nothing, or a ValueError unless x has axes for its places, none empty, and then so many features."""
    if x.ndim <= len(places) or x.shape[-1] != in_features:
        axes = "".join(f"{place}, " for place in places)
        raise ValueError(
            f"{subject}: x must be of shape (..., {axes}{in_features}), in_features={in_features} last; got "
            f"shape {x.shape}; reshape it, or make the network with the features it has"
        )
    if places and 0 in x.shape[-1 - len(places) : -1]:
        raise ValueError(
            f"{subject}: x must have at least one place on each of its axes {', '.join(places)}, over which "
            f"a mean is taken; got shape {x.shape}; leave out examples that have none"
        )
