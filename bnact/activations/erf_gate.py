"""Serf: x times the error function of softplus."""

import math

import jax
import jax.numpy as jnp
from jax import lax

from bnact.types import Array

from .activation import Activation
from .elementary.derivative_zero import DerivativeZero
from .elementary.error_function import error_function
from .elementary.exponentials import Exponential, bounded, exponential, tailed
from .elementary.polynomial import polynomial
from .rule import curve

_ZERO = DerivativeZero(
    -1.193059968928188,
    3.096701676302884e-17,
    (
        *(0.30150488936299114, 0.23161220121136644, 0.04754569104272783, -0.02333420603137727),
        *(-0.018713084036873454, -0.0045245316310397665, 0.0008716960652536173, 0.0010481488697435962),
        *(0.0003321028840029553, -1.201569744729671e-06, -4.460454909427938e-05, -1.8353874297258704e-05),
        *(-1.8900340116276782e-06, 1.4864871567878862e-06, 8.121718667121073e-07, 1.419464800354989e-07),
    ),
    width=0.45,
    terms=11,
)

# erf(log(1 + e)) / e in powers of e for 0 <= e <= 1, to relative error 4e-10 (minimax).
_RATIO = (
    *(1.12837916755, -0.564189589502, -1.27192071346e-06, 0.282130272942, -0.320102032114),
    *(0.237491878268, -0.131934504764, 0.0537100738957, -0.0142827011522, 0.00183999681181),
)

_PEAK = 2.0 / math.sqrt(math.pi)
"""The slope of erf at 0."""


def _serf(x: Array) -> Array:
    small, s = _parts(x)
    product = jnp.maximum(x, -1000.0) * _erf(x, s, small.value)  # 0 and not NaN at minus infinity
    return tailed(x, small, product, jnp.ones_like(x))


def _serf_derivative(x: Array) -> Array:
    """erf(s) + x erf'(s) sigmoid(x) with s = softplus(x)."""
    x = bounded(x)
    small, s = _parts(x)
    below = 1.0 + small.value
    numerator = _erf(x, s, small.value) * below + (_PEAK * x) * jnp.exp(-s * s)
    return _ZERO.around(x, tailed(x, small, numerator, below))


def _serf_second_derivative(x: Array) -> Array:
    """g' (2 + x (1 - sigmoid(x) (1 + 2 s))) with g' = erf'(s) sigmoid(x)."""
    x = bounded(x)
    small, s = _parts(x)
    e = small.value
    below = 1.0 + e
    bend = 2.0 * below + x * jnp.where(x > 0, e - 2.0 * s, 1.0 - 2.0 * s * e)
    return tailed(x, small, exponential(-s * s).times(_PEAK * bend), below * below)


def _parts(x: Array) -> tuple[Exponential, Array]:
    """exp(-|x|), split, and softplus(x)."""
    small = exponential(jnp.where(x > 0, -x, x))
    return small, jnp.where(x > 0, x, 0.0) + jnp.log1p(small.value)


def _erf(x: Array, s: Array, e: Array) -> Array:
    """erf(s) for x > 0, erf(s) / e for x <= 0."""
    if x.dtype == jnp.float64:
        return lax.erf(s) / jnp.where(x > 0, 1.0, jnp.maximum(e, float(jnp.finfo(x.dtype).tiny)))
    return jnp.where(x > 0, error_function(s), polynomial(_RATIO, e))


SERF = Activation(
    name="serf",
    curve=curve("serf", _serf, _serf_derivative, _serf_second_derivative),
    definition=lambda x: x * jax.scipy.special.erf(jnp.log(1.0 + jnp.exp(x))),
    range=(-0.3484374587596064, math.inf),
    attained=(True, False),
    limits=(0.0, math.inf),
    lipschitz=1.086125444150997,
    formula="x erf(log(1 + exp(x)))",
    source="Nag and Bhattacharyya, SERF: towards better training of deep neural networks using log-softplus "
    "error activation function, 2021",
)
