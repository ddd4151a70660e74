"""Linear for positive input and an exponential below (elu, celu, selu), and the exponential itself."""

import functools
import math
from typing import NamedTuple

import jax.numpy as jnp

from bnact.types import Array

from .activation import Activation
from .elementary.exponentials import expm1_below
from .elementary.scaled_decay import scaled_decay
from .parameters import positive, record_name
from .rule import curve, function

# Up to it expm1 is the identity in float64.
_STRAIGHT = 1e-17

# Above it XLA's float32 exp is 5 units of the last place off before it overflows; a part of it is not.
_LARGE = 64.0
_PART = 32.0


def _selu_constants() -> tuple[float, float]:
    """The scale and alpha for which mean 0 and variance 1 are a fixed point: E selu(z) = 0, E selu(z)^2 = 1.

    With E[exp(k z); z < 0] = exp(k^2 / 2) Phi(-k), Phi(-k) = erfc(k / sqrt 2) / 2, the first equation gives
    alpha and the second the scale.
    """
    one, two = (math.exp(k * k / 2.0) * math.erfc(k / math.sqrt(2.0)) / 2.0 for k in (1.0, 2.0))
    alpha = 1.0 / (math.sqrt(2.0 * math.pi) * (0.5 - one))
    scale = 1.0 / math.sqrt(0.5 + alpha**2 * (two - 2.0 * one + 0.5))
    return scale, alpha


SELU_SCALE, SELU_ALPHA = _selu_constants()


class _ExponentialLinear(NamedTuple):
    """The function scale x for x > 0, depth (exp(rate x) - 1) for x <= 0.

    Attributes:
      scale: slope of the positive half.
      depth: the limit at minus infinity, without its sign.
      rate: of the exponential.
      slope: depth times rate, the slope at 0 from below.
    """

    scale: float
    depth: float
    rate: float
    slope: float

    def value(self, x: Array) -> Array:
        below = jnp.minimum(x, 0.0)
        negative = self.depth * expm1_below(self.rate * below)
        if self.rate < 1.0:
            # Next to 0, where rate x is below the smallest normal number before x is.
            negative = jnp.where(below > -_STRAIGHT / self.rate, self.slope * below, negative)
        return jnp.where(x > 0, self.scale * x, negative)

    def derivative(self, x: Array) -> Array:
        below = scaled_decay(self.rate, jnp.minimum(x, 0.0)).times(jnp.full_like(x, self.slope))
        return jnp.where(x > 0, self.scale, below)

    def second_derivative(self, x: Array) -> Array:
        bend = jnp.full_like(x, self.slope * self.rate)
        return jnp.where(x > 0, 0.0, scaled_decay(self.rate, jnp.minimum(x, 0.0)).times(bend))

    def inverse(self, y: Array) -> Array:
        return jnp.where(y > 0, y / self.scale, jnp.log1p(jnp.minimum(y, 0.0) / self.depth) / self.rate)

    def activation(self, name: str, formula: str, source: str) -> Activation:
        return Activation(
            name=name,
            curve=curve(name, self.value, self.derivative, self.second_derivative),
            definition=lambda x: jnp.where(
                x > 0, self.scale * x, self.depth * (jnp.exp(self.rate * x) - 1.0)
            ),
            range=(-self.depth, math.inf),
            limits=(-self.depth, math.inf),
            lipschitz=max(self.scale, self.slope),
            monotone="strictly",
            formula=formula,
            source=source,
            kinks=() if self.scale == self.slope else (0.0,),
            breakpoints=(0.0,),
            inverse=function(f"{name} inverse", self.inverse),
        )


def elu(alpha: float = 1.0) -> Activation:
    """x for x > 0, else alpha (exp(x) - 1); at 0 the derivative is alpha.

    Args:
      alpha: the limit at minus infinity is -alpha; within 1e-6 and 1e6.

    Returns:
      The record, one and the same for equal parameters.

    Raises:
      ValueError: `alpha` is outside its interval.

    Source: Clevert, Unterthiner and Hochreiter, Fast and accurate deep network learning by exponential
    linear units (ELUs), 2016.
    """
    return _elu(positive("elu", "alpha", alpha))


