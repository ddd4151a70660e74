"""What a norm does with its rows, the examples, whichever way they come: residuals that are zero.

Each compares two ways to compute the same, in value and in the gradient by x. Everything is known of a norm
by one function of rows.
"""

from collections.abc import Callable
from typing import NamedTuple, Protocol

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh

from bnact.distributed import function_of_lanes
from bnact.numerics.divisors import divisors
from bnact.numerics.moments import wide
from bnact.numerics.tolerances import tolerance
from bnact.types import Array, AxisName

from .residual import Residual, between, root_mean_square

_MEMBERS = "rows of bnact.invariants"
_SEED = 1618033988


class Rows(Protocol):
    """A function of rows: a norm, or anything with norms in it."""

    def __call__(self, x: Array, mask: Array | None = None, axis_name: AxisName | None = None) -> Array:
        """(examples, ...) -> (examples, ...); mask and axis_name are for the norms."""
        ...


class RowResiduals(NamedTuple):
    """What two ways to compute the same differ by.

    Attributes:
      value: of the output.
      gradient: of the gradient by x.
    """

    value: Residual
    gradient: Residual


def equal_functions(
    one: Callable[[Array], Array], other: Callable[[Array], Array], x: Array, cotangent: Array
) -> RowResiduals:
    """Residual of: two functions are the same at x, such as microbatched and full.

    Args:
      one, other: of one array, with outputs of one shape.
      x: where.
      cotangent: of the output's shape, dL/dy.

    Returns:
      one less other, of the output's shape, and of x's for the gradient.
    """
    y, backward = jax.vjp(one, x)
    reference, reference_backward = jax.vjp(other, x)
    value = between(y, reference, tolerance(reference.dtype).value, jnp.zeros(()))
    above = cotangent.astype(reference.dtype)
    gradient, expected = backward(above)[0], reference_backward(above)[0]
    # Terms that cancel, as all do where a constant comes from above batch norm, do not with random signs.
    terms = root_mean_square(wide(reference_backward(above * _signs(above))[0]))
    return RowResiduals(value, between(gradient, expected, tolerance(x.dtype).gradient, terms))


def _signs(x: Array) -> Array:
    """Random ones, of x's shape, always the same."""
    return jnp.asarray(np.random.default_rng(_SEED).choice((-1.0, 1.0), x.shape), x.dtype)


def masked_rows(fn: Rows, x: Array, cotangent: Array, behind: Array) -> RowResiduals:
    """Residual of: rows behind the mask might as well not be there.

    Args:
      fn: of rows.
      x: (examples, ..., features), the rows that count.
      cotangent: of x's shape.
      behind: (others, ..., features), rows that do not count; they may be NaN.

    Returns:
      What comes out of x with the others masked behind it, less what comes out of x alone.

    Raises:
      ValueError: the rows behind are not of the shape of those of x.
    """
    if behind.shape[1:] != x.shape[1:]:
        raise ValueError(
            f"masked_rows: behind must have rows of the shape of x's, {x.shape[1:]}; got {behind.shape[1:]}; "
            f"use for example shape {(1, *x.shape[1:])}"
        )
    number = x.shape[0]
    counts = jnp.arange(number + behind.shape[0]) < number
    mask = jnp.reshape(counts, (-1, *[1] * (x.ndim - 1)))

    def with_others(x: Array) -> Array:
        return fn(jnp.concatenate([x, behind]), jnp.broadcast_to(mask, (mask.shape[0], *x.shape[1:])))[
            :number
        ]

    return equal_functions(with_others, lambda x: fn(x), x, cotangent)


def reordered_rows(fn: Rows, x: Array, cotangent: Array, order: Array) -> RowResiduals:
    """Residual of: the order of the examples does not matter.

    Args:
      fn: of rows.
      x: (examples, ..., features).
      cotangent: of x's shape.
      order: (examples,) a permutation.

    Returns:
      What comes out of the rows in that order, put back, less what comes out of them as they are.
    """
    return equal_functions(lambda x: fn(x[order])[jnp.argsort(order)], lambda x: fn(x), x, cotangent)


def divided_rows(fn: Rows, x: Array, cotangent: Array, members: int) -> RowResiduals:
    """Residual of: rows divided among the members of a mapped axis, that of `jax.vmap`, are as together.

    Args:
      fn: of rows.
      x: (examples, ..., features), examples a multiple of the members.
      cotangent: of x's shape.
      members: how many.

    Returns:
      What comes out of the members, less what comes out of all rows together.

    Raises:
      ValueError: the members do not divide the examples.
    """
    _check_divides("divided_rows", "members", members, x)

    def divided(x: Array) -> Array:
        parts = jnp.reshape(x, (members, -1, *x.shape[1:]))
        mapped = jax.vmap(lambda part: fn(part, axis_name=_MEMBERS), axis_name=_MEMBERS)
        return jnp.reshape(mapped(parts), x.shape)

    return equal_functions(divided, lambda x: fn(x), x, cotangent)


def sharded_rows(fn: Rows, x: Array, cotangent: Array, mesh: Mesh) -> RowResiduals:
    """Residual of: rows on several devices are as on one.

    Args:
      fn: of rows.
      x: (examples, ..., features), examples a multiple of the devices.
      cotangent: of x's shape.
      mesh: as `bnact.distributed.population_mesh` makes it.

    Returns:
      What comes out of the devices, less what comes out of one.

    Raises:
      ValueError: the devices do not divide the examples.
    """
    _check_divides("sharded_rows", "devices", mesh.size, x)
    axis = mesh.axis_names[0]
    on_devices = function_of_lanes(lambda _, part: fn(part, axis_name=axis), mesh)

    def sharded(x: Array) -> Array:
        parts = jnp.reshape(x, (mesh.size, -1, *x.shape[1:]))
        return jnp.reshape(on_devices(None, parts), x.shape)

    return equal_functions(sharded, lambda x: fn(x), x, cotangent)


def _check_divides(function: str, what: str, number: int, x: Array) -> None:
    examples = x.shape[0]
    if number < 1 or examples % number:
        raise ValueError(
            f"{function}: the number of {what} must divide the examples; got {number} {what}, {examples} "
            f"examples; use {what} in {divisors(examples)}"
        )
