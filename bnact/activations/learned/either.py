"""What a layer may be given as its activation: a fixed one, or one that learns."""

import dataclasses

import jax.numpy as jnp

from bnact.activations.activation import Activation
from bnact.activations.adoption import activation_of
from bnact.activations.registry import ACTIVATIONS, get
from bnact.types import Array

from .learnable import LEARNABLE, Learnable


def fixed_or_learnable(activation: str | Activation | Learnable) -> Activation | Learnable:
    """The activation of that name, be it fixed or learned.

    Args:
      activation: a name that `bnact.activations.get` knows, else a key of `LEARNABLE`; or a record of either
        kind, which is returned as it is. "snake" is in both, and means the fixed one.

    Returns:
      The record.

    Raises:
      ValueError: nothing has that name; the message has the nearest names.
      TypeError: neither a name nor a record.
    """
    if isinstance(activation, Learnable):
        return activation
    if isinstance(activation, str) and activation in LEARNABLE and activation not in ACTIVATIONS:
        return LEARNABLE[activation]
    return get(activation)


def at_first(learnable: Learnable) -> Activation:
    """The elementwise activation that a learnable one is as long as its parameters have their first values.

    Args:
      learnable: the record; all its features begin alike.

    Returns:
      A record whose facts are measured, see `bnact.activations.activation_of`.
    """
    return activation_of(_Start(learnable), f"{learnable.name} at first")


@dataclasses.dataclass(frozen=True)
class _Start:
    """A function of one number; equal for equal records, so that each is measured once."""

    learnable: Learnable

    def __call__(self, x: Array) -> Array:
        y = self.learnable.apply(self.learnable.init(1), x[..., jnp.newaxis])
        return jnp.squeeze(y, -1)
