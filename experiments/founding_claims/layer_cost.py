"""What a layer costs with each activation, counted and not timed: the same on every run of a version."""

import functools
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from bnact.fused import norm_act
from bnact.types import Array

from .scale import BATCH_SIZE, WIDTH

COUNTED = (
    f"one layer of {WIDTH} units (linear map, batch norm, activation) on a batch of {BATCH_SIZE}, value and "
    "gradient, in the operations that the compiler counts in its compiled program, transcendental functions "
    "among them"
)


QUICKLY = {"xla_backend_optimization_level": "0"}
"""The program is counted and never run: its machine code need not be good."""


class LayerCost(NamedTuple):
    """What value and gradient of a layer cost.

    Attributes:
      operations: floating-point operations and transcendental functions in the compiled program.
      kept: bytes that norm and activation keep from the way forward for the way back.
    """

    operations: float
    kept: int


@functools.cache
def layer_cost(activation: str) -> LayerCost:
    """The cost of a layer with batch norm before an activation.

    Args:
      activation: its name.

    Returns:
      The cost.
    """

    def of_pair(x: Array, scale: Array, bias: Array) -> Array:
        return norm_act(x, scale, bias, activation=activation)[0]

    def loss(x: Array, weights: Array, scale: Array, bias: Array, cotangent: Array) -> Array:
        return jnp.vdot(of_pair(x @ weights, scale, bias), cotangent)

    batch = jax.ShapeDtypeStruct((BATCH_SIZE, WIDTH), jnp.float32)
    weights = jax.ShapeDtypeStruct((WIDTH, WIDTH), jnp.float32)
    affine = jax.ShapeDtypeStruct((WIDTH,), jnp.float32)
    gradient = jax.jit(jax.value_and_grad(loss, argnums=(0, 1, 2, 3)))
    program = gradient.lower(batch, weights, affine, affine, batch).compile(QUICKLY)
    counts: Any = program.cost_analysis()
    residuals = jax.eval_shape(lambda *given: jax.vjp(of_pair, *given)[1], batch, affine, affine)
    kept = sum(int(np.prod(each.shape)) * each.dtype.itemsize for each in jax.tree.leaves(residuals))
    return LayerCost(float(counts["flops"] + counts.get("transcendentals", 0.0)), kept)


def saved_share(activation: str, other: str) -> float:
    """The share of the other's operations that a layer with the activation does without."""
    return 1.0 - layer_cost(activation).operations / layer_cost(other).operations
