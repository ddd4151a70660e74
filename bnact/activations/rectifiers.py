"""Activations that are the identity, or a multiple of it, for positive input."""

import math

import jax.numpy as jnp

from bnact.types import Array

from .activation import Activation
from .exponentials import bounded, exponential
from .rule import curve, function

LEAKY_RELU_SLOPE = 0.01


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


def _identity(x: Array) -> Array:
    return x


def _zeros(x: Array) -> Array:
    return jnp.zeros_like(x)


def _relu(x: Array) -> Array:
    return jnp.maximum(x, 0.0)


def _nan_or(x: Array, value: Array) -> Array:
    """`value`, but NaN where x is NaN, which comparisons do not notice."""
    return jnp.where(jnp.isnan(x), x, value)


def _two_slopes(x: Array, positive: float, negative: float) -> Array:
    return _nan_or(x, jnp.where(x > 0, positive, negative).astype(x.dtype))


def _elu(x: Array) -> Array:
    return jnp.where(x > 0, x, jnp.expm1(jnp.minimum(x, 0.0)))


def _elu_derivative(x: Array) -> Array:
    return jnp.exp(jnp.minimum(x, 0.0))


def _elu_second_derivative(x: Array) -> Array:
    return jnp.where(x > 0, 0.0, jnp.exp(jnp.minimum(x, 0.0)))


def _elu_inverse(y: Array) -> Array:
    return jnp.where(y > 0, y, jnp.log1p(jnp.minimum(y, 0.0)))


def _selu(x: Array) -> Array:
    return jnp.where(x > 0, SELU_SCALE * x, SELU_SCALE * SELU_ALPHA * jnp.expm1(jnp.minimum(x, 0.0)))


def _selu_derivative(x: Array) -> Array:
    tail = exponential(jnp.minimum(bounded(x), 0.0))
    return jnp.where(x > 0, SELU_SCALE, SELU_SCALE * SELU_ALPHA * tail.power * tail.scale)


def _selu_second_derivative(x: Array) -> Array:
    return jnp.where(x > 0, 0.0, _selu_derivative(x))


def _selu_inverse(y: Array) -> Array:
    return jnp.where(y > 0, y / SELU_SCALE, jnp.log1p(jnp.minimum(y, 0.0) / (SELU_SCALE * SELU_ALPHA)))


IDENTITY = Activation(
    name="identity",
    curve=curve(
        "identity", _identity, lambda x: _nan_or(x, jnp.ones_like(x)), lambda x: _nan_or(x, _zeros(x))
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

RELU = Activation(
    name="relu",
    curve=curve("relu", _relu, lambda x: _two_slopes(x, 1.0, 0.0), lambda x: _nan_or(x, _zeros(x))),
    definition=lambda x: jnp.where(x > 0, x, 0.0),
    range=(0.0, math.inf),
    attained=(True, False),
    limits=(0.0, math.inf),
    lipschitz=1.0,
    monotone="weakly",
    formula="max(x, 0)",
    source="Nair and Hinton, Rectified linear units improve restricted Boltzmann machines, 2010",
    kinks=(0.0,),
    breakpoints=(0.0,),
    flat=((-math.inf, 0.0),),
)

LEAKY_RELU = Activation(
    name="leaky_relu",
    curve=curve(
        "leaky_relu",
        lambda x: jnp.where(x > 0, x, LEAKY_RELU_SLOPE * x),
        lambda x: _two_slopes(x, 1.0, LEAKY_RELU_SLOPE),
        lambda x: _nan_or(x, _zeros(x)),
    ),
    definition=lambda x: jnp.where(x > 0, x, LEAKY_RELU_SLOPE * x),
    range=(-math.inf, math.inf),
    limits=(-math.inf, math.inf),
    lipschitz=1.0,
    monotone="strictly",
    formula="x if x > 0 else 0.01 x",
    source="Maas, Hannun and Ng, Rectifier nonlinearities improve neural network acoustic models, 2013",
    kinks=(0.0,),
    breakpoints=(0.0,),
    inverse=function("leaky_relu inverse", lambda y: jnp.where(y > 0, y, y / LEAKY_RELU_SLOPE)),
)

ELU = Activation(
    name="elu",
    curve=curve("elu", _elu, _elu_derivative, _elu_second_derivative),
    definition=lambda x: jnp.where(x > 0, x, jnp.exp(x) - 1.0),
    range=(-1.0, math.inf),
    limits=(-1.0, math.inf),
    lipschitz=1.0,
    monotone="strictly",
    formula="x if x > 0 else exp(x) - 1",
    source="Clevert, Unterthiner and Hochreiter, Fast and accurate deep network learning by exponential "
    "linear units (ELUs), 2016",
    breakpoints=(0.0,),
    inverse=function("elu inverse", _elu_inverse),
)

SELU = Activation(
    name="selu",
    curve=curve("selu", _selu, _selu_derivative, _selu_second_derivative),
    definition=lambda x: SELU_SCALE * jnp.where(x > 0, x, SELU_ALPHA * (jnp.exp(x) - 1.0)),
    range=(-SELU_SCALE * SELU_ALPHA, math.inf),
    limits=(-SELU_SCALE * SELU_ALPHA, math.inf),
    monotone="strictly",
    lipschitz=SELU_SCALE * SELU_ALPHA,
    formula="scale (x if x > 0 else alpha (exp(x) - 1)), scale = 1.0507..., alpha = 1.6732...",
    source="Klambauer, Unterthiner, Mayr and Hochreiter, Self-normalizing neural networks, 2017",
    kinks=(0.0,),
    breakpoints=(0.0,),
    inverse=function("selu inverse", _selu_inverse),
)
