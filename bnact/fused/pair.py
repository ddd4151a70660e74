"""A norm and an activation, fixed when the program is written."""

from bnact import activations, normalizations
from bnact.activations import Activation
from .border import checked
from .rule import layer
from .statistics import Statistics
from .table import ONLY, Table
from bnact.numerics import Moments
from bnact.types import Array

IDENTITY = activations.get("identity")


def norm_act(
    x: Array,
    scale: Array,
    bias: Array,
    norm: str = "batch",
    activation: str | Activation = "relu",
    epsilon: float = 1e-5,
) -> tuple[Array, Moments | None]:
    """activation(scale * (x - mean) / sqrt(variance + epsilon) + bias), with the batch's statistics.

    The gradients come from one hand-derived rule, which keeps x and the statistics and nothing else.

    Args:
      x: input, of shape (..., features). Statistics and arithmetic are float32 or wider.
      scale, bias: of shape (features,).
      norm: "batch" (mean and variance over all axes but the last), "layer" (over the last axis),
        "rms" (root mean square over the last axis, no mean) or "none" (mean 0, variance 1, no epsilon).
      activation: a name in `bnact.activations.ACTIVATIONS` or an `Activation`.
      epsilon: added to the variance under the root.

    Returns:
      y, of x's shape and type, and the statistics of x (`.mean`, `.variance`, `.count`; None without
      a norm). No gradient flows through the statistics: they are for running averages.

    Raises:
      TypeError: x is not floating.
      ValueError: unknown norm or activation, shapes that do not fit, a batch of one, epsilon below 0.
    """
    checked("norm_act", x, scale, bias, norm, epsilon)
    table = Table((IDENTITY,), (normalizations.STANDARDIZATIONS[norm],), (activations.get(activation),))
    y, statistics = layer(table, epsilon, ONLY, x, scale, bias)
    return y, _only_part(statistics)


def act_norm(
    x: Array,
    scale: Array,
    bias: Array,
    norm: str = "batch",
    activation: str | Activation = "relu",
    epsilon: float = 1e-5,
) -> tuple[Array, Moments | None]:
    """scale * (u - mean) / sqrt(variance + epsilon) + bias with u = activation(x): the norm comes after.

    Arguments and errors as in `norm_act`; the statistics returned are those of u.
    """
    checked("act_norm", x, scale, bias, norm, epsilon)
    table = Table((activations.get(activation),), (normalizations.STANDARDIZATIONS[norm],), (IDENTITY,))
    y, statistics = layer(table, epsilon, ONLY, x, scale, bias)
    return y, _only_part(statistics)


def _only_part(statistics: Statistics) -> Moments | None:
    return statistics.features if statistics.batch is None else statistics.batch
