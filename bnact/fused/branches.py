"""What a table's entries do, each as one function that is kept.

A branch that is the same function each time is traced once for inputs of a shape: jax keeps what it traced by
the function's identity. The two places of the norm, a forward pass and the one that a gradient begins with
all ask for the same branches.
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


@functools.cache
def normed(norm: Norm) -> Normed:
    """(scale and bias, own parameters, batch) -> what the norm makes of it."""
    return lambda by, own, u: outcome(norm, by, own, u)


@functools.cache
def normed_after(norm: Norm, counted: int) -> Normed:
    """The same with the statistics of the first `counted` examples."""
    return lambda by, own, u: outcome_after(norm, counted, by, own, u)


@functools.cache
def pulled(norm: Norm) -> Pulled:
    """(scale and bias, own parameters, batch, cotangent) -> the gradients by the first three."""
    return lambda by, own, u, dz: jax.vjp(normed(norm), by, own, u)[1](dz)


@functools.cache
def sloped(activation: Activation) -> Sloped:
    """z -> the activation and its derivative there."""
    return lambda z: (activation(z), activation.derivative(z))
