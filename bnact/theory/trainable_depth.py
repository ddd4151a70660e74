"""How deep a network may be before its gradient is lost."""

import math

from bnact.activations import Activation

from .following import steps
from .predict import checked_layer
from .verdict import LIMIT

_DEEPEST = 1024
# Growth that has come to rest: what follows is as before.
_AT_REST = 1e-9


def trainable_depth(
    activation: str | Activation,
    norm: str = "batch",
    order: str = "before",
    *,
    batch_size: int | None = None,
    weight_variance: float = 1.0,
    bias_variance: float = 0.0,
) -> float:
    """The depth over which the squared gradient changes by a factor of e^`LIMIT`, up or down.

    Args:
      activation, norm, order, batch_size, weight_variance, bias_variance: as in `predict`.

    Returns:
      The number of layers, not rounded, so that networks can be ordered by it; infinite if the gradient is
      kept, or lost only beyond 1024 layers, to which the layers are followed one by one where their growth
      changes.

    Raises:
      ValueError: as `predict`.
    """
    layer = checked_layer(
        "trainable_depth", activation, norm, order, batch_size, weight_variance, bias_variance
    )
    total, before, number = 0.0, math.nan, 0
    for number, step in enumerate(steps(layer, norm, order), start=1):
        growth = math.log(step.growth) if step.growth else -math.inf
        if abs(total + growth) > LIMIT:
            return number + _share(total, growth)
        total += growth
        if abs(growth - before) <= _AT_REST:
            return number + _further(total, growth)
        if number == _DEEPEST:
            return math.inf
        before = growth
    return float(number)


def _share(total: float, growth: float) -> float:
    """What part of a layer's growth is left until the limit is reached."""
    return (math.copysign(LIMIT, growth) - total) / growth


def _further(total: float, growth: float) -> float:
    """How many layers of that growth it takes to reach the limit."""
    return (math.copysign(LIMIT, growth) - total) / growth if abs(growth) > _AT_REST else math.inf
