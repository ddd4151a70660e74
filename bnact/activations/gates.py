"""Activations that work on several features at once: gated linear units, maxout, concatenated relu."""

from numbers import Integral

import jax.numpy as jnp
from jax.typing import ArrayLike

from bnact.numerics.divisors import divisors
from bnact.types import Array

from .activation import Activation
from .axis import axis_of
from .floating import floating, widened
from .registry import get


def gated(x: ArrayLike, activation: str | Activation, axis: int = -1) -> Array:
    """The first half of x times an activation of the second half.

    y = a phi(b), x = concatenate(a, b) along the axis. The SECOND half is the gate, as in `jax.nn.glu` and
    torch; where a program has the gate first, exchange the halves of its weights.

    It is a plain product: an infinite a times a gate of 0 is NaN, as in glu of [inf, -inf], where no limit is
    right for all ways to get there.

    Args:
      x: any shape with an even size along the axis, real floating point.
      activation: of the gate: a name in `ACTIVATIONS`, or an `Activation`.
      axis: the axis that is split.

    Returns:
      x's dtype, and its shape with half the size along the axis; half precision is computed in float32 and
      rounded once.

    Raises:
      TypeError: `x` is complex, integer or boolean.
      ValueError: x has no such axis, its size is odd, or no activation has that name.

    Source: Shazeer, GLU variants improve transformer, 2020.
    """
    return _gated("gated", x, activation, axis)


def glu(x: ArrayLike, axis: int = -1) -> Array:
    """Gated linear unit: `gated` with sigmoid, a sigmoid(b). NaN where a is infinite and sigmoid(b) is 0.

    Source: Dauphin, Fan, Auli and Grangier, Language modeling with gated convolutional networks, 2017.
    """
    return _gated("glu", x, "sigmoid", axis)


def geglu(x: ArrayLike, axis: int = -1) -> Array:
    """`gated` with gelu, a gelu(b). Source: Shazeer, GLU variants improve transformer, 2020."""
    return _gated("geglu", x, "gelu", axis)


def swiglu(x: ArrayLike, axis: int = -1) -> Array:
    """`gated` with silu, a silu(b). Source: Shazeer, GLU variants improve transformer, 2020."""
    return _gated("swiglu", x, "silu", axis)


def reglu(x: ArrayLike, axis: int = -1) -> Array:
    """`gated` with relu, a relu(b). Source: Shazeer, GLU variants improve transformer, 2020."""
    return _gated("reglu", x, "relu", axis)


def bilinear(x: ArrayLike, axis: int = -1) -> Array:
    """`gated` with the identity, a b.

    Source: Mnih and Hinton, Three new graphical models for statistical language modelling, 2007.
    """
    return _gated("bilinear", x, "identity", axis)


def maxout(x: ArrayLike, pieces: int) -> Array:
    """The largest of each group of `pieces` neighbouring features.

    y[..., i] = max over j of x[..., i pieces + j]: the features are laid out (features // pieces, pieces).
    Among equals the gradient goes to the first. A group with NaN gives NaN.

    Args:
      x: (..., features), real floating point, features divisible by pieces.
      pieces: the size of a group, a whole number of at least 1.

    Returns:
      (..., features // pieces), of x's dtype.

    Raises:
      TypeError: `x` is complex, integer or boolean.
      ValueError: x has no axis, or pieces is no positive whole number that divides the features.

    Source: Goodfellow, Warde-Farley, Mirza, Courville and Bengio, Maxout networks, 2013.
    """
    array = floating("maxout", x)
    axis_of("maxout", array, -1)
    features = array.shape[-1]
    if not isinstance(pieces, Integral) or pieces < 1 or features % pieces:
        raise ValueError(
            f"maxout: features must be divisible by pieces; got features={features}, pieces={pieces}; "
            f"use pieces in {divisors(features)}"
        )
    grouped = array.reshape(*array.shape[:-1], features // pieces, pieces)
    # Taking an entry, unlike `max`, has one gradient among equals.
    first = jnp.argmax(grouped, axis=-1, keepdims=True)
    return jnp.squeeze(jnp.take_along_axis(grouped, first, axis=-1), -1)


def crelu(x: ArrayLike, axis: int = -1) -> Array:
    """Concatenated relu: relu(x) followed by relu(-x) along the axis.

    At 0 both have slope 0, as `relu` has.

    Args:
      x: any shape, real floating point.
      axis: the axis that becomes twice as long.

    Returns:
      x's dtype, and its shape with twice the size along the axis.

    Raises:
      TypeError: `x` is complex, integer or boolean.
      ValueError: x has no such axis.

    Source: Shang, Sohn, Almeida and Lee, Understanding and improving convolutional neural networks via
    concatenated rectified linear units, 2016.
    """
    array = floating("crelu", x)
    relu = get("relu")
    return jnp.concatenate([relu(array), relu(-array)], axis_of("crelu", array, axis))


def _gated(name: str, x: ArrayLike, activation: str | Activation, axis: int) -> Array:
    array = floating(name, x)
    size = array.shape[axis_of(name, array, axis)]
    if size % 2:
        raise ValueError(
            f"{name}: the size of the axis that is split must be even; got {size} along axis {axis} of "
            f"shape {array.shape}; use {size - 1} or {size + 1} features"
        )
    value, gate = jnp.split(widened(array), 2, axis)
    return (value * get(activation)(gate)).astype(array.dtype)
