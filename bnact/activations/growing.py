"""Smooth activations that grow without bound: softplus, bent_identity, arcsinh, symlog."""

import functools
import math

import jax.numpy as jnp

from bnact.types import Array

from .activation import Activation
from .elementary.exponentials import decay
from .elementary.points import nan_or
from .elementary.scaled_decay import scaled_decay
from .elementary.square_root import root_of_square_plus
from .parameters import record_name, within
from .rule import curve, function
from .sigmoids import sigmoid


def _softplus(x: Array, beta: float) -> Array:
    """max(x, 0) + log(1 + e) / beta with e = exp(-beta |x|), which cancels at no x."""
    if _adds_no_rounding(beta) and beta >= 1.0:
        return nan_or(x, jnp.maximum(x, 0.0) + jnp.log1p(decay(beta * x)) / beta)
    tail = scaled_decay(beta, x)
    # Where e is scaled, log(1 + e) is e, so the scale can stand outside of the logarithm.
    return nan_or(x, jnp.maximum(x, 0.0) + (jnp.log1p(tail.power) / beta) * tail.scale)


def _softplus_derivative(x: Array, beta: float) -> Array:
    if _adds_no_rounding(beta):
        return sigmoid(beta * x)
    e = scaled_decay(beta, x).value
    return jnp.where(x > 0, 1.0, e) / (1.0 + e)


def _softplus_second_derivative(x: Array, beta: float) -> Array:
    tail = scaled_decay(beta, x)
    return tail.times(beta / jnp.square(1.0 + tail.value))


def _adds_no_rounding(beta: float) -> bool:
    """Whether a product with it is exact: for powers of two."""
    return math.frexp(beta)[0] == 0.5


def _softplus_inverse(y: Array, beta: float) -> Array:
    return y + jnp.log(-jnp.expm1(-beta * y)) / beta


def softplus(beta: float = 1.0) -> Activation:
    """The smooth relative of relu, log(1 + exp(beta x)) / beta.

    Args:
      beta: how sharply it bends, between 1e-6 and 1e6.

    Returns:
      The record; the same one for equal arguments.

    Raises:
      ValueError: beta is outside its interval.
    """
    return _softplus_record(within("softplus", "beta", beta, 1e-6, 1e6))


@functools.cache
def _softplus_record(beta: float) -> Activation:
    name = record_name("softplus", {"beta": beta}, {"beta": 1.0})
    return Activation(
        name=name,
        curve=curve(
            name,
            lambda x: _softplus(x, beta),
            lambda x: _softplus_derivative(x, beta),
            lambda x: _softplus_second_derivative(x, beta),
        ),
        definition=lambda x: jnp.log(1.0 + jnp.exp(beta * x)) / beta,
        range=(0.0, math.inf),
        limits=(0.0, math.inf),
        monotone="strictly",
        lipschitz=1.0,
        formula="log(1 + exp(x))" if beta == 1.0 else f"log(1 + exp({beta} x)) / {beta}",
        source="Dugas, Bengio, Belisle, Nadeau and Garcia, Incorporating second-order functional knowledge "
        "for better option pricing, 2001",
        inverse=function(f"{name} inverse", lambda y: _softplus_inverse(y, beta)),
    )


def _ratio_to_root(x: Array) -> Array:
    """x / sqrt(x^2 + 1), for infinite x its limit."""
    largest = float(jnp.finfo(x.dtype).max)
    finite = jnp.clip(x, -largest, largest)
    return finite / root_of_square_plus(finite, 1.0)


def _bent_identity(x: Array) -> Array:
    """x (1 + x / (2 (root + 1))): the root minus 1 is x^2 / (root + 1), which does not cancel near 0."""
    largest = float(jnp.finfo(x.dtype).max)
    finite = jnp.clip(x, -largest, largest)
    return nan_or(x, x * (1.0 + 0.5 * (finite / (root_of_square_plus(finite, 1.0) + 1.0))))


def _bent_identity_second_derivative(x: Array) -> Array:
    root = root_of_square_plus(x, 1.0)
    return 0.5 / root / root / root


def _bent_identity_inverse(y: Array) -> Array:
    """(2 c - root) / 3 = 4 y (y + 1) / (2 c + root) / 3 * 3 with c = 2 y + 1 and root = sqrt(c^2 + 3)."""
    c = 2.0 * y + 1.0
    root = root_of_square_plus(c, 3.0)
    return jnp.where(c > 0, 4.0 * y * ((y + 1.0) / (2.0 * jnp.abs(c) + root)), (2.0 * c - root) / 3.0)


BENT_IDENTITY = Activation(
    name="bent_identity",
    curve=curve(
        "bent_identity",
        _bent_identity,
        lambda x: 1.0 + 0.5 * _ratio_to_root(x),
        _bent_identity_second_derivative,
    ),
    definition=lambda x: (jnp.sqrt(x * x + 1.0) - 1.0) / 2.0 + x,
    range=(-math.inf, math.inf),
    limits=(-math.inf, math.inf),
    monotone="strictly",
    lipschitz=1.5,
    formula="(sqrt(x^2 + 1) - 1) / 2 + x",
    source="folklore",
    inverse=function("bent_identity inverse", _bent_identity_inverse),
)


def _arcsinh_second_derivative(x: Array) -> Array:
    root = root_of_square_plus(x, 1.0)
    return -_ratio_to_root(x) / root / root


ARCSINH = Activation(
    name="arcsinh",
    curve=curve(
        "arcsinh", jnp.arcsinh, lambda x: 1.0 / root_of_square_plus(x, 1.0), _arcsinh_second_derivative
    ),
    definition=jnp.arcsinh,
    range=(-math.inf, math.inf),
    limits=(-math.inf, math.inf),
    monotone="strictly",
    symmetry="odd",
    lipschitz=1.0,
    formula="log(x + sqrt(x^2 + 1))",
    source="folklore",
    inverse=function("arcsinh inverse", jnp.sinh),
)


def _symlog(x: Array) -> Array:
    return jnp.copysign(jnp.log1p(jnp.abs(x)), x)


def _symlog_second_derivative(x: Array) -> Array:
    ratio = 1.0 / (1.0 + jnp.where(x > 0, x, -x))
    return jnp.where(x > 0, -ratio, ratio) * ratio


SYMLOG = Activation(
    name="symlog",
    curve=curve("symlog", _symlog, lambda x: 1.0 / (1.0 + jnp.abs(x)), _symlog_second_derivative),
    definition=lambda x: jnp.where(x > 0, 1.0, -1.0) * jnp.log(1.0 + jnp.where(x > 0, x, -x)),
    range=(-math.inf, math.inf),
    limits=(-math.inf, math.inf),
    monotone="strictly",
    symmetry="odd",
    lipschitz=1.0,
    formula="sign(x) log(1 + |x|)",
    source="Hafner, Pasukonis, Ba and Lillicrap, Mastering diverse domains through world models, 2023",
    breakpoints=(0.0,),
    inverse=function("symlog inverse", lambda y: jnp.copysign(jnp.expm1(jnp.abs(y)), y)),
)
