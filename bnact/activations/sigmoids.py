"""Activations that saturate at both ends, every tail free of cancellation: 1 - sigmoid is never formed."""

import math

import jax.numpy as jnp

from bnact.types import Array

from .activation import Activation
from .elementary.exponentials import decay
from .elementary.points import nan_or
from .elementary.scaled_sigmoid import scaled_tail
from .rule import curve, function

# Where soft_sign is 1 in float64 as in float32.
_ONE_ADDS_NOTHING = 1e30


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x)), which cancels at no x, and is 0 where exp(-x) is infinite; float32 and float64."""
    return nan_or(x, 1.0 / (1.0 + jnp.exp(-x)))


def sigmoid_derivative(x: Array) -> Array:
    """Derivative of the sigmoid, w (1 - w) with w = 1 / (1 + exp(|x|)); float32 and float64.

    It cancels at no x, as w is at most a half. And it needs nothing that the value needs too: what has two
    users, XLA on a CPU writes to memory.
    """
    tail = scaled_tail(1.0, x)
    w = tail.scale / tail.total
    return w * (1.0 - w)


def sigmoid_second_derivative(x: Array) -> Array:
    """Second derivative of the sigmoid, -tanh(x / 2) times the first; autodiff of it is finite everywhere."""
    e = decay(x)
    return -jnp.tanh(0.5 * x) * (e / jnp.square(1.0 + e))


def _sigmoid_inverse(y: Array) -> Array:
    return jnp.log(y) - jnp.log1p(-y)


def _log_sigmoid(x: Array) -> Array:
    return nan_or(x, jnp.minimum(x, 0.0) - jnp.log1p(decay(x)))


def _negated_sigmoid_derivative(x: Array) -> Array:
    e = decay(x)
    return -e / jnp.square(1.0 + e)


def _log_sigmoid_inverse(y: Array) -> Array:
    return y - jnp.log(-jnp.expm1(y))


def _soft_sign(x: Array) -> Array:
    bounded = jnp.clip(x, -_ONE_ADDS_NOTHING, _ONE_ADDS_NOTHING)
    return bounded / (1.0 + jnp.abs(bounded))


def _soft_sign_derivative(x: Array) -> Array:
    return jnp.square(1.0 / (1.0 + jnp.abs(x)))


def _soft_sign_second_derivative(x: Array) -> Array:
    r = 1.0 / (1.0 + jnp.where(x > 0, x, -x))
    return jnp.where(x > 0, -2.0, 2.0) * r * r * r


def _soft_sign_inverse(y: Array) -> Array:
    size = jnp.abs(y)
    return jnp.where(size > 1.0, jnp.nan, y / (1.0 - jnp.minimum(size, 1.0)))


SIGMOID = Activation(
    name="sigmoid",
    curve=curve("sigmoid", sigmoid, sigmoid_derivative, sigmoid_second_derivative),
    definition=lambda x: 1.0 / (1.0 + jnp.exp(-x)),
    range=(0.0, 1.0),
    limits=(0.0, 1.0),
    monotone="strictly",
    lipschitz=0.25,
    formula="1 / (1 + exp(-x))",
    source="Verhulst, Notice sur la loi que la population suit dans son accroissement, 1838",
    inverse=function("sigmoid inverse", _sigmoid_inverse),
)

LOG_SIGMOID = Activation(
    name="log_sigmoid",
    curve=curve("log_sigmoid", _log_sigmoid, lambda x: sigmoid(-x), _negated_sigmoid_derivative),
    definition=lambda x: -jnp.log(1.0 + jnp.exp(-x)),
    range=(-math.inf, 0.0),
    limits=(-math.inf, 0.0),
    monotone="strictly",
    lipschitz=1.0,
    formula="-log(1 + exp(-x))",
    source="Cox, The regression analysis of binary sequences, 1958 (the log-likelihood of logistic "
    "regression)",
    inverse=function("log_sigmoid inverse", _log_sigmoid_inverse),
)

SOFT_SIGN = Activation(
    name="soft_sign",
    curve=curve("soft_sign", _soft_sign, _soft_sign_derivative, _soft_sign_second_derivative),
    definition=lambda x: x / (1.0 + jnp.where(x > 0, x, -x)),
    range=(-1.0, 1.0),
    limits=(-1.0, 1.0),
    lipschitz=1.0,
    monotone="strictly",
    symmetry="odd",
    formula="x / (1 + |x|)",
    source="Bergstra, Desjardins, Lamblin and Bengio, Quadratic polynomials learn better image "
    "features, 2009",
    breakpoints=(0.0,),
    inverse=function("soft_sign inverse", _soft_sign_inverse),
)
