"""x times a sigmoid of a rising odd function of x: silu, quick_gelu and gelu_tanh.

With y the odd function and e = exp(-|y|), the sigmoid is 1 / (1 + e) for positive x and e / (1 + e) for
negative x. In the negative tail the product with e is formed from its two parts, because e is below the
smallest normal number before x e is. A division has one user only: with two, XLA on a CPU does not fuse it.
"""

import math
from collections.abc import Callable

import jax.numpy as jnp

from bnact.types import Array

from .activation import Activation
from .elementary.cubic_decay import CUBIC, LINEAR, cubic_decay
from .elementary.derivative_zero import DerivativeZero
from .elementary.exponentials import Exponential, bounded, exponential, tailed
from .elementary.scaled_decay import scaled_decay
from .rule import Curve, curve

_QUICK = 1.702


def _gate(
    name: str,
    decay: Callable[[Array], Exponential],
    slope: Callable[[Array], float | Array],
    curvature: Callable[[Array], float | Array],
    zero: DerivativeZero,
) -> Curve:
    """The curve of x sigmoid(y(x)).

    Args:
      name: of the activation.
      decay: exp(-|y|); it takes infinite x.
      slope: y'.
      curvature: y''.
      zero: of the derivative.
    """

    def value(x: Array) -> Array:
        small = decay(x)
        product = jnp.maximum(x, -1000.0)  # 0 and not NaN at minus infinity
        return tailed(x, small, product, 1.0 + small.value)

    def derivative(x: Array) -> Array:
        small, x = decay(x), bounded(x)
        e = small.value
        numerator = (1.0 + e) + x * slope(x) * jnp.where(x > 0, e, 1.0)
        return zero.around(x, tailed(x, small, numerator, jnp.square(1.0 + e)))

    def second_derivative(x: Array) -> Array:
        small, x = decay(x), bounded(x)
        e = small.value
        below = 1.0 + e
        rise = slope(x)
        bend = (2.0 * rise + x * curvature(x)) * below - jnp.abs(x) * rise * rise * (1.0 - e)
        return small.times(bend / (below * below * below))

    return curve(name, value, derivative, second_derivative)


def _quick_decay(x: Array) -> Exponential:
    small = scaled_decay(_QUICK, x)
    return Exponential(small.power, small.scale)


SILU = Activation(
    name="silu",
    curve=_gate(
        "silu",
        decay=lambda x: exponential(jnp.where(x > 0, -x, x)),
        slope=lambda x: 1.0,
        curvature=lambda x: 0.0,
        zero=DerivativeZero(
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
        decay=_quick_decay,
        slope=lambda x: _QUICK,
        curvature=lambda x: 0.0,
        zero=DerivativeZero(
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
        decay=cubic_decay,
        slope=lambda x: LINEAR + 3.0 * CUBIC * (x * x),
        curvature=lambda x: 6.0 * CUBIC * x,
        zero=DerivativeZero(
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
