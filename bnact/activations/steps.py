"""Steps, whose derivative is 0 wherever they have one; what backpropagation takes instead is declared."""

import functools
import math

import jax.numpy as jnp

from bnact.types import Array

from .activation import Activation
from .elementary.points import nan_or
from .parameters import positive, record_name
from .rule import curve


def _straight_through(x: Array) -> Array:
    return nan_or(x, jnp.where((x > -1.0) & (x <= 1.0), 1.0, 0.0))


SIGN = Activation(
    name="sign",
    curve=curve("sign", jnp.sign, _straight_through, lambda x: nan_or(x, jnp.zeros_like(x))),
    definition=lambda x: jnp.where(x > 0, 1.0, jnp.where(x < 0, -1.0, 0.0)),
    surrogate=lambda x: jnp.where(x > -1.0, jnp.where(x > 1.0, 0.0, 1.0), 0.0),
    range=(-1.0, 1.0),
    attained=(True, True),
    limits=(-1.0, 1.0),
    lipschitz=math.inf,
    monotone="weakly",
    symmetry="odd",
    formula="1 if x > 0, -1 if x < 0, 0 at 0; as derivative 1 if -1 < x <= 1 else 0 (straight through)",
    source="Hubara, Courbariaux, Soudry, El-Yaniv and Bengio, Binarized neural networks, 2016",
    jumps=(0.0,),
    kinks=(0.0,),
    breakpoints=(-1.0, 0.0, 1.0),
    flat=((-math.inf, -1.0), (1.0, math.inf)),
)


def step(sharpness: float = 10.0) -> Activation:
    """1 for x > 0, else 0; as derivative 1 / (1 + sharpness |x|)^2.

    Args:
      sharpness: how fast the declared derivative falls off beside the step, within 1e-6 and 1e6.

    Returns:
      The record, one and the same for equal parameters.

    Raises:
      ValueError: `sharpness` is outside its interval.

    Source: Zenke and Ganguli, SuperSpike: supervised learning in multilayer spiking neural networks, 2018.
    """
    return _step(positive("step", "sharpness", sharpness))


@functools.cache
def _step(sharpness: float) -> Activation:
    def reciprocal(x: Array) -> Array:
        return 1.0 / (1.0 + sharpness * jnp.where(x > 0, x, -x))

    def bend(x: Array) -> Array:
        once = reciprocal(x)
        # The constant first: the cube underflows where the product does not.
        return jnp.where(x > 0, -2.0 * sharpness, 2.0 * sharpness) * once * once * once

    name = record_name("step", {"sharpness": sharpness}, {"sharpness": 10.0})
    return Activation(
        name=name,
        curve=curve(
            name,
            lambda x: nan_or(x, jnp.where(x > 0, 1.0, 0.0)),
            lambda x: jnp.square(reciprocal(x)),
            bend,
        ),
        definition=lambda x: jnp.where(x > 0, 1.0, 0.0),
        surrogate=lambda x: 1.0 / (1.0 + sharpness * jnp.where(x > 0, x, -x)) ** 2,
        range=(0.0, 1.0),
        attained=(True, True),
        limits=(0.0, 1.0),
        lipschitz=math.inf,
        monotone="weakly",
        formula=f"1 if x > 0 else 0; as derivative 1 / (1 + {sharpness!r} |x|)^2",
        source="Zenke and Ganguli, SuperSpike: supervised learning in multilayer spiking neural networks, "
        "2018",
        jumps=(0.0,),
        kinks=(0.0,),
        breakpoints=(0.0,),
    )


STEP = step()
