"""The linear maps of a network: dense, and a convolution of 3 by 3 places."""

import jax.numpy as jnp
from flax import nnx
from jax.typing import DTypeLike

from bnact.normalizations.border import checked_features, checked_size
from bnact.types import Array

from .convolved import convolved
from .initializers import Initializer
from .precision import checked_dtypes, in_type_of_input


def dense(
    in_features: int,
    out_features: int,
    kernel_init: Initializer,
    *,
    dtype: DTypeLike | None = None,
    param_dtype: DTypeLike = jnp.float32,
    rngs: nnx.Rngs,
) -> nnx.Linear:
    """The map x W + b of the last axis.

    Args:
      in_features, out_features: sizes of the last axis, in and out.
      kernel_init: initializer of W; b starts at 0.
      dtype: of the arithmetic and the output; None takes the input's own.
      param_dtype: of W and b.
      rngs: keys for the initial values.

    Raises:
      ValueError: a type that is not real floating.
    """
    checked_dtypes("dense", dtype, param_dtype)
    return nnx.Linear(
        in_features,
        out_features,
        dtype=dtype,
        param_dtype=param_dtype,
        kernel_init=kernel_init,
        promote_dtype=in_type_of_input,
        rngs=rngs,
    )


class Convolution(nnx.Module):
    """Every place's output is a linear map of the 3 by 3 places around it, zeros beyond the edge.

    The values are those of `nnx.Conv(kernel_size=(3, 3), padding=1)`, computed by `convolved`, whose backward
    pass with a stride of 1 is about as fast in a loop as outside, also on a CPU.

    Attributes:
      kernel: (3, 3, in_features, out_features).
      bias: (out_features,).
      stride: distance of the places that have an output, along both axes.
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        kernel_init: Initializer,
        *,
        stride: int = 1,
        dtype: DTypeLike | None = None,
        param_dtype: DTypeLike = jnp.float32,
        rngs: nnx.Rngs,
    ):
        """Makes the map; further arguments and errors as in `dense`.

        Raises:
          TypeError: a number of features that is no integer.
          ValueError: no features, or a stride that is no whole number of at least 1.
        """
        checked_dtypes("Convolution", dtype, param_dtype)
        in_features, out_features = (
            checked_features("Convolution", features) for features in (in_features, out_features)
        )
        checked_size("Convolution", "stride", stride)
        self.stride, self.dtype = stride, dtype
        self.kernel = nnx.Param(kernel_init(rngs.params(), (3, 3, in_features, out_features), param_dtype))
        self.bias = nnx.Param(jnp.zeros(out_features, param_dtype))

    def __call__(self, x: Array) -> Array:
        """(..., height, width, in_features) -> (..., height / stride, width / stride, out_features).

        The sizes are rounded up.

        Raises:
          ValueError: x has other axes or features, or no place.
        """
        _check_images(x, self.kernel.shape[-2])
        x, kernel, bias = in_type_of_input((x, self.kernel[...], self.bias[...]), dtype=self.dtype)
        images = x.reshape(-1, *x.shape[-3:])
        y = convolved(images, kernel, self.stride)
        return (y + jnp.broadcast_to(bias, y.shape)).reshape(*x.shape[:-3], *y.shape[1:])


def _check_images(x: Array, in_features: int) -> None:
    if x.ndim < 3 or x.shape[-1] != in_features or 0 in x.shape[-3:-1]:
        raise ValueError(
            f"Convolution: x must be of shape (..., height, width, {in_features}), with a place or more and "
            f"its features last; got shape {x.shape}; reshape it, or make the map with the features it has"
        )
