"""Where a quadrature over an activation must be split when the variance of its input is not of order one."""

import functools

import numpy as np

from bnact.activations import Activation
from bnact.numerics.evaluation import evaluate

_SIZES = 4.0 ** np.arange(-12, 16)
_CHANGE = 0.05


@functools.lru_cache(maxsize=256)
def split_points(activation: Activation) -> tuple[float, ...]:
    """The breakpoints, and the powers of 4 beside which the slope changes: tanh is narrow to an input of 100.

    Args:
      activation: the record.

    Returns:
      Inputs of the activation, increasing.
    """
    both = np.stack([-_SIZES, _SIZES])
    slope = evaluate(activation.derivative, both)
    # The largest slope as far out as this, or up to 1.
    steepest = np.maximum.accumulate(np.max(np.abs(slope), axis=0))
    steepest = np.maximum(steepest, steepest[_SIZES == 1.0])
    with np.errstate(invalid="ignore"):  # far out a slope may be infinite
        change = np.abs(np.diff(slope, axis=1)) > _CHANGE * steepest[1:]
    # What has nearly ended at one size has at the next.
    changed = np.pad(change, ((0, 0), (2, 2)))
    chosen = changed[:, :-2] | changed[:, 1:-1] | changed[:, 2:]
    chosen = chosen[:, : _SIZES.size]
    return tuple(np.unique(np.concatenate([activation.breakpoints, both[chosen]])).tolist())


def split_deviations(activation: Activation, deviation: float) -> tuple[float, ...]:
    """Where z -> phi(deviation z) must be split: those of the split points that are narrow for it.

    Args:
      activation: the record.
      deviation: positive.

    Returns:
      Numbers of deviations, increasing.
    """
    points = np.array(split_points(activation))
    chosen = np.isin(points, activation.breakpoints) | (np.abs(points) <= deviation / 8.0)
    return tuple((points[chosen] / deviation).tolist())
