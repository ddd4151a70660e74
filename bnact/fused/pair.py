"""A norm and an activation, fixed when the program is written."""

from bnact import activations
from bnact.activations import Activation
from bnact.normalizations import STANDARDIZATIONS, Affine
from bnact.numerics import Moments
from bnact.types import Array

from .border import checked
from .rule import output_and_statistics
from .statistics import Statistics
from .table import NOTHING, ONLY, Table


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
      TypeError: x, scale or bias is not floating.
      ValueError: unknown norm or activation, shapes that do not fit, a batch of one, or an epsilon that
        is negative or not finite.
    """
    checked("norm_act", x, scale, bias, norm, epsilon)
    table = Table((STANDARDIZATIONS[norm],), (activations.get(activation),), (NOTHING,))
    y, taken = output_and_statistics(table, epsilon, ONLY, x, Affine(scale, bias), Affine(None, None))
    return y, _only_part(taken.first)


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
    table = Table((NOTHING,), (activations.get(activation),), (STANDARDIZATIONS[norm],))
    y, taken = output_and_statistics(table, epsilon, ONLY, x, Affine(None, None), Affine(scale, bias))
    return y, _only_part(taken.second)


def _only_part(statistics: Statistics) -> Moments | None:
    return statistics.features if statistics.batch is None else statistics.batch
