"""Activations made of the square root of x^2 plus a constant: isru, isrlu, squareplus, bent_identity."""

import functools
import math

import jax.numpy as jnp

from bnact.types import Array

from .activation import Activation
from .elementary.points import nan_or
from .elementary.square_root import root_of_square_plus, square_bounded
from .parameters import record_name, within
from .rule import curve, function

_CARLILE = (
    "Carlile, Delamarter, Kinney, Marti and Whitney, Improving deep learning by inverse square root linear "
    "units (ISRLUs), 2017"
)

# From there on x^2 + b is x^2 to the last place for every b.
_SUM_MAY_OVERFLOW = 1e18


def _isru_argument(x: Array, alpha: float) -> Array:
    """sqrt(alpha) x, bounded."""
    return square_bounded(math.sqrt(alpha) * x)


def _isru(x: Array, alpha: float) -> Array:
    t = _isru_argument(x, alpha)
    # x itself where it is small, because t may underflow where x does not.
    near = jnp.where(jnp.abs(t) < 1.0, x, t / math.sqrt(alpha))
    return nan_or(x, near / jnp.sqrt(1.0 + t * t))


def _isru_derivative(x: Array, alpha: float) -> Array:
    square = 1.0 + jnp.square(_isru_argument(x, alpha))
    # Where the product overflows, the result is below the smallest normal number.
    return 1.0 / (square * jnp.sqrt(square))


def _isru_second_derivative(x: Array, alpha: float) -> Array:
    t = _isru_argument(x, alpha)
    return (-3.0 * math.sqrt(alpha) * t / (1.0 + t * t)) * _isru_derivative(x, alpha)


def _isru_inverse(y: Array, alpha: float) -> Array:
    t = math.sqrt(alpha) * y
    rest = (1.0 - t) * (1.0 + t)
    return jnp.where(rest < 0.0, jnp.nan, y / jnp.sqrt(jnp.maximum(rest, 0.0)))


def isru(alpha: float = 1.0) -> Activation:
    """The inverse square root unit, x / sqrt(1 + alpha x^2).

    Args:
      alpha: one over the square of the limit, between 1e-6 and 1e6.

    Returns:
      The record; the same one for equal arguments.

    Raises:
      ValueError: alpha is outside its interval.
    """
    return _isru_record(within("isru", "alpha", alpha, 1e-6, 1e6))


@functools.cache
def _isru_record(alpha: float) -> Activation:
    name = record_name("isru", {"alpha": alpha}, {"alpha": 1.0})
    limit = 1.0 / math.sqrt(alpha)
    return Activation(
        name=name,
        curve=curve(
            name,
            lambda x: _isru(x, alpha),
            lambda x: _isru_derivative(x, alpha),
            lambda x: _isru_second_derivative(x, alpha),
        ),
        definition=lambda x: x / jnp.sqrt(1.0 + alpha * x * x),
        range=(-limit, limit),
        limits=(-limit, limit),
        lipschitz=1.0,
        monotone="strictly",
        symmetry="odd",
        formula=f"x / sqrt(1 + {alpha} x^2)",
        source=_CARLILE,
        inverse=function(f"{name} inverse", lambda y: _isru_inverse(y, alpha)),
    )


def isrlu(alpha: float = 1.0) -> Activation:
    """The inverse square root linear unit: x if x > 0 else x / sqrt(1 + alpha x^2).

    Args:
      alpha: one over the square of the limit at minus infinity, between 1e-6 and 1e6.

    Returns:
      The record; the same one for equal arguments.

    Raises:
      ValueError: alpha is outside its interval.
    """
    return _isrlu_record(within("isrlu", "alpha", alpha, 1e-6, 1e6))


@functools.cache
def _isrlu_record(alpha: float) -> Activation:
    name = record_name("isrlu", {"alpha": alpha}, {"alpha": 1.0})
    limit = -1.0 / math.sqrt(alpha)
    return Activation(
        name=name,
        curve=curve(
            name,
            lambda x: jnp.where(x > 0, x, _isru(x, alpha)),
            lambda x: jnp.where(x > 0, 1.0, _isru_derivative(x, alpha)),
            lambda x: jnp.where(x > 0, 0.0, _isru_second_derivative(x, alpha)),
        ),
        definition=lambda x: jnp.where(x > 0, x, x / jnp.sqrt(1.0 + alpha * x * x)),
        range=(limit, math.inf),
        limits=(limit, math.inf),
        lipschitz=1.0,
        monotone="strictly",
        formula=f"x if x > 0 else x / sqrt(1 + {alpha} x^2)",
        source=_CARLILE,
        breakpoints=(0.0,),
        inverse=function(
            f"{name} inverse", lambda y: jnp.where(y > 0, y, _isru_inverse(jnp.minimum(y, 0.0), alpha))
        ),
    )


def _root_and_mean(x: Array, b: float) -> tuple[Array, Array]:
    """The root, and its mean with |x|, which is |x| where their sum could overflow."""
    root, size = root_of_square_plus(x, b), jnp.abs(x)
    return root, jnp.where(size > _SUM_MAY_OVERFLOW, size, 0.5 * (root + size))


def _squareplus(x: Array, b: float) -> Array:
    """max(x, 0) + (b / 4) / mean, which cancels at no x."""
    return jnp.maximum(x, 0.0) + (0.25 * b) / _root_and_mean(x, b)[1]


def _squareplus_derivative(x: Array, b: float) -> Array:
    """(b / 4) / (mean root) for x <= 0, one minus that for x > 0.

    Both factors over the root of b, so that their product overflows only where the quotient is 0. One
    division, because XLA on a CPU writes to memory each of two.
    """
    root, mean = _root_and_mean(x, b)
    unit = 1.0 / math.sqrt(b)
    tail = 0.25 / ((unit * mean) * (unit * root))
    return jnp.where(x > 0, 1.0 - tail, tail)


def _squareplus_second_derivative(x: Array, b: float) -> Array:
    root = root_of_square_plus(x, b)
    ratio = math.sqrt(b) / root
    return ((0.5 / root) * ratio) * ratio


def _squareplus_inverse(y: Array, b: float) -> Array:
    return jnp.where(y < 0.0, jnp.nan, y - (0.25 * b) / jnp.maximum(y, 0.0))


def squareplus(b: float = 4.0) -> Activation:
    """The algebraic relative of softplus, (x + sqrt(x^2 + b)) / 2.

    Args:
      b: four times the square of the value at 0, between 1e-6 and 1e6.

    Returns:
      The record; the same one for equal arguments.

    Raises:
      ValueError: b is outside its interval.
    """
    return _squareplus_record(within("squareplus", "b", b, 1e-6, 1e6))


@functools.cache
def _squareplus_record(b: float) -> Activation:
    name = record_name("squareplus", {"b": b}, {"b": 4.0})
    return Activation(
        name=name,
        curve=curve(
            name,
            lambda x: _squareplus(x, b),
            lambda x: _squareplus_derivative(x, b),
            lambda x: _squareplus_second_derivative(x, b),
        ),
        definition=lambda x: (x + jnp.sqrt(x * x + b)) / 2.0,
        range=(0.0, math.inf),
        limits=(0.0, math.inf),
        lipschitz=1.0,
        monotone="strictly",
        formula=f"(x + sqrt(x^2 + {b})) / 2",
        source="Barron, Squareplus: a softplus-like algebraic rectifier, 2021",
        inverse=function(f"{name} inverse", lambda y: _squareplus_inverse(y, b)),
    )
