"""Arrays of any library as arrays of jax, through numpy."""

from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import dtypes

from bnact.types import Array


def plain(value: Any) -> np.ndarray:
    """The numbers of a tensor, variable or array of whatever library as a numpy array.

    Args:
      value: anything that numpy takes; a torch tensor that requires a gradient, lives on a device or is
        bfloat16; a keras or flax variable.

    Returns:
      numpy array of the same numbers; torch's bfloat16 as ml_dtypes' bfloat16.
    """
    if hasattr(value, "detach"):
        value = value.detach().cpu()
        if str(value.dtype) == "torch.bfloat16":
            return np.asarray(value.float()).astype(dtypes.bfloat16)
    return np.asarray(value)


def feature_vector(caller: str, name: str, value: Any) -> Array:
    """An array of one value a feature; axes of length 1 around the features fall away.

    Args:
      caller: for the error message.
      name: of the array, as its library calls it.
      value: (features,), or (1, ..., features, ..., 1).

    Returns:
      Array (features,) of the same type; float64 becomes float32 unless jax has 64 bits enabled.

    Raises:
      TypeError: the values are not real floating.
      ValueError: more than one axis is longer than 1.
    """
    array = plain(value)
    if not jnp.issubdtype(array.dtype, jnp.floating):
        raise TypeError(
            f"{caller}: {name} must be real floating; got {array.dtype}; use astype(numpy.float32)"
        )
    if array.ndim == 0 or array.size != max(array.shape):
        raise ValueError(
            f"{caller}: {name} must hold one value a feature; got shape {array.shape}; convert layers that "
            f"are stacked one by one, and use reshape(-1) where a norm over several axes is one over all of "
            f"them"
        )
    return jnp.asarray(array.reshape(-1), dtypes.canonicalize_dtype(array.dtype))


def update_count(caller: str, name: str, value: Any) -> Array:
    """How many updates there were, () int32.

    Args:
      caller: for the error message.
      name: of the count, as its library calls it.
      value: a whole number.

    Raises:
      ValueError: it is not a single whole number that int32 holds, of at least 0.
    """
    array = plain(value)
    largest = np.iinfo(np.int32).max
    # NaN and infinity are in no range, so what is taken as an int here can be one.
    if array.size != 1 or not 0 <= array.item() <= largest or array.item() != int(array.item()):
        raise ValueError(
            f"{caller}: {name} must be one whole number in [0, {largest}]; got {array}; use the number of "
            f"training steps"
        )
    return jnp.asarray(int(array.item()), jnp.int32)
