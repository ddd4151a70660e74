"""Shrinkage: what is near zero becomes zero, what is not is pulled towards it or kept."""

import functools

import jax.numpy as jnp

from bnact.types import Array

from .activation import Activation
from .broken_line import BrokenLine, Knot, broken_line_activation
from .elementary.points import minus, rounded_down
from .parameters import number, positive, record_name
from .rule import Formula

_SOURCE = "Donoho and Johnstone, Ideal spatial adaptation by wavelet shrinkage, 1994"


def soft_shrink(size: float = 0.5) -> Activation:
    """x - size for x > size, x + size for x < -size, 0 between: `shrink` with bias = size, continuous.

    Args:
      size: half the width of the interval that goes to 0, within 1e-6 and 1e6.

    Returns:
      The record, one and the same for equal parameters.

    Raises:
      ValueError: `size` is outside its interval.

    Source: Donoho and Johnstone, Ideal spatial adaptation by wavelet shrinkage, 1994.
    """
    return _soft_shrink(positive("soft_shrink", "size", size))


def hard_shrink(size: float = 0.5) -> Activation:
    """x for |x| > size, else 0: `shrink` with bias = 0, which jumps at -size and size.

    Args:
      size: half the width of the interval that goes to 0, within 1e-6 and 1e6.

    Returns:
      The record, one and the same for equal parameters.

    Raises:
      ValueError: `size` is outside its interval.

    Source: Donoho and Johnstone, Ideal spatial adaptation by wavelet shrinkage, 1994.
    """
    return _hard_shrink(positive("hard_shrink", "size", size))


def shrink(size: float = 0.5, bias: float = 0.0) -> Activation:
    """x - bias for x > size, x + bias for x < -size, 0 between: ONNX's Shrink, its lambd being `size`.

    Args:
      size: half the width of the interval that goes to 0, within 1e-6 and 1e6.
      bias: what is taken off outside; 0 gives `hard_shrink`, `size` gives `soft_shrink`.

    Returns:
      The record, one and the same for equal parameters.

    Raises:
      ValueError: a parameter is outside its interval, or `bias` is not 0 but is in float32.

    Source: Donoho and Johnstone, Ideal spatial adaptation by wavelet shrinkage, 1994.
    """
    checked = positive("shrink", "size", size)
    offset = number("shrink", "bias", bias)
    if offset == 0.0:
        return _hard_shrink(checked)
    return _soft_shrink(checked) if offset == checked else _shrink(checked, offset)


@functools.cache
def _soft_shrink(size: float) -> Activation:
    name = record_name("soft_shrink", {"size": size}, {"size": 0.5})
    return _shrinkage(
        name, size, size, f"x - {size!r} if x > {size!r}, x + {size!r} if x < -{size!r}, else 0"
    )


@functools.cache
def _hard_shrink(size: float) -> Activation:
    name = record_name("hard_shrink", {"size": size}, {"size": 0.5})
    return _shrinkage(name, size, 0.0, f"x if |x| > {size!r} else 0")


@functools.cache
def _shrink(size: float, bias: float) -> Activation:
    name = record_name("shrink", {"size": size, "bias": bias}, {})
    formula = f"x - bias if x > {size!r}, x + bias if x < -{size!r}, else 0, bias = {bias!r}"
    return _shrinkage(name, size, bias, formula)


def _shrinkage(name: str, size: float, bias: float, formula: str) -> Activation:
    edge = size - bias

    def value(x: Array) -> Array:
        outside = jnp.where(x > 0, minus(x, bias), minus(x, -bias))
        return jnp.where(jnp.abs(x) <= rounded_down(size, x.dtype), 0.0, outside)

    return broken_line_activation(
        name,
        BrokenLine((Knot(-size, -edge, 0.0), Knot(size, 0.0, edge)), (1.0, 0.0, 1.0)),
        value=value,
        definition=_left_differentiable(size, bias),
        formula=formula,
        source=_SOURCE,
    )


def _left_differentiable(size: float, bias: float) -> Formula:
    """The definition, 0 at -size, written so that autodiff has there the slope of the piece on the left."""

    def definition(x: Array) -> Array:
        pieces = jnp.where(x > size, x - bias, jnp.where(x > -size, 0.0, x + bias))
        return pieces + jnp.where(x == -size, size - bias, 0.0)

    return definition


HARD_SHRINK, SOFT_SHRINK = hard_shrink(), soft_shrink()
