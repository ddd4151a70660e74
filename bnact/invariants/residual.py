"""A number that is zero but for rounding, and how much rounding there can be."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from bnact.numerics.moments import wide
from bnact.types import Array, PyTree


class Residual(NamedTuple):
    """What an identity leaves over.

    Attributes:
      value: any shape, left side less right side: zero but for rounding.
      bound: of the same shape, how large rounding alone may make it: the tolerance of the dtype times the
        sizes of what is added up to make that element.
    """

    value: Array
    bound: Array


def share(residual: Residual) -> Array:
    """The part of its bound that each element takes up, |value| / bound.

    Args:
      residual: any shape.

    Returns:
      Of the same shape: at most 1 where the identity holds; infinite where the value is not a finite number.
    """
    size = jnp.abs(residual.value)
    quotient = size / jnp.where(residual.bound > 0, residual.bound, 1)
    quotient = jnp.where(residual.bound > 0, quotient, jnp.where(size == 0, 0, jnp.inf))
    return jnp.where(jnp.isfinite(size) & jnp.isfinite(residual.bound), quotient, jnp.inf)


def numpy_shares(value: np.ndarray, bound: np.ndarray) -> np.ndarray:
    """`share` without JAX, which would make 64 bits 32, and a constant inside jit a traced value."""
    size = np.abs(value)
    with np.errstate(over="ignore"):
        quotient = size / np.where(bound > 0, bound, 1)
    quotient = np.where(bound > 0, quotient, np.where(size == 0, 0, np.inf))
    return np.where(np.isfinite(size) & np.isfinite(bound), quotient, np.inf)


def largest_share(residuals: PyTree) -> Array:
    """The largest `share` of all elements of all residuals in a tree.

    Args:
      residuals: a tree of `Residual`.

    Returns:
      A scalar, () float32 or wider; 0 where there is no element.
    """
    leaves = jax.tree.leaves(residuals, is_leaf=is_residual)
    largest = [jnp.max(share(leaf), initial=0.0) for leaf in leaves]
    return jnp.max(jnp.stack(largest), initial=0.0) if largest else jnp.zeros(())


def is_residual(value: object) -> bool:
    """Whether a node of a tree is a `Residual`."""
    return isinstance(value, Residual)


def between(one: Array, other: Array, tolerance: float, terms: Array) -> Residual:
    """What two computations of the same thing differ by, of which only the results are known.

    An element is a sum of terms that nobody sees, and may be smaller than each. So beside its own size the
    bound knows that of a usual element, the root of the mean square, which no array's size changes. Where the
    truth is 0 throughout, as of the gradient by a bias before batch norm, the elements are rounding and
    nothing else: then what is known of the size of the terms counts.

    Args:
      one, other: of one shape.
      tolerance: relative, from `bnact.numerics.tolerances`.
      terms: how large the terms are that may have cancelled, of a shape that broadcasts to theirs.
    """
    found, reference = wide(one), wide(other)
    sizes = jnp.abs(found) + jnp.abs(reference) + root_mean_square(reference) + terms.astype(reference.dtype)
    return Residual(found - reference, tolerance * sizes)


def root_mean_square(x: Array) -> Array:
    """sqrt(mean(x^2)), (); 0 of nothing; the largest element is taken out, so that no square overflows."""
    largest = jnp.max(jnp.abs(x), initial=0.0)
    unit = jnp.where(largest > 0, largest, 1)
    return unit * jnp.sqrt(jnp.sum(jnp.square(x / unit)) / max(x.size, 1))


def largest_root_mean_square(leaves: PyTree) -> Array:
    """That of the leaf in which it is largest, ().

    It is the size of the terms of all leaves' gradients where one leaf's gradient is 0 and so does not know.
    """
    each = [root_mean_square(wide(leaf)) for leaf in jax.tree.leaves(leaves)] or [jnp.zeros(())]
    widest = jnp.result_type(*each)
    return jnp.max(jnp.stack([one.astype(widest) for one in each]))
