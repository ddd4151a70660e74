"""What follows when a loss does not depend on the size of its weights, as residuals that are zero.

Weights that feed a norm with epsilon 0 have only a direction: L(a w) = L(w) for every a > 0. The residuals
need no knowledge of what stands between. Weights are any tree; what is said of w is said of all its leaves
together.

Sources: van Laarhoven, "L2 regularization versus batch and weight normalization", 2017; Arora, Li, Lyu,
"Theoretical analysis of auto rate-tuning by batch normalization", 2018; Zhang, Wang, Xu, Grosse, "Three
mechanisms of weight decay regularization", 2019.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp

from bnact.numerics.moments import wide
from bnact.numerics.tolerances import tolerance
from bnact.types import Array, PyTree

from .residual import Residual, between, largest_root_mean_square

Loss = Callable[[PyTree], Array]


def scaled_loss(loss: Loss, weights: PyTree, factor: float) -> Residual:
    """Residual of L(a w) = L(w).

    Args:
      loss: weights -> scalar.
      weights: a tree of arrays.
      factor: a, positive.

    Returns:
      L(a w) - L(w), (). The bound knows how much the loss moves with roundings of the weights, sum |w dL/dw|.
    """
    value, gradient = jax.value_and_grad(loss)(weights)
    return of_losses(loss(scaled(factor, weights)), value, weights, gradient)


def scaled_gradient(loss: Loss, weights: PyTree, factor: float) -> PyTree:
    """Residual of: the gradient at a w is the gradient at w divided by a.

    Args:
      loss: weights -> scalar.
      weights: a tree of arrays.
      factor: a, positive.

    Returns:
      Of each leaf, a grad L(a w) - grad L(w). The bound knows the size of the largest leaf's gradient: a leaf
      may have none, as a bias before batch norm.
    """
    there, here = jax.grad(loss)(scaled(factor, weights)), jax.grad(loss)(weights)
    usual = largest_root_mean_square(here)
    return jax.tree.map(
        lambda one, other: between(factor * one, other, _tolerance(other), usual), there, here
    )


def weight_gradient_projection(weights: PyTree, gradient: PyTree) -> Residual:
    """Residual of sum(w dL/dw) = 0: the gradient is orthogonal to the weights.

    Args:
      weights: a tree of arrays.
      gradient: of the loss by them.

    Returns:
      The sum over all elements of all leaves, ().
    """
    products = jax.tree.map(lambda w, g: wide(w) * wide(g), weights, gradient)
    return Residual(_total(products), _least_tolerance(weights) * _total(jax.tree.map(jnp.abs, products)))


def step_length(loss: Loss, weights: PyTree, learning_rate: float) -> Residual:
    """Residual of Pythagoras' |w - lr g|^2 = |w|^2 + lr^2 |g|^2: weights grow with every step.

    Args:
      loss: weights -> scalar.
      weights: a tree of arrays.
      learning_rate: lr, of a step of gradient descent.

    Returns:
      Left side less right side, ().
    """
    gradient = jax.grad(loss)(weights)
    stepped = jax.tree.map(lambda w, g: w - learning_rate * g, weights, gradient)
    size = _squares(weights) + learning_rate**2 * _squares(gradient)
    return Residual(_squares(stepped) - size, _least_tolerance(weights) * (_squares(stepped) + size))


def decayed_step(loss: Loss, weights: PyTree, learning_rate: float, decay: float) -> Residual:
    """Residual of: weight decay only changes the learning rate.

    A step with decay, w - lr (g + decay w), gives the same function as one without at the rate
    lr / (1 - lr decay): the first is 1 - lr decay times the second.

    Args:
      loss: weights -> scalar.
      weights: a tree of arrays.
      learning_rate: lr.
      decay: of the weights, with lr decay < 1.

    Returns:
      The loss after the one less the loss after the other, ().
    """
    kept = 1 - learning_rate * decay
    gradient = jax.grad(loss)(weights)
    decayed = jax.tree.map(lambda w, g: w - learning_rate * (g + decay * w), weights, gradient)
    plain = jax.tree.map(lambda w, g: w - learning_rate / kept * g, weights, gradient)
    value, slope = jax.value_and_grad(loss)(plain)
    return of_losses(loss(decayed), value, plain, slope)


def rescaled_step(loss: Loss, weights: PyTree, learning_rate: float, factor: float) -> PyTree:
    """Residual of: weights a times as large take the same step at a^2 times the learning rate.

    Args:
      loss: weights -> scalar.
      weights: a tree of arrays.
      learning_rate: lr, at w.
      factor: a, positive.

    Returns:
      Of each leaf, (a w - a^2 lr grad L(a w)) / a - (w - lr grad L(w)).
    """
    there, here = jax.grad(loss)(scaled(factor, weights)), jax.grad(loss)(weights)
    usual = learning_rate * largest_root_mean_square(here)

    def residual(w: Array, one: Array, other: Array) -> Residual:
        # (a w) / a is w again but for one rounding, which is left out.
        return between(w - factor * learning_rate * one, w - learning_rate * other, _tolerance(w), usual)

    return jax.tree.map(residual, weights, there, here)


def of_losses(one: Array, other: Array, weights: PyTree, gradient: PyTree) -> Residual:
    """What two losses differ by that should be the same; `gradient` is that of the other at `weights`."""
    moved = _total(jax.tree.map(lambda w, g: jnp.abs(wide(w) * wide(g)), weights, gradient))
    size = jnp.abs(wide(one)) + jnp.abs(wide(other)) + moved.astype(wide(other).dtype)
    return Residual(wide(one) - wide(other), tolerance(other.dtype).value * size)


def scaled(factor: float, weights: PyTree) -> PyTree:
    """Every leaf times the factor, in its dtype."""
    return jax.tree.map(lambda w: factor * w, weights)


def _squares(weights: PyTree) -> Array:
    return _total(jax.tree.map(lambda w: jnp.square(wide(w)), weights))


def _total(values: PyTree) -> Array:
    sums = [jnp.sum(leaf) for leaf in jax.tree.leaves(values)]
    widest = jnp.result_type(*sums)
    return jnp.sum(jnp.stack([each.astype(widest) for each in sums]))


def _tolerance(x: Array) -> float:
    return tolerance(x.dtype).gradient


def _least_tolerance(weights: PyTree) -> float:
    """That of the leaf with the fewest digits."""
    return max(_tolerance(leaf) for leaf in jax.tree.leaves(weights))
