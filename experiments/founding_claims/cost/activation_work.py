"""What an activation's value and gradient cost, counted: operations, and numbers kept for the backward pass.

Nothing is run or timed: shapes are traced, and XLA counts the operations of the program before it optimizes
it, so that the count is the same on every machine.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from bnact import fused
from bnact.activations import get

BATCH_SIZE = 64
Shape = jax.ShapeDtypeStruct


class Work(NamedTuple):
    """What a value and its gradient take.

    Attributes:
      operations: floating point operations, a transcendental function counted as one; NaN if not counted.
      transcendentals: how many of them are transcendental functions.
      kept: bytes that the forward pass leaves to the backward pass.
    """

    operations: float
    transcendentals: float
    kept: int


def alone(activation: str, width: int) -> Work:
    """Of the activation of (BATCH_SIZE, width) numbers."""
    return _work(get(activation), _matrix(width))


def in_pair(activation: str, width: int) -> Work:
    """Of batch norm and the activation behind it, in one fused backward pass."""
    return _work(_pair(activation), _matrix(width), _vector(width), _vector(width))


def in_layer(activation: str, width: int) -> Work:
    """Of a dense layer of width x width weights, batch norm and the activation: a layer's training step."""

    def layer(x: jax.Array, weights: jax.Array, scale: jax.Array, bias: jax.Array) -> jax.Array:
        return _pair(activation)(x @ weights, scale, bias)

    return _work(layer, _matrix(width), Shape((width, width), jnp.float32), _vector(width), _vector(width))


def _pair(activation: str) -> Callable[..., jax.Array]:
    return lambda x, scale, bias: fused.norm_act(x, scale, bias, activation=activation)[0]


def _work(function: Callable[..., jax.Array], *given: Shape) -> Work:
    counted: Any = lowered(function, *given).cost_analysis() or {}
    transcendentals = float(counted.get("transcendentals") or 0.0)
    operations = float(counted.get("flops", float("nan")))
    return Work(operations + transcendentals, transcendentals, kept_bytes(function, *given))


def lowered(function: Callable[..., jax.Array], *given: Shape) -> jax.stages.Lowered:
    """The program of a function's value and its gradients by all that it is given, not yet compiled."""

    def value_and_gradients(cotangent: jax.Array, *given: jax.Array) -> object:
        value, backward = jax.vjp(function, *given)
        return value, backward(cotangent)

    return jax.jit(value_and_gradients).lower(jax.eval_shape(function, *given), *given)


def kept_bytes(function: Callable[..., jax.Array], *given: Shape) -> int:
    """Bytes of all arrays that the forward pass leaves to the backward pass, an argument kept included."""
    backward = jax.eval_shape(lambda *given: jax.vjp(function, *given)[1], *given)
    return sum(leaf.size * leaf.dtype.itemsize for leaf in jax.tree.leaves(backward))


def _matrix(width: int) -> Shape:
    return Shape((BATCH_SIZE, width), jnp.float32)


def _vector(width: int) -> Shape:
    return Shape((width,), jnp.float32)
