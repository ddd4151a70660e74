"""x times a sigmoid of a rising odd function of x: silu, quick_gelu and gelu_tanh.

With s the sigmoid of y, x s does not cancel, nor does 1 - s where it is formed as exp(-y) s. In the negative
tail a product with s is formed scaled up, because s is below the smallest normal number before x s is.
Value and derivative have nothing in common but x: XLA on a CPU writes to memory what two others need.
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
from .elementary.scaled_sigmoid import reach_of_sigmoid, scaled_sigmoid
from .rule import Curve, curve

_QUICK = 1.702


class Argument(NamedTuple):
    """What the sigmoid is taken of, y(x).

    Attributes:
      rate: a factor of y, which costs no rounding.
      words: y / rate.
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
        """x s."""
        reach = reach_of_sigmoid(x.dtype)
        near = jnp.clip(x, argument.inverse(-reach.low), argument.inverse(reach.one))
        s = scaled_sigmoid(argument.rate, argument.words(near))
        return jnp.where(x > near, x, near / s.total * s.scale)

    def derivative(x: Array) -> Array:
        """s (1 + x y' (1 - s))."""
        reach = reach_of_sigmoid(x.dtype)
        near = jnp.clip(x, argument.inverse(-reach.low), argument.inverse(reach.high))
        s = scaled_sigmoid(argument.rate, argument.words(near))
        over = 1.0 / s.total
        rise = near * argument.slope(near)
        return zero.around(x, (s.scale * (1.0 + rise * (s.growth * over))) * over)

    def second_derivative(x: Array) -> Array:
        """s (1 - s) (2 y' + x y'' - |x| y'^2 (1 - 2 s)) at -|x|: it is even."""
        reach = reach_of_sigmoid(x.dtype)
        size = jnp.clip(jnp.abs(x), 0.0, argument.inverse(reach.low))
        s = scaled_sigmoid(argument.rate, argument.words(-size))
        over, rise = 1.0 / s.total, argument.slope(size)
        rest = s.growth * over
        steep = size * rise * rise * (rest - s.scale * over)
        bend = (2.0 * rise + size * argument.curvature(size)) - steep
        return (s.scale * (rest * bend)) * over

    return curve(name, value, derivative, second_derivative)


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
