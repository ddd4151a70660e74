"""Which axis of an array a function works along."""

from numbers import Integral

from bnact.types import Array


def axis_of(name: str, x: Array, axis: int) -> int:
    """The axis, counted from the front.

    Args:
      name: the function that was called, for the error.
      x: any shape.
      axis: counted from the front, or, negative, from the back.

    Returns:
      A number from 0 to x.ndim - 1.

    Raises:
      ValueError: x has no such axis, or it is no whole number.
    """
    if not isinstance(axis, Integral) or not -x.ndim <= axis < x.ndim:
        reach = f"use one from {-x.ndim} to {x.ndim - 1}" if x.ndim else "use an x with at least one axis"
        raise ValueError(f"{name}: axis must be one of x; got axis={axis} for x of shape {x.shape}; {reach}")
    return int(axis) % x.ndim
