"""The variables of flax's norms: made with flax's arguments, and read in the shape of an input."""

import math
from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp
from flax import nnx
from jax.typing import DTypeLike

from bnact.normalizations import Affine
from bnact.types import Array

from .axes import sizes

Metadata = Mapping[str, Any]
"""What flax attaches to a variable, by name, such as how it is sharded."""


def parameter(
    used: bool,
    init: nnx.Initializer,
    num_features: int,
    dtype: DTypeLike,
    rngs: nnx.Rngs,
    metadata: Metadata,
) -> nnx.Param | None:
    """A parameter of the features, or None where it is not used.

    As in flax, a key is drawn for each parameter that is used: what is made with the same keys after the
    norm is what it would be after flax's.
    """
    return nnx.Param(init(rngs.params(), (num_features,), dtype), **metadata) if used else None


def value_of(variable: nnx.Variable | None) -> Array | None:
    """The variable's array, or None where there is none."""
    return None if variable is None else variable[...]


def affine_over(
    subject: str, scale: Array | None, bias: Array | None, axes: tuple[int, ...], x: Array
) -> Affine:
    """Scale and bias in the shape in which they meet x: flax keeps them flat, over any axes.

    Args:
      subject: of the error message.
      scale, bias: (num_features,), or None.
      axes: those of the features, counted from the first.
      x: of any shape.

    Returns:
      Affine whose arrays have x's number of axes.

    Raises:
      ValueError: there are not as many parameters as x has features on those axes.
    """
    shape = tuple(x.shape[axis] if axis in axes else 1 for axis in range(x.ndim))
    for name, values in (("scale", scale), ("bias", bias)):
        if values is not None:
            check_features(subject, name, values, axes, x)
    return Affine(
        None if scale is None else jnp.reshape(scale, shape),
        None if bias is None else jnp.reshape(bias, shape),
    )


def check_features(subject: str, name: str, values: Array, axes: tuple[int, ...], x: Array) -> None:
    """Nothing, or a ValueError unless x has as many features on the axes as there are values."""
    features = math.prod(sizes(x.shape, axes))
    if values.size != features:
        raise ValueError(
            f"{subject}: x's features must match {name}; got {features} features on axes {axes} of x of "
            f"shape {x.shape}, {name} of shape {values.shape}; use num_features={features}, or another axis"
        )
