"""An activation inside a rule: its value, and how a cotangent goes back through it."""

from collections.abc import Callable

import jax

from bnact.activations import Activation, Learnable
from bnact.types import Array, PyTree

Pull = Callable[[Array], tuple[PyTree, Array]]
"""A cotangent of the activation's value -> those of what it has learned, and of its input."""


def value_of(activation: Activation | Learnable, learned: PyTree, z: Array) -> Array:
    """The activation of `z`; `learned` are the parameters of one that learns, else ()."""
    return activation.apply(learned, z) if isinstance(activation, Learnable) else activation(z)


def value_and_pull(activation: Activation | Learnable, learned: PyTree, z: Array) -> tuple[Array, Pull]:
    """The activation of `z`, and the way back; a fixed one's is its own derivative."""
    if isinstance(activation, Learnable):
        return jax.vjp(activation.apply, learned, z)
    slope = activation.derivative(z)
    return activation(z), lambda da: ((), da * slope)
