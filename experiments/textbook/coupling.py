"""What one example's loss does to another example, with and without batch norm."""

import functools
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from bnact import normalizations
from bnact.normalizations.lifecycle import (
    ExampleLoss,
    frozen_gradients,
    leave_one_out_gradients,
    summing_gradients,
)
from bnact.types import Array

UNITS, BATCH = 3, 8


class Weights(NamedTuple):
    """Of a small network: features by units, the norm's, and units by outputs."""

    kernel: Array
    norm: Any
    readout: Array


class PerExampleGradients(NamedTuple):
    """Of one network on one batch, by all its weights.

    Attributes:
      of_mean: (weights,) of the mean loss of the batch, in training.
      alone: (examples, weights) of each example's loss in training, in a batch of its own.
    """

    of_mean: np.ndarray
    alone: np.ndarray


class CoupledGradients(NamedTuple):
    """Of the same network behind batch norm, where an example alone has no loss.

    Attributes:
      of_mean: (weights,) of the mean loss of the batch, in training.
      held: (examples, weights) of each example's loss, the statistics held where the batch puts them.
      contributed: (examples, weights) what each example contributes to the gradient of the batch's sum.
      left_out: (examples, weights) by what that changes without each example.
    """

    of_mean: np.ndarray
    held: np.ndarray
    contributed: np.ndarray
    left_out: np.ndarray


class _Network(NamedTuple):
    loss: ExampleLoss
    weights: Weights
    examples: tuple[Array, Array]


@functools.cache
def gradients_under(norm: str) -> PerExampleGradients:
    """The gradients of a network norm(x W), relu, a linear output and squared error, in 64 bits.

    Args:
      norm: name of a norm that couples no examples; weights and examples are the same for all.

    Returns:
      The gradients.

    Raises:
      ValueError: the norm has no statistics of one example.
    """

    def both(draws: _Draws) -> tuple[Array, Array]:
        loss, weights, examples = _network(norm, draws)

        batches_of_one = jax.tree.map(lambda leaf: leaf[:, None], examples)
        alone = jax.lax.map(lambda batch: _gradient(loss, weights, batch), batches_of_one)
        return _gradient(loss, weights, examples), alone

    with jax.enable_x64(True):
        return PerExampleGradients(*map(np.asarray, jax.jit(both)(_draws())))


@functools.cache
def coupled_gradients() -> CoupledGradients:
    """The gradients of the same network with batch norm, for each meaning of an example's gradient."""

    def each(draws: _Draws) -> list[Array]:
        network = _network("batch", draws)
        meanings = frozen_gradients, summing_gradients, leave_one_out_gradients
        return [_gradient(*network), *(_flat(gradients(*network), 1) for gradients in meanings)]

    with jax.enable_x64(True):
        return CoupledGradients(*map(np.asarray, jax.jit(each)(_draws())))


class _Draws(NamedTuple):
    kernel: np.ndarray
    readout: np.ndarray
    inputs: np.ndarray
    targets: np.ndarray


def _draws() -> _Draws:
    draws = np.random.RandomState(0)
    shapes = (2, UNITS), (UNITS,), (BATCH, 2), (BATCH,)
    return _Draws(*(draws.standard_normal(shape) for shape in shapes))


def _network(norm: str, draws: _Draws) -> _Network:
    # Without a memory of earlier batches the running averages are the statistics of this one.
    factory = normalizations.get(norm)
    made = factory(momentum=0.0) if norm == "batch" else factory()
    params, state = jax.tree.map(_widened, made.init(UNITS))
    weights = Weights(jnp.asarray(draws.kernel), params, jnp.asarray(draws.readout))
    _, state = made.apply(params, state, jnp.asarray(draws.inputs) @ weights.kernel, train=True)
    return _Network(_loss(made, state), weights, (jnp.asarray(draws.inputs), jnp.asarray(draws.targets)))


def _widened(leaf: Array) -> Array:
    return leaf.astype(np.float64) if jnp.issubdtype(leaf.dtype, jnp.floating) else leaf


def _loss(norm: normalizations.Normalization, state: Any) -> ExampleLoss:
    def loss(weights: Weights, example: Any, train: bool, mask: Array | None, axis_name: Any) -> Array:
        x, y = example
        hidden, _ = norm.apply(
            weights.norm, state, x @ weights.kernel, train=train, mask=mask, axis_name=axis_name
        )
        return (jax.nn.relu(hidden) @ weights.readout - y) ** 2

    return loss


def _mean_loss(loss: ExampleLoss, weights: Weights, pairs: Any) -> Array:
    losses = jax.vmap(lambda pair: loss(weights, pair, True, None, "examples"), axis_name="examples")(pairs)
    return jnp.mean(losses)


def _gradient(loss: ExampleLoss, weights: Weights, pairs: tuple[Array, Array]) -> Array:
    return _flat(jax.grad(lambda weights: _mean_loss(loss, weights, pairs))(weights), 0)


def _flat(gradients: Weights, leading: int) -> Array:
    leaves = [leaf.reshape(*leaf.shape[:leading], -1) for leaf in jax.tree.leaves(gradients)]
    return jnp.concatenate(leaves, axis=-1)
