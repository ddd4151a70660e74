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

from .functions import Layer, normalized_losses, plain_losses

UNITS, EXAMPLES = 3, 8


class Weights(NamedTuple):
    """Of a small network: features by units, the norm's, and units by outputs."""

    kernel: Array
    norm: Any
    readout: Array


class Gradients(NamedTuple):
    """Of one network on one batch, by all its weights.

    Attributes:
      of_mean: (weights,) of the mean loss of the batch, in training.
      own: (examples, weights) of each example's loss by itself, statistics held where the batch puts them.
    """

    of_mean: np.ndarray
    own: np.ndarray


class Meanings(NamedTuple):
    """(examples, weights) what else the gradient of one example may mean behind batch norm.

    Attributes:
      contributed: what each example contributes to the gradient of the batch's sum.
      left_out: by what that changes without each example.
    """

    contributed: np.ndarray
    left_out: np.ndarray


class _Network(NamedTuple):
    loss: ExampleLoss
    weights: Weights
    examples: tuple[Array, Array]


@functools.cache
def gradients_under(norm: str) -> Gradients:
    """The gradients of a network norm(x W), relu, a linear output and squared error, in 64 bits.

    Args:
      norm: name of a norm; weights and examples are the same for all.

    Returns:
      The gradients.
    """

    def both(draws: _Draws) -> tuple[Array, Array]:
        loss, weights, examples = _network(norm, draws)
        of_mean = jax.grad(lambda weights: _mean_loss(loss, weights, examples))(weights)
        return _flat(of_mean, 0), _flat(frozen_gradients(loss, weights, examples), 1)

    with jax.enable_x64(True):
        return Gradients(*map(np.asarray, jax.jit(both)(_draws())))


@functools.cache
def meanings_under_batch_norm() -> Meanings:
    """The other meanings, of the same network with batch norm."""

    def both(draws: _Draws) -> tuple[Array, Array]:
        network = _network("batch", draws)
        return _flat(summing_gradients(*network), 1), _flat(leave_one_out_gradients(*network), 1)

    with jax.enable_x64(True):
        return Meanings(*map(np.asarray, jax.jit(both)(_draws())))


class _Draws(NamedTuple):
    kernel: np.ndarray
    readout: np.ndarray
    inputs: np.ndarray
    targets: np.ndarray


def _draws() -> _Draws:
    draws = np.random.RandomState(0)
    shapes = (2, UNITS), (UNITS,), (EXAMPLES, 2), (EXAMPLES,)
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


def _flat(gradients: Weights, leading: int) -> Array:
    leaves = [leaf.reshape(*leaf.shape[:leading], -1) for leaf in jax.tree.leaves(gradients)]
    return jnp.concatenate(leaves, axis=-1)


def influence(normalized: bool) -> np.ndarray:
    """(examples, examples) derivative of each loss by each example's input, in the norm-and-activation layer.

    Args:
      normalized: behind batch norm, or without a norm.

    Returns:
      Rows are losses, columns inputs.
    """
    losses, layer = (normalized_losses if normalized else plain_losses), Layer()
    with jax.enable_x64(True):
        return np.asarray(jax.jit(jax.jacobian(losses))(*map(jnp.asarray, layer)))
