"""The square, and its half: what grows faster than its input."""

import math

import jax.numpy as jnp

from bnact.types import Array

from .activation import Activation
from .elementary.points import nan_or
from .rule import curve


def _squared_relu_second_derivative(x: Array) -> Array:
    return nan_or(x, jnp.where(x > 0, 2.0, 0.0))


SQUARE = Activation(
    name="square",
    curve=curve("square", jnp.square, lambda x: 2.0 * x, lambda x: nan_or(x, jnp.full_like(x, 2.0))),
    definition=lambda x: x * x,
    range=(0.0, math.inf),
    attained=(True, False),
    limits=(math.inf, math.inf),
    lipschitz=math.inf,
    symmetry="even",
    formula="x^2",
    source="Livni, Shalev-Shwartz and Shamir, On the computational efficiency of training neural networks, "
    "2014",
)

SQUARED_RELU = Activation(
    name="squared_relu",
    curve=curve(
        "squared_relu",
        lambda x: jnp.square(jnp.maximum(x, 0.0)),
        lambda x: 2.0 * jnp.maximum(x, 0.0),
        _squared_relu_second_derivative,
    ),
    definition=lambda x: jnp.where(x > 0, x * x, 0.0),
    range=(0.0, math.inf),
    attained=(True, False),
    limits=(0.0, math.inf),
    lipschitz=math.inf,
    monotone="weakly",
    formula="max(x, 0)^2",
    source="So, Manke, Liu, Dai, Shazeer and Le, Primer: searching for efficient transformers for language "
    "modeling, 2021",
    breakpoints=(0.0,),
    flat=((-math.inf, 0.0),),
)
