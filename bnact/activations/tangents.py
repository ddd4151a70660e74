"""Made of a hyperbolic tangent: tanh, lecun_tanh, softcap, penalized_tanh. And the arc tangent."""

import functools
import math

import jax.numpy as jnp

from bnact.types import Array

from .activation import Activation
from .elementary.arc_tangent import arc_tangent
from .elementary.hyperbolic import tangent, tangent_bend, tangent_inverse, tangent_slope
from .elementary.square_root import square_bounded
from .parameters import record_name, within
from .rule import Curve, curve, function


def _scaled(name: str, height: float, rate: float) -> Curve:
    """The curve of height tanh(rate x)."""
    return curve(
        name,
        lambda x: tangent(x, height, rate),
        lambda x: tangent_slope(x, height, rate),
        lambda x: tangent_bend(x, height, rate),
    )


TANH = Activation(
    name="tanh",
    curve=_scaled("tanh", 1.0, 1.0),
    definition=jnp.tanh,
    range=(-1.0, 1.0),
    limits=(-1.0, 1.0),
    lipschitz=1.0,
    monotone="strictly",
    symmetry="odd",
    formula="(exp(x) - exp(-x)) / (exp(x) + exp(-x))",
    source="LeCun, Bottou, Orr and Mueller, Efficient backprop, 1998",
    inverse=function("tanh inverse", lambda y: tangent_inverse(y, 1.0, 1.0)),
)

_LECUN_HEIGHT = 1.7159
_LECUN_RATE = 2.0 / 3.0

LECUN_TANH = Activation(
    name="lecun_tanh",
    curve=_scaled("lecun_tanh", _LECUN_HEIGHT, _LECUN_RATE),
    definition=lambda x: _LECUN_HEIGHT * jnp.tanh(_LECUN_RATE * x),
    range=(-_LECUN_HEIGHT, _LECUN_HEIGHT),
    limits=(-_LECUN_HEIGHT, _LECUN_HEIGHT),
    lipschitz=_LECUN_HEIGHT * _LECUN_RATE,
    monotone="strictly",
    symmetry="odd",
    formula="1.7159 tanh(2 x / 3)",
    source="LeCun, Bottou, Orr and Mueller, Efficient backprop, 1998",
    inverse=function("lecun_tanh inverse", lambda y: tangent_inverse(y, _LECUN_HEIGHT, _LECUN_RATE)),
)


def softcap(cap: float = 30.0) -> Activation:
    """The identity, bent so that it never exceeds a cap: cap tanh(x / cap).

    Args:
      cap: limit of the size, between 1e-6 and 1e6.

    Returns:
      The record; the same one for equal arguments.

    Raises:
      ValueError: cap is outside its interval.
    """
    return _softcap(within("softcap", "cap", cap, 1e-6, 1e6))


@functools.cache
def _softcap(cap: float) -> Activation:
    name = record_name("softcap", {"cap": cap}, {"cap": 30.0})
    return Activation(
        name=name,
        curve=_scaled(name, cap, 1.0 / cap),
        definition=lambda x: cap * jnp.tanh(x / cap),
        range=(-cap, cap),
        limits=(-cap, cap),
        lipschitz=1.0,
        monotone="strictly",
        symmetry="odd",
        formula=f"{cap} tanh(x / {cap})",
        source="Gemma Team, Gemma 2: Improving open language models at a practical size, 2024",
        inverse=function(f"{name} inverse", lambda y: tangent_inverse(y, cap, 1.0 / cap)),
    )


def penalized_tanh(slope: float = 0.25) -> Activation:
    """tanh whose negative half is flattened: tanh(x) if x > 0 else slope tanh(x).

    Args:
      slope: the factor, between 1e-6 and 1 - 1e-6.

    Returns:
      The record; the same one for equal arguments.

    Raises:
      ValueError: slope is outside its interval.
    """
    return _penalized_tanh(within("penalized_tanh", "slope", slope, 1e-6, 1.0 - 1e-6))


@functools.cache
def _penalized_tanh(slope: float) -> Activation:
    name = record_name("penalized_tanh", {"slope": slope}, {"slope": 0.25})

    def height(x: Array) -> Array:
        return jnp.where(x > 0, 1.0, slope).astype(x.dtype)

    return Activation(
        name=name,
        curve=curve(
            name,
            lambda x: tangent(x, height(x), 1.0),
            lambda x: tangent_slope(x, height(x), 1.0),
            lambda x: tangent_bend(x, height(x), 1.0),
        ),
        definition=lambda x: jnp.where(x > 0, jnp.tanh(x), slope * jnp.tanh(x)),
        range=(-slope, 1.0),
        limits=(-slope, 1.0),
        lipschitz=1.0,
        monotone="strictly",
        formula=f"tanh(x) if x > 0 else {slope} tanh(x)",
        source="Xu, Huang and Li, Revise saturated activation functions, 2016",
        kinks=(0.0,),
        breakpoints=(0.0,),
        inverse=function(f"{name} inverse", lambda y: tangent_inverse(y, height(y), 1.0)),
    )


def _arctan_derivative(x: Array) -> Array:
    return 1.0 / (1.0 + jnp.square(square_bounded(x)))


def _arctan_second_derivative(x: Array) -> Array:
    derivative = _arctan_derivative(x)
    # Product of two small factors last: the square of the derivative underflows where this does not.
    return (-2.0 * square_bounded(x) * derivative) * derivative


def _arctan_inverse(y: Array) -> Array:
    return jnp.where(jnp.abs(y) > math.pi / 2.0, jnp.nan, jnp.tan(y))


ARCTAN = Activation(
    name="arctan",
    curve=curve("arctan", arc_tangent, _arctan_derivative, _arctan_second_derivative),
    definition=jnp.arctan,
    range=(-math.pi / 2.0, math.pi / 2.0),
    limits=(-math.pi / 2.0, math.pi / 2.0),
    lipschitz=1.0,
    monotone="strictly",
    symmetry="odd",
    formula="arctan(x)",
    source="Kamruzzaman and Aziz, A note on activation function in multilayer feedforward learning, 2002",
    inverse=function("arctan inverse", _arctan_inverse),
)
