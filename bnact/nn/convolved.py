"""A convolution of 3 by 3 places, and the form of it whose backward pass is fast in loops on a CPU.

XLA's CPU backend computes a convolution fast if its axes stand in the usual order. The two convolutions of
the way back, which autodiff makes by exchanging axes, do not; outside of loops XLA brings them into order,
inside it computes them by plain loops, 20 to 40 times slower (jax issue 12868). So they are written here in
that order.
"""

from functools import partial

import jax
import jax.numpy as jnp
from jax import lax
from jax.custom_derivatives import SymbolicZero

from bnact.numerics import varying_as
from bnact.numerics.varying import is_split
from bnact.types import Array


def convolved(x: Array, kernel: Array, stride: int) -> Array:
    """(n, height, width, in) and (3, 3, in, out) -> (n, height / stride, width / stride, out).

    The sizes are rounded up; beyond the edge there are zeros. Nothing but x and the kernel is kept for the
    way back, no patches.
    """
    # Under `jax.shard_map` a transpose must know both to vary along one set of axes.
    kernel = varying_as(x, kernel)
    x = varying_as(kernel, x)
    # Between the places of a stride the way back has gaps, which no order of axes makes fast; and jax does
    # not convolve features that explicit axes of a mesh divide, as examples are in the kernel's gradient.
    is_divided = is_split(x, (0, 1, 2, 3)) or is_split(kernel, (0, 1, 2, 3))
    has_order = stride == 1 and not is_divided
    way_on_cpu = in_order if has_order else jax.checkpoint(partial(by_patches, stride=stride))
    return lax.platform_dependent(x, kernel, cpu=way_on_cpu, default=partial(natively, stride=stride))


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


@jax.custom_jvp
def in_order(x: Array, kernel: Array) -> Array:
    """As `convolved` with a stride of 1, by XLA's convolution; the way back by two more of the same kind.

    The derivative is the transpose of the way back, so that its own transpose is the way back as it is
    written below: forward mode and second derivatives work, though not as fast in loops.
    """
    return natively(x, kernel, 1)


def _in_order_rule(
    primals: tuple[Array, Array], tangents: tuple[Array | SymbolicZero, Array | SymbolicZero]
) -> tuple[Array, Array]:
    (x, kernel), (dx, dkernel) = primals, tangents
    y = natively(x, kernel, 1)
    terms = []  # of nothing there is none: a convolution of zeros would be kept for the way back
    if not isinstance(dx, SymbolicZero):
        terms.append(jax.linear_transpose(lambda dy: _input_gradient(dy, kernel), y)(dx)[0])
    if not isinstance(dkernel, SymbolicZero):
        terms.append(jax.linear_transpose(lambda dy: _kernel_gradient(x, dy), y)(dkernel)[0])
    return y, sum(terms[1:], terms[0]) if terms else jnp.zeros_like(y)


in_order.defjvp(_in_order_rule, symbolic_zeros=True)


def _input_gradient(dy: Array, kernel: Array) -> Array:
    """dL/dx: dy convolved with the kernel turned about its middle, in and out exchanged."""
    return natively(dy, jnp.flip(kernel, (0, 1)).swapaxes(2, 3), 1)


def _kernel_gradient(x: Array, dy: Array) -> Array:
    """dL/dkernel: x convolved with dy, the examples in the place of features and the features of examples."""
    return natively(x.transpose(3, 1, 2, 0), dy.transpose(1, 2, 0, 3), 1).transpose(1, 2, 0, 3)
