"""A norm's evaluation as a part of the linear map beside it."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from bnact.normalizations.batch_norm import BatchNormState
from bnact.normalizations.mean_only_batch_norm import RunningMean
from bnact.normalizations.normalization import Normalization
from bnact.normalizations.power_norm import RunningSquare
from bnact.numerics.moments import statistics_dtype
from bnact.types import Array, PyTree

# The states under which evaluation is y = a x + b for each feature, a and b being constants.
_LINEAR_STATES = (BatchNormState, RunningMean, RunningSquare)


class LinearMap(NamedTuple):
    """A dense map or a convolution.

    Attributes:
      kernel: (..., inputs, outputs), as in flax.
      bias: (outputs,).
    """

    kernel: Array
    bias: Array


def folded(
    norm: Normalization, params: PyTree, state: PyTree, kernel: Array, bias: Array | None = None
) -> LinearMap:
    """The map that does what kernel and bias and, after them, the norm in evaluation do.

    With y = a x + b the norm's evaluation of each feature: kernel * a and a * bias + b. Exact but for
    rounding, for a dense map and for a convolution with whatever strides, padding and feature groups.

    Args:
      norm: batch, ghost batch, batch renorm, mean-only batch or power norm: those whose evaluation is a line.
      params: its parameters.
      state: its state; the running averages as training left them.
      kernel: (..., outputs), of the map before the norm; outputs are the norm's features.
      bias: (outputs,), or None for 0.

    Returns:
      LinearMap in the kernel's dtype, computed in float32 or wider and rounded once. (Folding into a kernel
      of half precision rounds it: fold first, convert after.)

    Raises:
      TypeError: the norm's evaluation is not a line of each feature.
      ValueError: kernel or bias have other outputs than the norm has features.
    """
    _check_state(state)
    _check_outputs("folded", kernel, bias, state[0].shape, -1)
    wide = kernel.astype(statistics_dtype(kernel))
    shift = jnp.zeros(kernel.shape[-1], wide.dtype) if bias is None else bias.astype(wide.dtype)
    # The bias goes through the norm itself: bias - mean is taken before anything is rounded.
    value, slope = _line(norm, params, state, shift)
    return LinearMap((wide * _over(slope, wide, -1)).astype(kernel.dtype), value.astype(kernel.dtype))


def folded_into_next(
    norm: Normalization, params: PyTree, state: PyTree, kernel: Array, bias: Array | None = None
) -> LinearMap:
    """The map that does what the norm in evaluation and, after it, kernel and bias do.

    With y = a x + b the norm's evaluation of each feature: a * kernel, and bias + the sum of b * kernel over
    everything but the outputs. Exact but for rounding for a dense map, and for a convolution without padding:
    padded zeros come after the norm, where b has not been added, so that at the border of a padded
    convolution the result is another unless b is 0. (There, pad with -b / a before the folded map instead.)

    Args:
      norm: as for `folded`.
      params: its parameters.
      state: its state.
      kernel: (..., inputs, outputs) of the map after the norm; inputs are the norm's features, so there are
        no feature groups.
      bias: (outputs,), or None for 0.

    Returns:
      LinearMap in the kernel's dtype, computed in float32 or wider and rounded once.

    Raises:
      TypeError: the norm's evaluation is not a line of each feature.
      ValueError: the kernel has other inputs than the norm has features, or another bias.
    """
    _check_state(state)
    _check_outputs("folded_into_next", kernel, None, state[0].shape, -2)
    _check_outputs("folded_into_next", kernel, bias, kernel.shape[-1:], -1)
    wide = kernel.astype(statistics_dtype(kernel))
    value, slope = _line(norm, params, state, jnp.zeros(kernel.shape[-2], wide.dtype))
    added = jnp.sum(wide * _over(value, wide, -2), tuple(range(wide.ndim - 1)))
    added = added if bias is None else added + bias.astype(wide.dtype)
    return LinearMap((wide * _over(slope, wide, -2)).astype(kernel.dtype), added.astype(kernel.dtype))


def _line(norm: Normalization, params: PyTree, state: PyTree, at: Array) -> tuple[Array, Array]:
    """The norm's evaluation at a value of each feature, and its derivative, which is the same everywhere."""
    return jax.jvp(lambda x: norm.apply(params, state, x, train=False)[0], (at,), (jnp.ones_like(at),))


def _over(values: Array, kernel: Array, axis: int) -> Array:
    """One value for each index of an axis of the kernel, with the kernel's number of axes."""
    axes = [other for other in range(kernel.ndim) if other != axis % kernel.ndim]
    return jnp.expand_dims(values, axes)


def _check_state(state: PyTree) -> None:
    if not isinstance(state, _LINEAR_STATES):
        names = ", ".join(kind.__name__ for kind in _LINEAR_STATES)
        raise TypeError(
            f"folding: the norm's evaluation must be a line of each feature, so its state one of {names}; "
            f"got {type(state).__name__}; keep this norm as it is"
        )


def _check_outputs(
    name: str, kernel: Array, bias: Array | None, features: tuple[int, ...], axis: int
) -> None:
    side = "outputs" if axis == -1 else "inputs"
    if kernel.ndim < -axis or (kernel.shape[axis],) != features:
        raise ValueError(
            f"{name}: the kernel's {side}, axis {axis}, must be the norm's features; got kernel of shape "
            f"{kernel.shape}, features of shape {features}; move the {side} to axis {axis}"
        )
    if bias is not None and bias.shape != features:
        raise ValueError(
            f"{name}: bias must have one value an output; got bias of shape {bias.shape}, kernel of shape "
            f"{kernel.shape}; use a bias of shape {features}"
        )
