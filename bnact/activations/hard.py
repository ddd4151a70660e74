"""Piecewise linear stand-ins for sigmoid and tanh."""

import functools

import jax.numpy as jnp

from bnact.types import Array

from .activation import Activation
from .broken_line import BrokenLine, Knot, broken_line_activation
from .elementary.points import minus
from .parameters import normal, number, positive, record_name, require


def hard_sigmoid(slope: float = 1.0 / 6.0, offset: float = 0.5) -> Activation:
    """slope x + offset, cut off at 0 and 1.

    It is computed, and meant, as slope (x - low) with low = -offset / slope rounded once to float64, so that
    its zero is where it says: the slope 1/6 is no binary number, and -3 would be no zero of slope x + 1/2.

    Args:
      slope: of the middle piece, within 1e-6 and 1e6; ONNX has 0.2.
      offset: the value at 0 where that is within 0 and 1; within -1e6 and 1e6.

    Returns:
      The record, one and the same for equal parameters.

    Raises:
      ValueError: a parameter is outside its interval, or it or their quotient is not 0 but is in float32.

    Source: Courbariaux, Bengio and David, BinaryConnect: training deep neural networks with binary weights
    during propagations, 2015; with slope 1/6: Howard and others, Searching for MobileNetV3, 2019.
    """
    checked = positive("hard_sigmoid", "slope", slope), number("hard_sigmoid", "offset", offset)
    normal("hard_sigmoid", "offset / slope", checked[1] / checked[0])
    return _hard_sigmoid(*checked)


@functools.cache
def _hard_sigmoid(slope: float, offset: float) -> Activation:
    name = record_name(
        "hard_sigmoid", {"slope": slope, "offset": offset}, {"slope": 1.0 / 6.0, "offset": 0.5}
    )
    return _ramp(
        name,
        slope,
        offset,
        formula=f"min(max(slope x + offset, 0), 1), slope = {slope:.4g}, offset = {offset:.4g}",
        source="Courbariaux, Bengio and David, BinaryConnect: training deep neural networks with binary "
        "weights during propagations, 2015; Howard and others, Searching for MobileNetV3, 2019",
    )


def _ramp(name: str, slope: float, offset: float, formula: str, source: str) -> Activation:
    # Not -0.0, which would be told as such.
    low, high = -offset / slope + 0.0, (1.0 - offset) / slope

    def value(x: Array) -> Array:
        return jnp.minimum(slope * jnp.maximum(minus(x, low), 0.0), 1.0)

    return broken_line_activation(
        name,
        BrokenLine((Knot(low, 0.0, 0.0), Knot(high, 1.0, 1.0)), (0.0, slope, 0.0)),
        value=value,
        definition=lambda x: jnp.where(x > low, jnp.where(x > high, 1.0, slope * (x - low)), 0.0),
        formula=formula,
        source=source,
    )


def hard_tanh(low: float = -1.0, high: float = 1.0) -> Activation:
    """x, cut off at `low` and `high`.

    Args:
      low: the smallest value, within -1e6 and 1e6.
      high: the largest value, within -1e6 and 1e6, above `low`.

    Returns:
      The record, one and the same for equal parameters.

    Raises:
      ValueError: a parameter is outside its interval, or not 0 but is in float32, or `low` is not below
        `high`.

    Source: Collobert, Large scale machine learning, 2004.
    """
    ends = {"low": number("hard_tanh", "low", low), "high": number("hard_tanh", "high", high)}
    rule = "low must be below high"
    require(ends["low"] < ends["high"], "hard_tanh", rule, ends, "the smaller one as low")
    return _hard_tanh(ends["low"], ends["high"])


@functools.cache
def _hard_tanh(low: float, high: float) -> Activation:
    return broken_line_activation(
        record_name("hard_tanh", {"low": low, "high": high}, {"low": -1.0, "high": 1.0}),
        BrokenLine((Knot(low, low, low), Knot(high, high, high)), (0.0, 1.0, 0.0)),
        value=lambda x: jnp.clip(x, low, high),
        definition=lambda x: jnp.where(x > low, jnp.where(x > high, high, x), low),
        formula=f"min(max(x, {low!r}), {high!r})",
        source="Collobert, Large scale machine learning, 2004",
    )


HARD_SIGMOID, HARD_TANH = hard_sigmoid(), hard_tanh()

SPARSE_SIGMOID = _ramp(
    "sparse_sigmoid",
    slope=0.5,
    offset=0.5,
    formula="min(max((x + 1) / 2, 0), 1)",
    source="Blondel, Martins and Niculae, Learning with Fenchel-Young losses, 2020",
)
