"""x times a sigmoid of a rising odd function of x: silu, quick_gelu and gelu_tanh.

With y the odd function and w = 1 / (1 + exp(|y|)), at most a half, the sigmoid is w for negative x and 1 - w
for positive x, and neither cancels. In the negative tail a product with w is formed from its two parts,
because w is below the smallest normal number before x w is. Value and derivative see x and w only: XLA on a
CPU computes w once for both.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import jax.numpy as jnp

from bnact.types import Array

from .activation import Activation
from .elementary.cubic_argument import CUBIC, cubic_argument, cubic_argument_inverse, cubic_slope
from .elementary.derivative_zero import DerivativeZero
from .elementary.double_word import DoubleWord
from .elementary.sigmoid_tail import SigmoidTail, reach_of_tail, sigmoid_tail
from .rule import Curve, curve

_QUICK = 1.702


class Argument(NamedTuple):
    """What the sigmoid is taken of, y(x).

    Attributes:
      rate: a factor of y, which costs no rounding.
      words: y / rate for x >= 0.
      inverse: the x of a y.
      slope: y'.
      curvature: y''.
    """

    rate: float
    words: Callable[[Array], DoubleWord]
    inverse: Callable[[float], float]
    slope: Callable[[Array], Array]
    curvature: Callable[[Array], Array]


def _gate(name: str, argument: Argument, zero: DerivativeZero) -> Curve:
    """The curve of x sigmoid(y(x)) whose derivative has that zero."""

    def value(x: Array) -> Array:
        """max(x, 0) - |x| w."""
        near, tail = _tail(argument, x)
        return jnp.maximum(x, 0.0) - tail.times(jnp.abs(near))

    def derivative(x: Array) -> Array:
        """s (1 + x y' (1 - s)) with the sigmoid s."""
        near, tail = _tail(argument, x)
        rest = 1.0 - tail.power
        sigmoid, other = jnp.where(x > 0, rest, tail.power), jnp.where(x > 0, tail.power, rest)
        formula = (sigmoid * (1.0 + (near * argument.slope(near)) * other)) * jnp.where(
            x > 0, 1.0, tail.scale
        )
        return zero.around(x, formula)

    def second_derivative(x: Array) -> Array:
        """w (1 - w) (2 y' + x y'' - |x| y'^2 (1 - 2 w))."""
        near, tail = _tail(argument, x)
        rise, rest = argument.slope(near), 1.0 - tail.power
        bend = (2.0 * rise + near * argument.curvature(near)) - jnp.abs(near) * rise * rise * (
            rest - tail.power
        )
        return tail.times(rest * bend)

    return curve(name, value, derivative, second_derivative)


def _tail(argument: Argument, x: Array) -> tuple[Array, SigmoidTail]:
    """x, cut off where w is 0; and w."""
    reach = reach_of_tail(x.dtype)
    end, far = argument.inverse(reach.end), argument.inverse(reach.far)
    near = jnp.clip(x, -end, end)
    size = jnp.abs(near)
    return near, sigmoid_tail(argument.rate, argument.words(size), size > far)


def _line(rate: float) -> Argument:
    """y = rate x."""
    return Argument(
        rate=rate,
        words=lambda x: DoubleWord(x, jnp.zeros_like(x)),
        inverse=lambda y: y / rate,
        slope=lambda x: jnp.full_like(x, rate),
        curvature=jnp.zeros_like,
    )


SILU = Activation(
    name="silu",
    curve=_gate(
        "silu",
        _line(1.0),
        DerivativeZero(
            -1.2784645427610737,
            -1.0946994183093437e-16,
            (
                *(0.2178117057198001, 0.1466487969969469, 0.018874814223782312, -0.015222655223188032),
                *(-0.006606589138356696, 0.000126627410081122, 0.0007985218818397998, 0.00018570724361186496),
                *(-4.090534237428612e-05, -2.9733542213263917e-05, -2.942631888842464e-06),
                *(2.346029682463866e-06, 8.599695028268575e-07, -3.051244750055421e-08),
                *(-9.266646309267441e-08, -1.8877622907727957e-08),
            ),
        ),
    ),
    definition=lambda x: x / (1.0 + jnp.exp(-x)),
    range=(-0.2784645427610738, math.inf),
    attained=(True, False),
    limits=(0.0, math.inf),
    lipschitz=1.099839320128867,
    formula="x / (1 + exp(-x))",
    source="Elfwing, Uchibe and Doya, Sigmoid-weighted linear units for neural network function "
    "approximation in reinforcement learning, 2018",
)

QUICK_GELU = Activation(
    name="quick_gelu",
    curve=_gate(
        "quick_gelu",
        _line(_QUICK),
        DerivativeZero(
            -0.751154255441289,
            2.814951480127594e-17,
            (
                *(0.37071552313509976, 0.42481282173594376, 0.09305963675729156, -0.1277405066022032),
                *(-0.0943572071288615, 0.0030781165417904923, 0.03303723646444788, 0.013076914672399515),
                *(-0.004902482293216736, -0.006065159245559203, -0.001021623914024492),
                *(0.0013862711067491769, 0.0008648828288439682, -5.2228893561771534e-05),
                *(-0.0002699702591038596, -9.360524805883418e-05),
            ),
        ),
    ),
    definition=lambda x: x / (1.0 + jnp.exp(-_QUICK * x)),
    range=(-0.1636101896363536, math.inf),
    attained=(True, False),
    limits=(0.0, math.inf),
    lipschitz=1.099839320128867,
    formula="x / (1 + exp(-1.702 x))",
    source="Hendrycks and Gimpel, Gaussian error linear units (GELUs), 2016",
)

GELU_TANH = Activation(
    name="gelu_tanh",
    curve=_gate(
        "gelu_tanh",
        Argument(
            rate=CUBIC,
            words=cubic_argument,
            inverse=cubic_argument_inverse,
            slope=cubic_slope,
            curvature=lambda x: 6.0 * CUBIC * x,
        ),
        DerivativeZero(
            -0.7524614220710162,
            -3.473691681308185e-17,
            (
                *(0.43040009102485854, 0.38751844613578895, -0.015782853521848016, -0.11394448308095902),
                *(-0.01661932834305258, 0.019682309459833125, 0.005261059254921919, -0.0024227318458750974),
                *(-0.0009274420230205465, 0.0002639276405268103, 0.0001242522780263981),
                *(-3.495617169443604e-05, -1.5950896871645142e-05, 5.91861171089399e-06),
                *(2.433551634429959e-06, -9.898647747433641e-07),
            ),
            width=0.45,
            terms=11,
        ),
    ),
    definition=lambda x: 0.5 * x * (1.0 + jnp.tanh(math.sqrt(2.0 / math.pi) * (x + 0.044715 * x**3))),
    range=(-0.17004075057125403, math.inf),
    attained=(True, False),
    limits=(0.0, math.inf),
    lipschitz=1.1289930686587717,
    formula="x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))",
    source="Hendrycks and Gimpel, Gaussian error linear units (GELUs), 2016",
)
