"""The linear maps of a network: dense, and a convolution of 3 by 3 places."""

import jax
import jax.numpy as jnp
from flax import nnx
from jax import lax
from jax.typing import DTypeLike

from bnact.types import Array

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

    The values are those of `nnx.Conv(kernel_size=(3, 3), padding=1)`. On a CPU it is computed as a matrix
    product of patches: XLA's convolution is many times slower there in the backward pass of a loop.

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
        """Makes the map; further arguments and errors as in `dense`."""
        checked_dtypes("Convolution", dtype, param_dtype)
        self.stride, self.dtype = stride, dtype
        self.kernel = nnx.Param(kernel_init(rngs.params(), (3, 3, in_features, out_features), param_dtype))
        self.bias = nnx.Param(jnp.zeros(out_features, param_dtype))

    def __call__(self, x: Array) -> Array:
        """(..., height, width, in_features) -> (..., height / stride, width / stride, out_features).

        The sizes are rounded up.
        """
        x, kernel, bias = in_type_of_input((x, self.kernel[...], self.bias[...]), dtype=self.dtype)
        images = x.reshape(-1, *x.shape[-3:])
        y = convolved(images, kernel, self.stride)
        return (y + jnp.broadcast_to(bias, y.shape)).reshape(*x.shape[:-3], *y.shape[1:])


def convolved(x: Array, kernel: Array, stride: int) -> Array:
    """(n, height, width, in) and (3, 3, in, out) -> (n, height / stride, width / stride, out)."""

    # Nothing but x and the kernel is kept for the way back: the patches are nine times as large as x.
    @jax.checkpoint
    def chosen(x: Array, kernel: Array) -> Array:
        return lax.platform_dependent(
            x,
            kernel,
            cpu=lambda x, kernel: by_patches(x, kernel, stride),
            default=lambda x, kernel: natively(x, kernel, stride),
        )

    return chosen(x, kernel)


def natively(x: Array, kernel: Array, stride: int) -> Array:
    """As `convolved`, by XLA's convolution."""
    padding, layout = ((1, 1), (1, 1)), ("NHWC", "HWIO", "NHWC")
    return lax.conv_general_dilated(x, kernel, (stride, stride), padding, dimension_numbers=layout)


def by_patches(x: Array, kernel: Array, stride: int) -> Array:
    """As `convolved`, by one matrix product of every place's nine neighbours."""
    height, width = x.shape[1:3]
    padded = jnp.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    shifts = [(i, j) for i in range(3) for j in range(3)]
    shifted = [padded[:, i : i + height : stride, j : j + width : stride] for i, j in shifts]
    return jnp.concatenate(shifted, axis=-1) @ kernel.reshape(-1, kernel.shape[-1])
