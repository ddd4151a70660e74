"""Arrays as numpy's."""

import jax
import jax.numpy as jnp
import numpy as np

from bnact.types import Array


def numpy_of(array: Array) -> np.ndarray:
    """The array as numpy's; of random keys the whole numbers they are made of."""
    if jnp.issubdtype(array.dtype, jax.dtypes.prng_key):
        array = jax.random.key_data(array)
    return np.asarray(array)
