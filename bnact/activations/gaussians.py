"""Activations made of a Gaussian: the bell, the distribution function and the error function."""

import math

import jax
import jax.numpy as jnp
from jax import lax

from bnact.types import Array

from .activation import Activation
from .elementary.error_function import error_function, error_function_near_zero
from .elementary.exponentials import bounded
from .elementary.gaussian_tail import gaussian
from .elementary.normal_hazard import DENSITY_AT_ZERO, normal_hazard
from .elementary.points import nan_or
from .rule import curve, function

_ERF_SLOPE_AT_ZERO = 2.0 / math.sqrt(math.pi)


def _bell(x: Array) -> Array:
    # Not `small`, which the slope needs: what two need, XLA on a CPU writes to memory.
    bell = gaussian(x, rate=1.0)
    return nan_or(x, jnp.exp(-bell.high_square) * (1.0 + bell.correction))


def _bell_slope(x: Array, height: float) -> Array:
    """The derivative of height exp(-x^2)."""
    return gaussian(x, rate=1.0).times(-2.0 * height * bounded(x))


def _bell_second_derivative(x: Array) -> Array:
    bell = gaussian(x, rate=1.0)
    return bell.times(4.0 * ((bell.high_square - 0.5) + bell.rest))


GAUSSIAN = Activation(
    name="gaussian",
    curve=curve("gaussian", _bell, lambda x: _bell_slope(x, 1.0), _bell_second_derivative),
    definition=lambda x: jnp.exp(-x * x),
    range=(0.0, 1.0),
    attained=(False, True),
    limits=(0.0, 0.0),
    lipschitz=math.sqrt(2.0 / math.e),
    symmetry="even",
    formula="exp(-x^2)",
    source="Broomhead and Lowe, Multivariable functional interpolation and adaptive networks, 1988",
)


def _erf_derivative(x: Array) -> Array:
    bell = gaussian(x, rate=1.0)
    return bell.times(jnp.full_like(x, _ERF_SLOPE_AT_ZERO))


ERF = Activation(
    name="erf",
    curve=curve("erf", error_function, _erf_derivative, lambda x: _bell_slope(x, _ERF_SLOPE_AT_ZERO)),
    definition=lax.erf,
    range=(-1.0, 1.0),
    limits=(-1.0, 1.0),
    lipschitz=_ERF_SLOPE_AT_ZERO,
    monotone="strictly",
    symmetry="odd",
    formula="2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x",
    source="Williams, Computation with infinite neural networks, 1998",
    inverse=function("erf inverse", lax.erf_inv),
)


def _gaussian_cdf(x: Array) -> Array:
    """The tail where it is small; near 0 one half and an odd function, which has fewer roundings."""
    density = gaussian(x)
    tail = density.times(DENSITY_AT_ZERO / normal_hazard(density.size))
    near = 0.5 + 0.5 * error_function_near_zero(math.sqrt(0.5) * x)
    return jnp.where(density.size < 0.7, near, jnp.where(x > 0, 1.0 - tail, tail))


def _gaussian_cdf_derivative(x: Array) -> Array:
    return gaussian(x).times(jnp.full_like(x, DENSITY_AT_ZERO))


def _gaussian_cdf_second_derivative(x: Array) -> Array:
    density = gaussian(x)
    return density.times(-DENSITY_AT_ZERO * bounded(x))


GAUSSIAN_CDF = Activation(
    name="gaussian_cdf",
    curve=curve("gaussian_cdf", _gaussian_cdf, _gaussian_cdf_derivative, _gaussian_cdf_second_derivative),
    definition=lambda x: lax.erfc(-x / math.sqrt(2.0)) / 2.0,
    range=(0.0, 1.0),
    limits=(0.0, 1.0),
    lipschitz=DENSITY_AT_ZERO,
    monotone="strictly",
    formula="Phi(x), the distribution function of the standard normal",
    source="Bliss, The method of probits, 1934",
    inverse=function("gaussian_cdf inverse", jax.scipy.special.ndtri),
)
