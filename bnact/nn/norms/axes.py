"""The axes of an array as flax's norms take them: one or several, from either end."""

import operator
from collections.abc import Iterable

Axes = int | Iterable[int]


def checked_axes(subject: str, name: str, axes: Axes) -> int | tuple[int, ...]:
    """The axis, or the axes as a tuple, or a TypeError unless they are whole numbers.

    A tuple, since what a module keeps must be hashable for `nnx.jit`.

    Args:
      subject: of the error message.
      name: the argument's.
      axes: one axis or several.
    """
    try:
        return tuple(map(operator.index, axes)) if isinstance(axes, Iterable) else operator.index(axes)
    except TypeError as error:
        raise TypeError(
            f"{subject}: {name} must be an axis or several, whole numbers; got {axes!r}; use {name}=-1"
        ) from error


def positive_axes(
    subject: str, name: str, axes: int | tuple[int, ...], shape: tuple[int, ...], array: str = "x"
) -> tuple[int, ...]:
    """The axes counted from the first, each once, in order.

    Args:
      subject: of the error message.
      name: the argument's.
      axes: from either end.
      shape: of the array.
      array: its name.

    Raises:
      ValueError: the array has no such axis.
    """
    ndim, axes = len(shape), (axes,) if isinstance(axes, int) else axes
    if any(not -ndim <= axis < ndim for axis in axes):
        raise ValueError(
            f"{subject}: {name} must be axes of {array}; got {name}={axes}, {array} of shape {shape}; "
            f"use axes in [{-ndim}, {ndim})"
        )
    return tuple(sorted({axis % ndim for axis in axes}))


def other_axes(axes: tuple[int, ...], ndim: int) -> tuple[int, ...]:
    """All axes but those, which count from the first."""
    return tuple(axis for axis in range(ndim) if axis not in axes)


def sizes(shape: tuple[int, ...], axes: tuple[int, ...]) -> tuple[int, ...]:
    """The sizes of those axes."""
    return tuple(shape[axis] for axis in axes)


def feature_sizes(subject: str, name: str, axes: Axes, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The sizes of the axes in order, or an error; arguments as in `checked_axes` and `positive_axes`."""
    return sizes(shape, positive_axes(subject, name, checked_axes(subject, name, axes), shape))


def hashable_groups(groups: Iterable[Iterable[int]] | None) -> tuple[tuple[int, ...], ...] | None:
    """The groups of a mapped axis as tuples, which a module must keep them as for `nnx.jit`."""
    return None if groups is None else tuple(tuple(group) for group in groups)
