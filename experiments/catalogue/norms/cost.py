"""What a norm costs, counted by XLA in the programs it compiles."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from bnact.types import Array, PyTree

from .subject import Made, Subject, made


class Work(NamedTuple):
    """For each value of the input: arithmetic operations, and bytes read and written."""

    operations: float
    bytes: float


class Cost(NamedTuple):
    """What a norm costs.

    Attributes:
      training: forward.
      gradient: forward, and backward to the input and all parameters.
      evaluation: forward.
      kept: float32 values that the backward pass is given, for each value of the input.
    """

    training: Work
    gradient: Work
    evaluation: Work
    kept: float


def cost(subject: Subject) -> Cost:
    """The cost with the default settings, at the shape the block is costed with, in float32."""
    shape = subject.block.costed
    norm = made(subject, {}, shape)
    x = jax.random.normal(jax.random.key(0), shape, jnp.float32)

    def forward(train: bool) -> Callable[[PyTree, PyTree, Array], tuple[Array, PyTree]]:
        return lambda params, state, x: norm.apply(params, state, x, train=train)

    def both(params: PyTree, state: PyTree, x: Array, upstream: Array) -> PyTree:
        y, pull, after = jax.vjp(lambda params, x: norm.apply(params, state, x), params, x, has_aux=True)
        return y, after, pull(upstream)

    arguments = norm.params, norm.state, x
    return Cost(
        training=_work(forward(True), x.size, *arguments),
        gradient=_work(both, x.size, *arguments, x),
        evaluation=_work(forward(False), x.size, *arguments),
        kept=_kept(norm, x),
    )


def _work(program: Callable[..., Any], size: int, *arguments: PyTree) -> Work:
    counted = jax.jit(program).lower(*arguments).compile().cost_analysis() or {}
    operations = counted.get("flops", 0.0) + counted.get("transcendentals", 0.0)
    return Work(round(operations / size, 1), round(counted.get("bytes accessed", 0.0) / size, 1))


def _kept(norm: Made, x: Array) -> float:
    """Float32 values in the arrays handed from the forward to the backward pass; equal arrays count once."""
    program = jax.jit(lambda params, x: norm.apply(params, norm.state, x)[0])
    _, pull = jax.vjp(program, norm.params, x)
    arrays = {np.asarray(leaf).tobytes() for leaf in jax.tree.leaves(pull)}
    return round(sum(map(len, arrays)) / 4 / x.size, 1)
