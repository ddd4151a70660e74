"""The Gaussian error linear unit, exact (not the tanh approximation), with an exact tail."""

import math

import jax
import jax.numpy as jnp

from bnact.types import Array

from .activation import Activation
from .elementary.gaussian_tail import gaussian, scaled_tail_ratio, slope_ratio
from .rule import curve

_DENSITY_AT_ZERO = 1.0 / math.sqrt(2.0 * math.pi)


def _gelu(x: Array) -> Array:
    """Gelu as x Phi(x) = max(x, 0) - |x| Phi(-|x|), which cancels at no x."""
    density = gaussian(x)
    return jnp.maximum(x, 0.0) - density.times(scaled_tail_ratio(density.size))


def _gelu_derivative(x: Array) -> Array:
    """Phi(x) + x phi(x): for negative x it is the tail, for positive x one minus the tail of -x."""
    density = gaussian(x)
    tail = density.times(slope_ratio(density.size))
    # Not a choice between tail and 1 - tail: XLA on a CPU does not fuse a division that two others need.
    return jnp.where(x > 0, 1.0, 0.0) + jnp.where(x > 0, -1.0, 1.0) * tail


def _gelu_second_derivative(x: Array) -> Array:
    """(2 - x^2) phi(x)."""
    density = gaussian(x)
    return density.times(_DENSITY_AT_ZERO * ((2.0 - density.high_square) - density.rest))


GELU = Activation(
    name="gelu",
    curve=curve("gelu", _gelu, _gelu_derivative, _gelu_second_derivative),
    definition=lambda x: x * jax.lax.erfc(-x / math.sqrt(2.0)) / 2.0,
    range=(-0.16997120747990366, math.inf),
    attained=(True, False),
    limits=(0.0, math.inf),
    lipschitz=1.1289041451851547,
    formula="x Phi(x), Phi the distribution function of the standard normal",
    source="Hendrycks and Gimpel, Gaussian error linear units (GELUs), 2016",
)
