"""What a classifier is trained for, and how well it does it."""

import jax
import jax.numpy as jnp

from bnact.types import Array


def cross_entropy(logits: Array, labels: Array) -> Array:
    """Mean over the examples of -log softmax(logits)[label], in nats.

    Args:
      logits: (batch, classes).
      labels: (batch,) integers from 0 to classes - 1.
    """
    log_probabilities = jax.nn.log_softmax(logits)
    return -jnp.mean(jnp.take_along_axis(log_probabilities, labels[:, None], axis=-1))


def accuracy(logits: Array, labels: Array) -> Array:
    """Share of the examples whose largest logit is the label's; arguments as in `cross_entropy`.

    Logits that are not finite decide nothing: such an example counts as wrong.
    """
    is_right = jnp.argmax(logits, -1).astype(labels.dtype) == labels
    return jnp.mean(is_right & jnp.all(jnp.isfinite(logits), -1), dtype=logits.dtype)
