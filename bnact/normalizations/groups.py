"""Features in groups, and the statistics of an example over each group."""

import jax.numpy as jnp

from bnact.normalizations.border import checked_size
from bnact.numerics.divisors import divisors
from bnact.numerics.moments import Moments, moments
from bnact.types import Array

GROUPS = 32


def checked_groups(norm: str, groups: int | None, group_size: int | None) -> None:
    """Nothing, or a ValueError where both are given, or the one given is no positive whole number."""
    if groups is not None and group_size is not None:
        raise ValueError(
            f"{norm}: groups and group_size say the same thing twice; got groups={groups}, "
            f"group_size={group_size}; use one of them"
        )
    for setting, value in (("groups", groups), ("group_size", group_size)):
        if value is not None:
            checked_size(norm, setting, value)


def number_of_groups(norm: str, features: int, groups: int | None, group_size: int | None) -> int:
    """How many groups there are: as many as asked for, or as their size makes, or 32.

    Args:
      norm: for the error message.
      features: how many features there are.
      groups: how many groups.
      group_size: features in a group, in place of `groups`.

    Returns:
      A divisor of `features`.

    Raises:
      ValueError: the features cannot be divided so.
    """
    if group_size is not None:
        setting, divisor = "group_size", group_size
    else:
        setting, divisor = "groups", GROUPS if groups is None else groups
    if features % divisor:
        raise ValueError(
            f"{norm}: features must be divisible by {setting}; got features={features}, {setting}={divisor}; "
            f"use {setting} in {divisors(features)}"
        )
    return divisor if group_size is None else features // divisor


def grouped(x: Array, groups: int) -> Array:
    """(..., features) as (..., groups, features / groups)."""
    return jnp.reshape(x, (*x.shape[:-1], groups, x.shape[-1] // groups))


def grouped_axes(ndim: int) -> tuple[int, ...]:
    """The axes of a grouped array, from one of `ndim` axes, over which an example's statistics are taken.

    They are all but the first and that of the groups; where there is one axis, the features, that of the
    group's features alone.
    """
    return (*range(1, ndim - 1), ndim)


def grouped_moments(x: Array, groups: int, mask: Array | None) -> Moments:
    """The moments of every example over each group: the fields are (examples, groups)."""
    mask = None if mask is None else grouped(mask, groups)
    return moments(grouped(x, groups), grouped_axes(x.ndim), mask)
