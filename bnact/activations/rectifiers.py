"""The identity, and activations of straight pieces that cut it off or bend it at one point."""

import functools
import math

import jax.numpy as jnp

from bnact.types import Array

from .activation import Activation
from .broken_line import BrokenLine, Knot, broken_line_activation
from .elementary.points import above, nan_or
from .parameters import normal, number, record_name, require
from .rule import Formula, curve, function

_SIX = 6.0
_SHIFT = -1.0


def _identity(x: Array) -> Array:
    return x


def _bent_at_zero(slope: float) -> Formula:
    """Formula of x for x > 0, else slope x."""
    if slope == 0.0:
        return lambda x: jnp.maximum(x, 0.0)  # 0 times -infinity would be NaN
    return lambda x: jnp.where(x > 0, x, slope * x)


def _two_slopes(name: str, negative: float, formula: str, source: str) -> Activation:
    return broken_line_activation(
        name,
        BrokenLine((Knot(0.0, 0.0, 0.0),), (negative, 1.0)),
        value=_bent_at_zero(negative),
        definition=lambda x: jnp.where(x > 0, x, negative * x),
        formula=formula,
        source=source,
        inverse=lambda y: jnp.where(y > 0, y, y / negative),
    )


def leaky_relu(slope: float = 0.01) -> Activation:
    """x for x > 0, else slope x; at 0 the derivative is the slope.

    Args:
      slope: of the negative half, within -1e6 and 1e6; 0 gives relu, 1 the identity, -1 the absolute value.

    Returns:
      The record, one and the same for equal slopes.

    Raises:
      ValueError: `slope` is outside its interval, or not 0 but is in float32.

    Source: Maas, Hannun and Ng, Rectifier nonlinearities improve neural network acoustic models, 2013.
    """
    return _leaky_relu(number("leaky_relu", "slope", slope))


@functools.cache
def _leaky_relu(slope: float) -> Activation:
    return _two_slopes(
        record_name("leaky_relu", {"slope": slope}, {"slope": 0.01}),
        slope,
        f"x if x > 0 else {slope!r} x",
        "Maas, Hannun and Ng, Rectifier nonlinearities improve neural network acoustic models, 2013",
    )


def rrelu(lower: float = 1.0 / 8.0, upper: float = 1.0 / 3.0) -> Activation:
    """Randomized leaky relu as it is after training: the slope of the negative half is (lower + upper) / 2.

    In training the paper draws the slope uniformly between the two; a function of one number has their mean.

    Args:
      lower: smallest slope, within -1e6 and 1e6.
      upper: largest slope, within -1e6 and 1e6.

    Returns:
      The record, one and the same for equal parameters.

    Raises:
      ValueError: a slope is outside its interval, `lower` is above `upper`, or a slope or the mean is not 0
        but is in float32.

    Source: Xu, Wang, Chen and Li, Empirical evaluation of rectified activations in convolutional network,
    2015.
    """
    given = {"lower": number("rrelu", "lower", lower), "upper": number("rrelu", "upper", upper)}
    rule = "lower must not exceed upper"
    require(given["lower"] <= given["upper"], "rrelu", rule, given, "the smaller slope as lower")
    normal("rrelu", "(lower + upper) / 2", (given["lower"] + given["upper"]) / 2.0)
    return _rrelu(given["lower"], given["upper"])


@functools.cache
def _rrelu(lower: float, upper: float) -> Activation:
    return _two_slopes(
        record_name("rrelu", {"lower": lower, "upper": upper}, {"lower": 1.0 / 8.0, "upper": 1.0 / 3.0}),
        (lower + upper) / 2.0,
        f"x if x > 0 else (lower + upper) / 2 x, lower = {lower:.4g}, upper = {upper:.4g}",
        "Xu, Wang, Chen and Li, Empirical evaluation of rectified activations in convolutional network, 2015",
    )


def threshold(at: float = 1.0, below: float = 0.0) -> Activation:
    """x for x > at, else the constant `below`: a jump at `at`, unless the two are equal.

    With below = 0 it is the thresholded relu of Keras and ONNX.

    Args:
      at: where the identity begins, within -1e6 and 1e6.
      below: the value up to there, within -1e6 and 1e6.

    Returns:
      The record, one and the same for equal parameters.

    Raises:
      ValueError: a parameter is outside its interval, or not 0 but is in float32.

    Source: Konda, Memisevic and Krueger, Zero-bias autoencoders and the benefits of co-adapting features,
    2015.
    """
    return _threshold(number("threshold", "at", at), number("threshold", "below", below))


@functools.cache
def _threshold(at: float, below: float) -> Activation:
    def value(x: Array) -> Array:
        return nan_or(x, jnp.where(above(x, at), x, jnp.asarray(below, x.dtype)))

    return broken_line_activation(
        record_name("threshold", {"at": at, "below": below}, {"at": 1.0, "below": 0.0}),
        BrokenLine((Knot(at, below, at),), (0.0, 1.0)),
        value=value,
        definition=lambda x: jnp.where(x > at, x, below),
        formula=f"x if x > {at!r} else {below!r}",
        source="Konda, Memisevic and Krueger, Zero-bias autoencoders and the benefits of co-adapting "
        "features, 2015",
    )


IDENTITY = Activation(
    name="identity",
    curve=curve(
        "identity",
        _identity,
        lambda x: nan_or(x, jnp.ones_like(x)),
        lambda x: nan_or(x, jnp.zeros_like(x)),
    ),
    definition=lambda x: x,
    range=(-math.inf, math.inf),
    limits=(-math.inf, math.inf),
    lipschitz=1.0,
    monotone="strictly",
    symmetry="odd",
    formula="x",
    source="none: the map a network without activations uses",
    inverse=function("identity inverse", _identity),
)

RELU = _two_slopes(
    "relu",
    0.0,
    "max(x, 0)",
    "Nair and Hinton, Rectified linear units improve restricted Boltzmann machines, 2010",
)

LEAKY_RELU, RRELU, THRESHOLD = leaky_relu(), rrelu(), threshold()

ABS = broken_line_activation(
    "abs",
    BrokenLine((Knot(0.0, 0.0, 0.0),), (-1.0, 1.0)),
    value=jnp.abs,
    definition=lambda x: jnp.where(x > 0, x, -x),
    formula="|x|",
    source="Jarrett, Kavukcuoglu, Ranzato and LeCun, What is the best multi-stage architecture for object "
    "recognition?, 2009",
)

RELU6 = broken_line_activation(
    "relu6",
    BrokenLine((Knot(0.0, 0.0, 0.0), Knot(_SIX, _SIX, _SIX)), (0.0, 1.0, 0.0)),
    value=lambda x: jnp.clip(x, 0.0, _SIX),
    definition=lambda x: jnp.where(x > 0, jnp.where(x > _SIX, _SIX, x), 0.0),
    formula="min(max(x, 0), 6)",
    source="Krizhevsky, Convolutional deep belief networks on CIFAR-10, 2010",
)

SHIFTED_RELU = broken_line_activation(
    "shifted_relu",
    BrokenLine((Knot(_SHIFT, _SHIFT, _SHIFT),), (0.0, 1.0)),
    value=lambda x: jnp.maximum(x, _SHIFT),
    definition=lambda x: jnp.where(x > _SHIFT, x, _SHIFT),
    formula="max(x, -1)",
    source="Clevert, Unterthiner and Hochreiter, Fast and accurate deep network learning by exponential "
    "linear units (ELUs), 2016",
)
