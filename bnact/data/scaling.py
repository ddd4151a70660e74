"""How inputs are scaled, by what the training set shows and by nothing else."""

from typing import Literal, NamedTuple, get_args

import numpy as np

Scaling = Literal["whole", "each", "none"]
"""Whether features share one scale, have one each, or stay as they are."""

# The difference from the centre is taken in float64: of a block, so that images need not fit in memory twice.
_BLOCK_ROWS = 4096


class Scale(NamedTuple):
    """What is subtracted from inputs, and what they are then divided by.

    Attributes:
      center: (features,) or () float64.
      divisor: (features,) or () float64; infinite for a feature that is to be 0.
    """

    center: np.ndarray | float
    divisor: np.ndarray | float


def scale_of(source: str, train: np.ndarray, scaling: Scaling, what: str = "inputs") -> Scale:
    """The scale of a training set: (x - center) / divisor has the mean 0 and the variance 1.

    Args:
      source: whose they are, in an error message.
      train: (n, features) real and finite.
      scaling: "whole": every feature is centred, and all are divided by the standard deviation of all centred
        inputs. "each": every feature is centred and divided by its own standard deviation; a feature that
        does not vary becomes 0. "none": inputs stay as they are.
      what: what the numbers are called there, "inputs" or "targets".

    Returns:
      The scale.

    Raises:
      ValueError: if the scaling is unknown, or a standard deviation is 0 or not finite.
    """
    if scaling not in get_args(Scaling):
        raise ValueError(
            f"{source}: scaling must be one of {', '.join(get_args(Scaling))}; got {scaling!r}; use 'whole'"
        )
    if scaling == "none":
        return Scale(0.0, 1.0)
    mean = train.mean(axis=0, dtype=np.float64)
    centered = train - mean
    if scaling == "whole":
        return Scale(mean, float(_root_mean_square(source, centered, None, what)))
    # The mean of equal numbers is one of them only up to rounding, so equality is asked of the inputs.
    varies = (train != train[0]).any(axis=0)
    divisor = np.full(len(mean), np.inf)
    divisor[varies] = _root_mean_square(source, centered[:, varies], 0, what)
    return Scale(mean, divisor)


def scaled(source: str, inputs: np.ndarray, scale: Scale, what: str = "inputs") -> np.ndarray:
    """The scaled inputs, (x - center) / divisor.

    Args:
      source: whose they are, in an error message.
      inputs: (n, features) real and finite.
      scale: of the training set.
      what: as in `scale_of`.

    Returns:
      (n, features) float32.

    Raises:
      ValueError: if a result is too large for float32.
    """
    result = np.empty(inputs.shape, np.float32)
    with np.errstate(over="ignore"):
        for first in range(0, len(inputs), _BLOCK_ROWS):
            rows = slice(first, first + _BLOCK_ROWS)
            result[rows] = (inputs[rows] - scale.center) / scale.divisor
    if not np.isfinite(result).all():
        raise ValueError(
            f"{source}: {what} must fit in float32 when scaled; got one beyond "
            f"{np.finfo(np.float32).max:.1e}; drop that example or rescale them"
        )
    return result


def _root_mean_square(source: str, centered: np.ndarray, axis: int | None, what: str) -> np.ndarray:
    with np.errstate(over="ignore"):
        deviation = np.sqrt(np.mean(np.square(centered, out=centered), axis=axis))
    wrong = ~((deviation > 0.0) & (deviation < np.inf))
    if wrong.any() or deviation.shape == (0,):
        came = np.atleast_1d(deviation)[np.atleast_1d(wrong)]
        raise ValueError(
            f"{source}: the standard deviation of the training {what} must be positive and finite; "
            f"got {came[0] if len(came) else 0.0}; give {what} that vary, of ordinary size"
        )
    return deviation
