"""A norm and an activation, fixed when the program is written."""

from jax.typing import ArrayLike

from bnact import activations
from bnact.activations import Activation
from bnact.normalizations import Affine
from bnact.numerics import Moments
from bnact.types import Array, AxisName

from .border import checked, checked_keep, checked_keep_of
from .fixed import Fixed, Given, Keep, Order, output_and_moments
from .own import standardizes_of


def norm_act(
    x: ArrayLike,
    scale: ArrayLike | None,
    bias: ArrayLike | None,
    norm: str = "batch",
    activation: str | Activation = "relu",
    epsilon: float = 1e-5,
    mask: Array | None = None,
    axis_name: AxisName | None = None,
    keep: Keep = "input",
) -> tuple[Array, Moments | None]:
    """activation(scale * (x - mean) / sqrt(variance + epsilon) + bias), with the batch's statistics.

    The gradients come from one hand-derived rule, which keeps one tensor of x's size and the statistics.

    Args:
      x: input, of shape (..., features). Statistics and arithmetic are float32 or wider.
      scale, bias: of shape (features,), or None for 1 and 0.
      norm: a norm that standardizes by the statistics of x, by its name in
        `bnact.normalizations.NORMALIZATIONS` and with its default settings but epsilon: "batch" (mean and
        variance over all axes but the last), "layer" (over the last axis), "rms" (root mean square over the
        last axis, no mean), "group", "instance", "ghost_batch", "mean_only_batch" (no variance) or "none"
        (mean 0, variance 1, no epsilon).
      activation: a name in `bnact.activations.ACTIVATIONS` or an `Activation`.
      epsilon: added to the variance under the root.
      mask: boolean, broadcastable to x; True counts. Behind it y is activation(0), and what x is there
        reaches neither the statistics nor a gradient.
      axis_name: the mapped axis (of `jax.vmap` or `jax.shard_map`), or several, over which the examples are
        divided; statistics over examples are then those of all.
      keep: of which tensor the backward pass is computed. "output" is y, which a linear map behind keeps
        too, so that nothing is kept beside it; float32 and an activation that can be undone (leaky_relu,
        elu, selu, softplus, sigmoid ...), and a scale far from 0: the gradients' error grows with
        bias / scale, and where a scale is 0 they are NaN. They are NaN too, for all that shares statistics,
        where y is so flat that it leaves z = scale * standardized + bias open: elu and selu at z < -12.4,
        sigmoid at z > 12.4, softplus at z < -87.

    Returns:
      y, of x's shape and type, and the statistics of x (`.mean`, `.variance`, `.count`; None without
      a norm), for each group or virtual batch where the norm takes them so. No gradient flows through the
      statistics: they are for running averages.

    Raises:
      TypeError: x, scale or bias is not floating, epsilon is an array, the mask not boolean, or x narrower
        than float32 where the output alone is kept.
      ValueError: unknown norm or activation, shapes that do not fit, a batch of one, an epsilon that
        is negative or not finite, or an output of which x cannot be recovered.

    Source: Ioffe, Szegedy, "Batch normalization: accelerating deep network training by reducing internal
    covariate shift", 2015; Rota Bulo, Porzi, Kontschieder, "In-place activated BatchNorm for memory-optimized
    training of DNNs", 2018 (which keeps the output alone).
    """
    x, params = checked("norm_act", x, scale, bias, norm, epsilon)
    act = activations.get(activation)
    checked_keep("norm_act", keep, act, "before")
    checked_keep_of("norm_act", keep, x)
    return _pair(x, params, norm, act, "before", epsilon, mask, axis_name, keep)


def act_norm(
    x: ArrayLike,
    scale: ArrayLike | None,
    bias: ArrayLike | None,
    norm: str = "batch",
    activation: str | Activation = "relu",
    epsilon: float = 1e-5,
    mask: Array | None = None,
    axis_name: AxisName | None = None,
) -> tuple[Array, Moments | None]:
    """scale * (u - mean) / sqrt(variance + epsilon) + bias with u = activation(x): the norm comes after.

    Arguments and errors as in `norm_act`; the statistics returned are those of u, and behind the mask y is 0.
    The backward pass is computed of x: y, behind the norm, tells nothing of the norm's input.
    """
    x, params = checked("act_norm", x, scale, bias, norm, epsilon)
    act = activations.get(activation)
    return _pair(x, params, norm, act, "after", epsilon, mask, axis_name, "input")


def _pair(
    x: Array,
    affine: Affine,
    norm: str,
    activation: Activation,
    order: Order,
    epsilon: float,
    mask: Array | None,
    axis_name: AxisName | None,
    keep: Keep,
) -> tuple[Array, Moments | None]:
    reduction = standardizes_of(norm).reduction(x.shape, axis_name)
    return output_and_moments(Fixed(reduction, epsilon, activation, order, keep), x, Given(affine, (), mask))
