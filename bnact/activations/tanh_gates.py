"""x times a tanh that rises from 0: of softplus (mish) and of exp (tanh_exp).

Each is written with e = exp(-|x|) and without a difference of nearly equal numbers. In the negative tail the
product with e is formed from its two parts, because e is below the smallest normal number before x e is.
"""

import math

import jax.numpy as jnp

from bnact.types import Array

from .activation import Activation
from .elementary.derivative_zero import DerivativeZero
from .elementary.exponentials import Exponential, bounded, exponential, tailed
from .elementary.polynomial import polynomial
from .rule import curve

_MISH_ZERO = DerivativeZero(
    -1.1924312145154952,
    -4.8484829848031044e-17,
    (
        *(0.2669479140495345, 0.20473126408010586, 0.04190782104360987, -0.020271822716684245),
        *(-0.01582112656173338, -0.0033606849270232685, 0.0010924055409445854, 0.0009898181021289196),
        *(0.00025412936386191073, -4.1961496031696126e-05, -5.582891567360688e-05, -1.72992708103044e-05),
        *(9.427361327376651e-07, 2.9088199364912223e-06, 1.071676702702074e-06, 2.6879417855557728e-08),
    ),
)

_TANH_EXP_ZERO = DerivativeZero(
    -1.078860058464624,
    -9.55786742622646e-17,
    (
        *(0.3525036331603062, 0.3252269138875309, 0.10786032936442337, -0.022875972060733378),
        *(-0.045645387693479984, -0.025487703563799875, -0.005629789964385507, 0.0027715928931243703),
        *(0.0034002744090071715, 0.0016641690502916502, 0.0003022982929299591, -0.00020187575175518),
        *(-0.0002119141773405725, -9.603493263295568e-05, -1.4793194852334724e-05, 1.2648096951420702e-05),
    ),
)

# tanh(w) / w in powers of w^2 for 0 <= w <= 1 (minimax).
_TANH_RATIO = (
    *(0.999999995777, -0.333332786683, 0.133321595918, -0.0538709079169),
    *(0.0214648064957, -0.00791742444137, 0.00228221493888, -0.000353341347991),
)

# tanh(exp(5)) is 1 in float64 as in float32.
_ONE = 5.0


def _mish(x: Array) -> Array:
    small = _decay(x)
    e = small.value
    numerator = jnp.maximum(x, -1000.0) * jnp.where(x > 0, 1.0 + 2.0 * e, 2.0 + e)  # mish(-inf) is 0
    return tailed(x, small, numerator, _mish_denominator(x, e))


def _mish_derivative(x: Array) -> Array:
    x = bounded(x)
    small = _decay(x)
    e = small.value
    constant, linear = 4.0 * (1.0 + x), 4.0 * x + 6.0
    numerator = jnp.where(
        x > 0,
        1.0 + e * (4.0 + e * (linear + e * constant)),
        constant + e * (linear + e * (4.0 + e)),
    )
    return _MISH_ZERO.around(x, tailed(x, small, numerator, jnp.square(_mish_denominator(x, e))))


def _mish_second_derivative(x: Array) -> Array:
    x = bounded(x)
    small = _decay(x)
    e = small.value
    numerator = jnp.where(
        x > 0,
        2.0 + e * (6.0 + e * (8.0 + 4.0 * e)) - x * (2.0 + e * (3.0 - e * (2.0 + 2.0 * e))),
        4.0 + e * (8.0 + e * (6.0 + 2.0 * e)) + x * (2.0 + e * (2.0 - e * (3.0 + 2.0 * e))),
    )
    denominator = _mish_denominator(x, e)
    ratio = 4.0 * jnp.where(x > 0, e, 1.0) * numerator / (denominator * denominator * denominator)
    return small.times(ratio)


def _mish_denominator(x: Array, e: Array) -> Array:
    """(1 + w)^2 + 1 with w = exp(x) for x <= 0, and that divided by w^2 for x > 0."""
    return jnp.where(x > 0, 1.0 + 2.0 * e * (1.0 + e), 2.0 + e * (2.0 + e))


def _tanh_exp(x: Array) -> Array:
    small, w = _growth(x), _capped(x)
    q = jnp.exp(-2.0 * w)
    numerator = jnp.maximum(x, -1000.0) * jnp.where(x > 0, 1.0 - q, _tanh_ratio(w))
    return tailed(x, small, numerator, jnp.where(x > 0, 1.0 + q, 1.0))


def _tanh_exp_derivative(x: Array) -> Array:
    x = bounded(x)
    small, w = _growth(x), _capped(x)
    q = jnp.exp(-2.0 * w)
    ratio = _tanh_ratio(w)
    above = (1.0 - q) * (1.0 + q) + 4.0 * x * (w * q)
    below = ratio + x * (1.0 - jnp.square(w * ratio))
    numerator, denominator = jnp.where(x > 0, above, below), jnp.where(x > 0, jnp.square(1.0 + q), 1.0)
    return _TANH_EXP_ZERO.around(x, tailed(x, small, numerator, denominator))


def _tanh_exp_second_derivative(x: Array) -> Array:
    """w sech(w)^2 (2 + x (1 - 2 w tanh(w))) with w = exp(x)."""
    x = bounded(x)
    small, w = _growth(x), _capped(x)
    q = exponential(-2.0 * w)
    below = 1.0 + q.value
    tangent = jnp.where(x > 0, (1.0 - q.value) / below, w * _tanh_ratio(w))
    bend = 2.0 + x * (1.0 - 2.0 * w * tangent)
    numerator = jnp.where(x > 0, q.times(4.0 * w * bend), (1.0 - tangent * tangent) * bend)
    return tailed(x, small, numerator, jnp.where(x > 0, below * below, 1.0))


def _tanh_ratio(w: Array) -> Array:
    """tanh(w) / w for 0 <= w <= 1."""
    if w.dtype == jnp.float64:
        return jnp.tanh(w) / jnp.maximum(w, float(jnp.finfo(w.dtype).tiny))
    return polynomial(_TANH_RATIO, w * w)


def _capped(x: Array) -> Array:
    """exp(x), up to where its tanh is 1."""
    return jnp.exp(jnp.minimum(x, _ONE))


def _growth(x: Array) -> Exponential:
    """exp(x) for x <= 0, split; 1 above."""
    return exponential(jnp.where(x > 0, jnp.zeros_like(x), x))


def _decay(x: Array) -> Exponential:
    """exp(-|x|), split."""
    return exponential(jnp.where(x > 0, -x, x))


MISH = Activation(
    name="mish",
    curve=curve("mish", _mish, _mish_derivative, _mish_second_derivative),
    definition=lambda x: x * jnp.tanh(jnp.log(1.0 + jnp.exp(x))),
    range=(-0.30884341301725043, math.inf),
    attained=(True, False),
    limits=(0.0, math.inf),
    lipschitz=1.088498161251728,
    formula="x tanh(log(1 + exp(x)))",
    source="Misra, Mish: a self regularized non-monotonic activation function, 2020",
)

TANH_EXP = Activation(
    name="tanh_exp",
    curve=curve("tanh_exp", _tanh_exp, _tanh_exp_derivative, _tanh_exp_second_derivative),
    definition=lambda x: x * jnp.tanh(jnp.exp(x)),
    range=(-0.35328577784821125, math.inf),
    attained=(True, False),
    limits=(0.0, math.inf),
    lipschitz=1.061975308717916,
    formula="x tanh(exp(x))",
    source="Liu and Di, TanhExp: a smooth activation function with high convergence speed for lightweight "
    "neural networks, 2021",
)
