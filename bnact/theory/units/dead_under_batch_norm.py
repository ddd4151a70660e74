"""How often a relu unit behind batch norm is inactive on every example of its batch."""

import math

import numpy as np
from numpy.typing import ArrayLike

from bnact.theory.evaluation import Numbers, number

from .batch_sizes import check_batch_size
from .normalized_maximum_of_few import largest_of_few_below
from .normalized_maximum_of_many import largest_of_many_below
from .normalized_moments import normalized_distribution

# The recursion grows with the square of the batch, the inversion is exact from here on.
_MANY = 49


def dead_under_batch_norm(shift_over_scale: ArrayLike, batch_size: int) -> Numbers:
    """`dead_share_under_batch_norm` for relu, by shift over scale: P(relu is 0 on the whole batch).

    Of relu(scale xhat + shift), for a batch of normal values before the norm. For any other activation, or
    scale and shift each on its own, see `bnact.theory.dead_share_under_batch_norm`; without a norm
    `bnact.theory.dead_share`.

    P(max_i xhat_i <= b) with b = -shift / scale, scale positive, xhat normalized by the batch's own biased
    statistics with epsilon 0. As sum xhat = 0 and sum xhat^2 = B, a unit is never dead for b below
    1 / sqrt(B - 1), and so for any shift of 0 or above; it always is from b = sqrt(B - 1) on; from
    b = sqrt((B - 2) / 2) on only one value can be above b, and the probability is 1 - B P(xhat > b). Between
    these it comes from a recursion over the size of the batch up to B = 48, and beyond from the inversion of
    a Fourier transform.

    A scale below 0 turns xhat around, which has the same law: pass shift / |scale|. A positive epsilon
    shrinks xhat, as a smaller scale would.

    Args:
      shift_over_scale: the norm's shift, called bias by its module, over its scale, any shape; -inf and
        inf count.
      batch_size: B, at least 2.

    Returns:
      The probability: a float for a number, else float64 shaped like `shift_over_scale`. Its absolute error
      is about 1e-12, and for batches above 1e4 about 2e-16 times B.

    Raises:
      ValueError: a ratio is NaN, or the batch size is not an integer of at least 2.
    """
    size = check_batch_size("dead_under_batch_norm", batch_size)
    threshold = -np.asarray(shift_over_scale, np.float64)
    if np.any(np.isnan(threshold)):
        raise ValueError(
            f"dead_under_batch_norm: shift_over_scale must not be NaN; got {shift_over_scale}; "
            "where the scale is 0 the unit is dead if the shift is not positive"
        )
    return number(largest_below(threshold, size))


def largest_below(threshold: np.ndarray, batch_size: int) -> np.ndarray:
    """P(every xhat <= threshold), shaped like the threshold."""
    lowest, highest = 1.0 / math.sqrt(batch_size - 1), math.sqrt(batch_size - 1)
    dead = np.where(threshold >= highest, 1.0, 0.0)
    alone = (threshold >= math.sqrt((batch_size - 2) / 2.0)) & (threshold < highest) & (threshold > lowest)
    dead[alone] = 1.0 - batch_size * np.asarray(normalized_distribution(-threshold[alone], batch_size))
    between = (threshold > lowest) & (threshold < highest) & ~alone
    if np.any(between):
        dead[between] = _largest_between(threshold[between], batch_size)
    return np.clip(dead, 0.0, 1.0) + 0.0  # no -0


def _largest_between(threshold: np.ndarray, batch_size: int) -> np.ndarray:
    if batch_size < _MANY:
        return largest_of_few_below(threshold, batch_size)
    return np.array([largest_of_many_below(float(at), batch_size) for at in threshold])