@functools.cache
def _elu(alpha: float) -> Activation:
    factor = "" if alpha == 1.0 else f"{alpha!r} "
    return _ExponentialLinear(scale=1.0, depth=alpha, rate=1.0, slope=alpha).activation(
        record_name("elu", {"alpha": alpha}, {"alpha": 1.0}),
        f"x if x > 0 else {factor}(exp(x) - 1)",
        "Clevert, Unterthiner and Hochreiter, Fast and accurate deep network learning by exponential "
        "linear units (ELUs), 2016",
    )


def celu(alpha: float = 1.0) -> Activation:
    """x for x > 0, else alpha (exp(x / alpha) - 1): an elu without a kink, whatever alpha.

    Args:
      alpha: the limit at minus infinity is -alpha; within 1e-6 and 1e6.

    Returns:
      The record, one and the same for equal parameters.

    Raises:
      ValueError: `alpha` is outside its interval.

    Source: Barron, Continuously differentiable exponential linear units, 2017.
    """
    return _celu(positive("celu", "alpha", alpha))


@functools.cache
def _celu(alpha: float) -> Activation:
    return _ExponentialLinear(scale=1.0, depth=alpha, rate=1.0 / alpha, slope=1.0).activation(
        record_name("celu", {"alpha": alpha}, {"alpha": 1.0}),
        f"x if x > 0 else alpha (exp(x / alpha) - 1), alpha = {alpha!r}",
        "Barron, Continuously differentiable exponential linear units, 2017",
    )


def selu(scale: float = SELU_SCALE, alpha: float = SELU_ALPHA) -> Activation:
    """The scaled elu, scale (x for x > 0, else alpha (exp(x) - 1)).

    By default mean 0 and variance 1 are a fixed point: E selu(z) = 0 and E selu(z)^2 = 1, z standard normal.

    Args:
      scale: slope of the positive half, within 1e-6 and 1e6.
      alpha: the limit at minus infinity is -scale alpha; within 1e-6 and 1e6.

    Returns:
      The record, one and the same for equal parameters.

    Raises:
      ValueError: a parameter is outside its interval.

    Source: Klambauer, Unterthiner, Mayr and Hochreiter, Self-normalizing neural networks, 2017.
    """
    return _selu(positive("selu", "scale", scale), positive("selu", "alpha", alpha))


@functools.cache
def _selu(scale: float, alpha: float) -> Activation:
    depth = scale * alpha
    return _ExponentialLinear(scale=scale, depth=depth, rate=1.0, slope=depth).activation(
        record_name("selu", {"scale": scale, "alpha": alpha}, {"scale": SELU_SCALE, "alpha": SELU_ALPHA}),
        f"scale (x if x > 0 else alpha (exp(x) - 1)), scale = {scale:.5g}, alpha = {alpha:.5g}",
        "Klambauer, Unterthiner, Mayr and Hochreiter, Self-normalizing neural networks, 2017",
    )


def _exponential(x: Array) -> Array:
    large = x > _LARGE
    power = jnp.exp(jnp.where(large, x - _PART, x))
    return power * jnp.where(large, math.exp(_PART), 1.0).astype(x.dtype)


def _logarithm(y: Array) -> Array:
    return jnp.log(jnp.where(y < 0, jnp.nan, y))


ELU, CELU, SELU = elu(), celu(), selu()

EXPONENTIAL = Activation(
    name="exponential",
    curve=curve("exponential", _exponential, _exponential, _exponential),
    definition=jnp.exp,
    range=(0.0, math.inf),
    limits=(0.0, math.inf),
    lipschitz=math.inf,
    monotone="strictly",
    formula="exp(x)",
    source="Chollet and others, Keras, 2015",
    inverse=function("exponential inverse", _logarithm),
)
