"""1 / (1 + exp(y)) for y >= 0 in two parts, so that a product with it can be formed before it underflows."""

from typing import NamedTuple

import jax.numpy as jnp
from jax.typing import DTypeLike

from bnact.types import Array

from .double_word import DoubleWord
from .power_of_e import power_of_e


class SigmoidTail(NamedTuple):
    """A number in [0, 1/2] as power * scale.

    Attributes:
      power: within the normal numbers.
      scale: 1, or a power of two where the number is very small.
    """

    power: Array
    scale: Array

    def times(self, factor: Array) -> Array:
        """The number times a factor."""
        return (factor * self.power) * self.scale


class Reach(NamedTuple):
    """Where the tail 1 / (1 + exp(y)) is of what kind.

    Attributes:
      end: from there on 1000 times the tail is 0.
      far: from there on the tail has a scale.
      shift: the scale is one over two to this.
    """

    end: float
    far: float
    shift: float


_REACH = {"float32": Reach(114.0, 64.0, 46.0), "float64": Reach(760.0, 512.0, 200.0)}


def reach_of_tail(dtype: DTypeLike) -> Reach:
    """Of float32 or float64."""
    return _REACH[jnp.dtype(dtype).name]


def sigmoid_tail(rate: float, words: DoubleWord, far: Array) -> SigmoidTail:
    """1 / (1 + exp(y)) with y = rate (high + low).

    Args:
      rate: positive.
      words: float32 or float64, positive, y at most the reach's end.
      far: whether y is beyond the reach's far, with room for a few roundings.

    Returns:
      The number in its two parts.
    """
    shift = _REACH[words.high.dtype.name].shift
    raised = jnp.where(far, shift, 0.0).astype(words.high.dtype)
    growth = power_of_e(rate, words.high, words.low).over(raised)
    # Where there is a scale, 1 is less than the last place of the other term.
    return SigmoidTail(1.0 / (1.0 + growth), jnp.where(far, 2.0**-shift, 1.0).astype(words.high.dtype))
