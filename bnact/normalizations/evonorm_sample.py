"""The EvoNorms of the S series: norm and activation in one, each example by itself."""

import jax
import jax.numpy as jnp

from bnact.normalizations.affine import Affine, affine, initial_affine, over_leading
from bnact.normalizations.border import checked_epsilon
from bnact.normalizations.evonorm_parameters import EvoNormParameters, initial_evonorm
from bnact.normalizations.groups import (
    checked_groups,
    grouped,
    grouped_axes,
    grouped_moments,
    number_of_groups,
)
from bnact.normalizations.memoryless import memoryless
from bnact.normalizations.normalization import Normalization
from bnact.numerics.moments import inverse_deviation
from bnact.types import Array


def evonorm_s0(
    groups: int | None = None, group_size: int | None = None, epsilon: float = 1e-5
) -> Normalization:
    """EvoNorm-S0: y = x sigmoid(slope x) / sqrt(variance + epsilon) * scale + bias, variances of groups.

    x is (examples, ..., features), and the variance (biased) is that of group norm: of each example over all
    axes but the first and over the features of a group. The mean is not subtracted. The activation is part
    of the norm: none should follow.

    Args:
      groups: how many groups of successive features; 32 as in the paper unless group_size is given.
      group_size: features in a group, in place of `groups`.
      epsilon: added to the variance; 1e-5 as in the paper.

    Returns:
      Normalization whose parameters are `EvoNormParameters` and whose state is (); train and axis_name make
      no difference to it. `init` raises ValueError where the features cannot be divided into such groups.

    Raises:
      ValueError: epsilon is negative, both groups and group_size are given, or one of them is below 1.

    Source: Liu, Brock, Simonyan, Le, "Evolving normalization-activation layers", 2020.
    """
    return _with_slope("evonorm_s0", groups, group_size, epsilon)


def evonorm_s0a(
    groups: int | None = None, group_size: int | None = None, epsilon: float = 1e-3
) -> Normalization:
    """EvoNorm-S0a: y = x sigmoid(slope x) / sqrt(variance + epsilon) * scale + bias, variances of groups.

    It is `evonorm_s0` with the larger epsilon 1e-3, for training in low precision. The variant is not the
    paper's but that of the library timm, whose networks name it. (There it also divides by the deviation
    where its activation is switched off, which is group norm without a mean.)

    Args:
      groups: how many groups of successive features; 32 unless group_size is given.
      group_size: features in a group, in place of `groups`.
      epsilon: added to the variance under the root.

    Returns:
      Normalization, see `evonorm_s0`.

    Raises:
      ValueError: see `evonorm_s0`.

    Source: Liu, Brock, Simonyan, Le, "Evolving normalization-activation layers", 2020; Wightman, "PyTorch
    image models" (EvoNorm2dS0a), 2019.
    """
    return _with_slope("evonorm_s0a", groups, group_size, epsilon)


def evonorm_s1(
    groups: int | None = None, group_size: int | None = None, epsilon: float = 1e-5
) -> Normalization:
    """EvoNorm-S1: y = x sigmoid(x) / sqrt(variance + epsilon) * scale + bias, variances of groups.

    It is `evonorm_s0` without the learned slope.

    Args:
      groups: how many groups of successive features; 32 as in the paper unless group_size is given.
      group_size: features in a group, in place of `groups`.
      epsilon: added to the variance; 1e-5 as in the paper.

    Returns:
      Normalization whose parameters are an `Affine`; see `evonorm_s0`.

    Raises:
      ValueError: see `evonorm_s0`.

    Source: Liu, Brock, Simonyan, Le, "Evolving normalization-activation layers", 2020.
    """
    name = "evonorm_s1"
    checked_epsilon(name, epsilon)
    checked_groups(name, groups, group_size)

    def initial(num_features: int) -> Affine:
        number_of_groups(name, num_features, groups, group_size)
        return initial_affine(num_features, use_scale=True, use_bias=True)

    def formula(params: Affine, x: Array, mask: Array | None) -> Array:
        count = number_of_groups(name, x.shape[-1], groups, group_size)
        return affine(params, _divided(x * jax.nn.sigmoid(x), x, count, epsilon, mask))

    return memoryless(name, initial, formula)


def _with_slope(name: str, groups: int | None, group_size: int | None, epsilon: float) -> Normalization:
    checked_epsilon(name, epsilon)
    checked_groups(name, groups, group_size)

    def initial(num_features: int) -> EvoNormParameters:
        number_of_groups(name, num_features, groups, group_size)
        return initial_evonorm(num_features)

    def formula(params: EvoNormParameters, x: Array, mask: Array | None) -> Array:
        count = number_of_groups(name, x.shape[-1], groups, group_size)
        gated = x * jax.nn.sigmoid(over_leading(params.slope, x) * x)
        return affine(Affine(params.scale, params.bias), _divided(gated, x, count, epsilon, mask))

    return memoryless(name, initial, formula)


def _divided(gated: Array, x: Array, groups: int, epsilon: float, mask: Array | None) -> Array:
    """gated / sqrt(variance of x + epsilon), the variances being those of x's groups."""
    inverse = inverse_deviation(grouped_moments(x, groups, mask).variance, epsilon)
    y = grouped(gated, groups) * jnp.expand_dims(inverse, grouped_axes(x.ndim))
    return jnp.reshape(y, x.shape)
