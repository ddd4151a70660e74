"""How far running averages are from the statistics they stand for."""

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

from bnact.normalizations.batch_norm import BatchNormState
from bnact.numerics.moments import Moments
from bnact.types import Array


class Drift(NamedTuple):
    """Running averages against exact statistics, feature by feature; 0 where they agree.

    Attributes:
      mean: (features,) running mean less exact mean, in exact standard deviations.
      log_variance: (features,) natural logarithm of running variance over exact variance.
    """

    mean: Array
    log_variance: Array

    def to_text(self, most: int = 10) -> str:
        """The features that are furthest off, one a line, the worst first.

        A feature is as far off as its mean or half its log-ratio is, which is the logarithm of the ratio of
        standard deviations. NaN comes first.

        Args:
          most: lines of features.

        Returns:
          A table of text.
        """
        mean, ratio = (np.asarray(values, np.float64) for values in self)
        size = np.nan_to_num(np.maximum(np.abs(mean), np.abs(ratio) / 2), nan=np.inf)
        lines = ["feature  mean off by (deviations)  log(running / exact variance)"]
        for feature in np.argsort(-size, kind="stable")[:most]:
            lines.append(f"{feature:>7}  {mean[feature]:>24.3g}  {ratio[feature]:>29.3g}")
        if len(size) > most:
            lines.append(f"and {len(size) - most} features that are no further off")
        return "\n".join(lines)


def drift(state: BatchNormState, statistics: Moments) -> Drift:
    """How far the running averages are from exact statistics: in the mean, and in the variance.

        mean = (running mean - exact mean) / exact deviation,    log_variance = log(running / exact variance)

    A feature that is constant has no deviation: its mean is off by 0 or by infinitely many, and so is its
    variance.

    Args:
      state: of batch, ghost batch or batch renorm; of a norm with `debias=True`, `debiased_state` of it.
      statistics: (features,) the exact moments, as `merged_moments` returns them.

    Returns:
      Drift in the statistics' dtype.
    """
    dtype = statistics.mean.dtype
    correction = 0 if state.correction is None else state.correction.astype(dtype)
    distance = (state.mean.astype(dtype) - statistics.mean) + (correction - statistics.correction)
    mean = _ratio(distance, jnp.sqrt(statistics.variance), nothing=0.0)
    ratio = _ratio(state.variance.astype(dtype), statistics.variance, nothing=1.0)
    return Drift(mean, jnp.log(ratio))


def _ratio(values: Array, by: Array, nothing: float) -> Array:
    """values / by, where 0 / 0 is `nothing`."""
    undefined = (by == 0) & (values == 0)
    return jnp.where(undefined, nothing, values / jnp.where(undefined, 1, by))
