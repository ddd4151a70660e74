"""What a network is trained for, and how well it does it."""

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

import jax
import jax.numpy as jnp

from bnact.types import Array


class Objective(NamedTuple):
    """The loss that is descended, and the share by which networks are compared.

    Attributes:
      loss: (outputs, targets) -> mean loss of the examples.
      accuracy: (outputs, targets) -> a share between 0 and 1; higher is better.
    """

    loss: Callable[[Array, Array], Array]
    accuracy: Callable[[Array, Array], Array]


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


def squared_error(outputs: Array, targets: Array) -> Array:
    """Mean over the examples of (output - target)^2, in the targets' unit squared.

    Args:
      outputs: (batch, 1).
      targets: (batch,) real numbers.
    """
    return jnp.mean(jnp.square(outputs[:, 0] - targets))


def explained(outputs: Array, targets: Array) -> Array:
    """Share of the targets' variance that the outputs explain, max(0, 1 - squared error / variance).

    The variance is that of the targets given, about their own mean: of few examples it is another number than
    of all. Outputs that are not finite explain nothing, and neither do
    any of targets that do not vary. Arguments as in `squared_error`.
    """
    variance = jnp.var(targets)
    share = 1 - squared_error(outputs, targets) / jnp.where(variance > 0, variance, 1)
    return jnp.where((variance > 0) & jnp.isfinite(share), jnp.maximum(share, 0), 0)


OBJECTIVES: Mapping[Literal["classification", "regression"], Objective] = {
    "classification": Objective(cross_entropy, accuracy),
    "regression": Objective(squared_error, explained),
}
"""By the `Dataset.kind`."""
