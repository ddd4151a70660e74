"""How deep a network may be before its gradient is lost, or what its input was."""

import itertools
import math

from bnact.activations import Activation

from .checked_layer import checked_layer
from .following import Step, has_arrived, steps
from .limits import ALIKE, gradient_limit

_DEEPEST = 1024
# Growth this near to none is none, but for rounding.
_NONE = 1e-9


def trainable_depth(
    activation: str | Activation,
    norm: str = "batch",
    order: str = "before",
    *,
    batch_size: int | None = None,
    weight_variance: float = 1.0,
    bias_variance: float = 0.0,
) -> float:
    """The depth at which the squared gradient has changed beyond its limit, or any two inputs are alike.

    The limits are those of `bnact.theory.limits`: the logarithm of the squared gradient, from the first layer
    to the one behind the last, changes by more than `gradient_limit`, or 1 - correlation falls below `ALIKE`.

    Args:
      activation, norm, order, batch_size, weight_variance, bias_variance: as in `predict`.

    Returns:
      The number of layers, not rounded, so that networks can be ordered by it; infinite if neither happens
      within 1024 layers of a signal that still changes.

    Raises:
      ValueError: as `predict`.
    """
    layer = checked_layer(
        "trainable_depth", activation, norm, order, batch_size, weight_variance, bias_variance
    )
    limit, total, before = gradient_limit(norm, order), 0.0, None
    number = 0
    for number, step in enumerate(itertools.islice(steps(layer, norm, order), _DEEPEST), start=1):
        growth = math.log(step.growth) if step.growth else -math.inf
        # Between so many layers and one more lie so many growths.
        passed = min(1.0 + _until(limit, total, growth), _until_alike(before, step))
        # A signal that has arrived goes on like this for ever.
        if passed <= 2.0 or (before is not None and has_arrived(before.signal, step.signal)):
            return number - 1 + passed
        total, before = total + growth, step
    return math.inf if number == _DEEPEST else float(number)


def _until(limit: float, total: float, growth: float) -> float:
    """How many layers of that growth it takes to reach the limit."""
    return (math.copysign(limit, growth) - total) / growth if abs(growth) > _NONE else math.inf


def _until_alike(before: Step | None, step: Step) -> float:
    """Up to 1: which part of the way from one layer to the next it takes; else infinite."""
    after = 1.0 - step.signal.correlation
    if after >= ALIKE:
        return math.inf
    if before is None:
        return 1.0
    start = 1.0 - before.signal.correlation
    return math.log(start / ALIKE) / math.log(start / after) if after > 0.0 else 1.0
