"""The gradient of each example where batch norm couples them: three meanings, each by its name."""

from typing import Protocol

import jax
import jax.numpy as jnp
from jax import lax

from bnact.types import Array, AxisName, PyTree

_EXAMPLES = "examples of bnact.normalizations.lifecycle"


class ExampleLoss(Protocol):
    """The loss of one example, in which every norm's `apply` is given train, mask and axis_name as they are.

    def loss(weights, example, train, mask, axis_name):
        x, label = example
        y, _ = norm.apply(weights.norm, state, x @ weights.kernel, train, mask, axis_name)
        return jnp.sum((y - label) ** 2)
    """

    def __call__(
        self, weights: PyTree, example: PyTree, train: bool, mask: Array | None, axis_name: AxisName | None
    ) -> Array:
        """(weights, one example, what is for the norms) -> scalar loss."""
        ...


def frozen_gradients(loss: ExampleLoss, weights: PyTree, examples: PyTree) -> PyTree:
    """The gradient of each example's own loss under the running averages, as in evaluation.

    The examples do not touch each other; what training with the batch's statistics does is not in them.

    Args:
      loss: of one example.
      weights: what is differentiated by.
      examples: arrays with the examples on their first axis.

    Returns:
      Gradients like the weights, each leaf with the examples as a further first axis.
    """

    def gradient(example: PyTree) -> PyTree:
        return jax.grad(lambda weights: loss(weights, example, False, None, None))(weights)

    return jax.vmap(gradient)(examples)


def summing_gradients(loss: ExampleLoss, weights: PyTree, examples: PyTree) -> PyTree:
    """What each example contributes to the gradient of the batch: rows whose sum is that gradient.

    Row i is the derivative of the sum of all losses, with the batch's statistics, by a copy of the weights
    that example i alone is computed with. It holds what example i does to the others through the statistics.

    Args:
      loss: of one example.
      weights: what is differentiated by.
      examples: arrays with the examples on their first axis, at least 2.

    Returns:
      Gradients like the weights, each leaf with the examples as a further first axis; their sum over it is
      the gradient of the sum of the losses in training.
    """
    number = _number(examples)
    copies = jax.tree.map(lambda leaf: jnp.broadcast_to(leaf, (number, *jnp.shape(leaf))), weights)

    def total(copies: PyTree) -> Array:
        def one(weights: PyTree, example: PyTree) -> Array:
            return loss(weights, example, True, None, _EXAMPLES)

        return jnp.sum(jax.vmap(one, axis_name=_EXAMPLES)(copies, examples))

    return jax.grad(total)(copies)


def leave_one_out_gradients(loss: ExampleLoss, weights: PyTree, examples: PyTree) -> PyTree:
    """How the gradient of the batch would change without each example: all of it less that of the others.

    Row i is the gradient of the sum of all losses less the gradient of the sum of the losses of the others,
    whose statistics do not know example i. The rows need not sum to anything. One gradient of the batch is
    computed for each example, one after the other. There the norms give 0 for the example that is left out,
    where the loss and its gradient must be finite.

    Args:
      loss: of one example.
      weights: what is differentiated by.
      examples: arrays with the examples on their first axis, at least 3.

    Returns:
      Gradients like the weights, each leaf with the examples as a further first axis.

    Raises:
      ValueError: there are fewer than 3 examples: of the others there must be 2 for their statistics.
    """
    number = _number(examples)
    if number < 3:
        raise ValueError(
            f"leave_one_out_gradients: there must be at least 3 examples, so that 2 are left for statistics; "
            f"got {number}; use frozen_gradients, or more examples"
        )

    def total(weights: PyTree, kept: Array) -> Array:
        def one(example: PyTree, keep: Array) -> Array:
            return jnp.where(keep, loss(weights, example, True, keep, _EXAMPLES), 0)

        return jnp.sum(jax.vmap(one, axis_name=_EXAMPLES)(examples, kept))

    everything = jax.grad(total)(weights, jnp.ones(number, bool))
    others = lax.map(lambda left: jax.grad(total)(weights, jnp.arange(number) != left), jnp.arange(number))
    return jax.tree.map(lambda whole, rest: whole[None] - rest, everything, others)


def _number(examples: PyTree) -> int:
    return jax.tree.leaves(examples)[0].shape[0]
