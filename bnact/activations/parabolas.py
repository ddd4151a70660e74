"""Stand-ins for silu, mish and softplus that are a parabola between two straight pieces."""

import math

import jax.numpy as jnp

from bnact.types import Array

from .activation import Activation
from .elementary.points import nan_or
from .rule import Formula, curve


def _between(low: float, high: float, bend: float) -> Formula:
    """The second derivative: `bend` on the parabola, for low < x <= high, and 0 elsewhere."""
    return lambda x: nan_or(x, jnp.where((x > low) & (x <= high), bend, 0.0))


def _hard_silu(x: Array) -> Array:
    finite = jnp.maximum(x, -3.0)  # hard_silu(-inf) is 0
    return finite * (jnp.minimum(finite + 3.0, 6.0) * (1.0 / 6.0))


def _hard_silu_derivative(x: Array) -> Array:
    return jnp.where(x > 3.0, 1.0, jnp.where(x <= -3.0, 0.0, (x + 1.5) * (1.0 / 3.0)))


def _hard_mish(x: Array) -> Array:
    finite = jnp.maximum(x, -2.0)  # hard_mish(-inf) is 0
    return finite * (jnp.minimum(finite + 2.0, 2.0) * 0.5)


def _hard_mish_derivative(x: Array) -> Array:
    return jnp.where(x > 0, 1.0, jnp.where(x <= -2.0, 0.0, x + 1.0))


def _sparse_plus(x: Array) -> Array:
    return jnp.where(x > 1.0, x, jnp.square(0.5 * jnp.maximum(x + 1.0, 0.0)))


def _sparse_plus_derivative(x: Array) -> Array:
    return 0.5 * jnp.clip(x + 1.0, 0.0, 2.0)


HARD_SILU = Activation(
    name="hard_silu",
    curve=curve("hard_silu", _hard_silu, _hard_silu_derivative, _between(-3.0, 3.0, 1.0 / 3.0)),
    definition=lambda x: jnp.where(x > -3.0, jnp.where(x > 3.0, x, x * (x + 3.0) / 6.0), 0.0),
    range=(-0.375, math.inf),
    attained=(True, False),
    limits=(0.0, math.inf),
    lipschitz=1.5,
    formula="x min(max(x + 3, 0), 6) / 6",
    source="Howard and others, Searching for MobileNetV3, 2019",
    kinks=(-3.0, 3.0),
    breakpoints=(-3.0, 3.0),
    flat=((-math.inf, -3.0),),
)

HARD_MISH = Activation(
    name="hard_mish",
    curve=curve("hard_mish", _hard_mish, _hard_mish_derivative, _between(-2.0, 0.0, 1.0)),
    definition=lambda x: jnp.where(x > -2.0, jnp.where(x > 0.0, x, x * (x + 2.0) / 2.0), 0.0),
    range=(-0.5, math.inf),
    attained=(True, False),
    limits=(0.0, math.inf),
    lipschitz=1.0,
    formula="x min(max(x + 2, 0), 2) / 2",
    source="Misra, H-Mish, 2020",
    kinks=(-2.0,),
    breakpoints=(-2.0, 0.0),
    flat=((-math.inf, -2.0),),
)

SPARSE_PLUS = Activation(
    name="sparse_plus",
    curve=curve("sparse_plus", _sparse_plus, _sparse_plus_derivative, _between(-1.0, 1.0, 0.5)),
    definition=lambda x: jnp.where(x > -1.0, jnp.where(x > 1.0, x, (x + 1.0) * (x + 1.0) / 4.0), 0.0),
    range=(0.0, math.inf),
    attained=(True, False),
    limits=(0.0, math.inf),
    lipschitz=1.0,
    monotone="weakly",
    formula="0 if x <= -1, (x + 1)^2 / 4 if -1 < x < 1, x if x >= 1",
    source="Blondel, Martins and Niculae, Learning with Fenchel-Young losses, 2020",
    breakpoints=(-1.0, 1.0),
    flat=((-math.inf, -1.0),),
)
