"""What a table's entries do, each as one function that is kept.

A branch that is the same function each time is traced once for inputs of a shape: jax keeps what it traced by
the function's identity. The two places of the norm, a forward pass and the one that a gradient begins with
all ask for the same branches. So a test that changes what stands below a branch must change the branch, or
clear jax's caches.
"""

import functools
from collections.abc import Callable

import jax

from bnact.activations import Activation
from bnact.normalizations import Affine
from bnact.types import Array

from .norms import Norm, Own, outcome, outcome_after

Normed = Callable[[Affine, Own, Array], Array]
Pulled = Callable[[Affine, Own, Array, Array], tuple[Affine, Own, Array]]
Sloped = Callable[[Array], tuple[Array, Array]]

# More than the largest table has, but bounded: a record of a user's own is let go some tables later.
_kept = functools.lru_cache(maxsize=256)


@_kept
def normed(norm: Norm) -> Normed:
    """(scale and bias, own parameters, batch) -> what the norm makes of it."""

    def normalized(by: Affine, own: Own, u: Array) -> Array:
        return outcome(norm, by, own, u)

    return normalized


@_kept
def normed_after(norm: Norm, counted: int) -> Normed:
    """The same with the statistics of the first `counted` examples."""

    def normalized_after(by: Affine, own: Own, u: Array) -> Array:
        return outcome_after(norm, counted, by, own, u)

    return normalized_after


@_kept
def pulled(norm: Norm) -> Pulled:
    """(scale and bias, own parameters, batch, cotangent) -> the gradients by the first three."""

    def gradients(by: Affine, own: Own, u: Array, dz: Array) -> tuple[Affine, Own, Array]:
        return jax.vjp(normed(norm), by, own, u)[1](dz)

    return gradients


def valued(activation: Activation) -> Callable[[Array], Array]:
    """z -> the activation there; the record's own function, which is one as long as the record."""
    return activation.curve.value


@_kept
def sloped(activation: Activation) -> Sloped:
    """z -> the activation and its derivative there."""

    def value_and_slope(z: Array) -> tuple[Array, Array]:
        return activation(z), activation.derivative(z)

    return value_and_slope
