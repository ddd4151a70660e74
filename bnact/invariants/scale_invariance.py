"""What follows when a loss does not depend on the size of its weights, as residuals that are zero.

Weights that feed a norm with epsilon 0 have only a direction: L(a w) = L(w) for every a > 0. With one of
these weights' layers under examination the residuals need no knowledge of what stands between.

Sources: van Laarhoven, "L2 regularization versus batch and weight normalization", 2017; Arora, Li, Lyu,
"Theoretical analysis of auto rate-tuning by batch normalization", 2018.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp

from bnact.types import Array

Loss = Callable[[Array], Array]


def scaled_loss(loss: Loss, weights: Array, factor: float) -> Array:
    """Residual of L(a w) = L(w).

    Args:
      loss: weights -> scalar.
      weights: any shape.
      factor: a, positive.

    Returns:
      L(a w) - L(w), ().
    """
    return loss(factor * weights) - loss(weights)


def scaled_gradient(loss: Loss, weights: Array, factor: float) -> Array:
    """Residual of: the gradient at a w is the gradient at w divided by a.

    Args:
      loss: weights -> scalar.
      weights: any shape.
      factor: a, positive.

    Returns:
      grad L(a w) - grad L(w) / a, of the weights' shape.
    """
    return jax.grad(loss)(factor * weights) - jax.grad(loss)(weights) / factor


def step_length(loss: Loss, weights: Array, learning_rate: float) -> Array:
    """Residual of Pythagoras' |w - lr g|^2 = |w|^2 + lr^2 |g|^2: the gradient is orthogonal to the weights.

    Args:
      loss: weights -> scalar.
      weights: any shape.
      learning_rate: lr, of a step of gradient descent.

    Returns:
      Left side less right side, ().
    """
    gradient = jax.grad(loss)(weights)
    stepped = weights - learning_rate * gradient
    expected = jnp.sum(weights**2) + learning_rate**2 * jnp.sum(gradient**2)
    return jnp.sum(stepped**2) - expected
