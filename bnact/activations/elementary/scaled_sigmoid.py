"""1 / (1 + exp(-y)) scaled up, so that a product with it can be formed before it underflows."""

from typing import NamedTuple

import jax.numpy as jnp
from jax.typing import DTypeLike

from bnact.types import Array

from .double_word import DoubleWord
from .power_of_e import power_of_e


class ScaledSigmoid(NamedTuple):
    """A sigmoid s as 1 / (total * 2^shift), and what it lacks to 1, without a difference.

    Both are left as quotients: a product is formed before it is divided, and a division once.

    Attributes:
      growth: exp(-y) / 2^shift.
      total: (1 + exp(-y)) / 2^shift.
      scale: 1 / 2^shift.
    """

    growth: Array
    total: Array
    scale: float


class Reach(NamedTuple):
    """How far a sigmoid is followed.

    Attributes:
      low: below -low, 1000 times the sigmoid is 0.
      one: above it, the sigmoid is 1.
      high: above it, also 1000 times what the sigmoid lacks to 1 adds nothing to 1.
      shift: two to this is what the sigmoid is scaled up by.
    """

    low: float
    one: float
    high: float
    shift: float


_REACH = {"float32": Reach(114.0, 20.0, 30.0, 46.0), "float64": Reach(760.0, 40.0, 60.0, 200.0)}


def reach_of_sigmoid(dtype: DTypeLike) -> Reach:
    """Of float32 or float64."""
    return _REACH[jnp.dtype(dtype).name]


def scaled_sigmoid(rate: float, words: DoubleWord) -> ScaledSigmoid:
    """1 / (1 + exp(-y)) with y = rate (high + low).

    Args:
      rate: positive.
      words: float32 or float64, y within the reach.

    Returns:
      The number in its parts.
    """
    shift = _REACH[words.high.dtype.name].shift
    growth = power_of_e(-rate, words.high, words.low).over(shift)
    return ScaledSigmoid(growth, 2.0**-shift + growth, 2.0**-shift)


def scaled_tail(rate: float, x: Array) -> ScaledSigmoid:
    """1 / (1 + exp(rate |x|)), at most a half, for any x; float32 and float64.

    Args:
      rate: positive.
      x: any shape.

    Returns:
      The number in its parts.
    """
    size = jnp.minimum(jnp.abs(x), reach_of_sigmoid(x.dtype).low / rate)
    return scaled_sigmoid(rate, DoubleWord(-size, jnp.zeros_like(x)))
