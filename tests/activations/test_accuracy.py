"""Values and derivatives against 100 digits, in units of the last place, tails included."""

import jax
import numpy as np
import pytest

from bnact.activations import ACTIVATIONS
from tests.activations.compiled import orders
from tests.activations.oracle import truth

# XLA's own expm1 and tanh are 5 units off in places; the bound is for three roundings more than that.
UNITS = 8.0

# Near a zero of the derivative what counts is the absolute error.
ZEROS = {
    ("gelu", 2): (-np.sqrt(2.0), np.sqrt(2.0)),
    ("silu", 1): (-1.2784645427610738,),
    ("silu", 2): (-2.399357280515468, 2.399357280515468),
    ("mish", 1): (-1.1924312145154952,),
    ("mish", 2): (-2.2563762963607935, 1.4905711794854284),
}
NEAR = 0.75
NEAR_A_ZERO = 8e-8

ORDERS = [0, 1, 2]


def points():
    rng = np.random.default_rng(0)
    tiny = 10.0 ** rng.uniform(-37, 0, 20)
    parts = [rng.uniform(-100, 100, 60), rng.uniform(-14, 14, 100), rng.normal(size=60), tiny, -tiny]
    landmarks = [
        0.0,
        17.0,
        -17.0,
        10.0,
        -20.0,
        -87.0,
        -88.0,
        -91.0,
        43.9,
        46.0,
        -13.0,
        -13.2,
        -13.4,
        1e30,
        -1e30,
    ]
    return np.concatenate([*parts, landmarks]).astype(np.float32)


def errors(values, name, order, x):
    """Error over what is allowed at each point: above 1 is wrong."""
    expected = truth(name, order, x)
    information = np.finfo(values.dtype)
    smallest = float(information.smallest_normal)
    spacing = np.spacing(np.abs(expected).astype(values.dtype)).astype(np.float64)
    allowed = np.where(np.abs(expected) < smallest, smallest, UNITS * spacing)
    zeros = ZEROS.get((name, order), ())
    near = np.any([np.abs(x - zero) < NEAR for zero in zeros], axis=0) if zeros else np.zeros(x.shape, bool)
    floor = NEAR_A_ZERO * float(information.eps) / float(np.finfo(np.float32).eps)
    allowed = np.where(near, np.maximum(allowed, floor), allowed)
    return np.abs(values.astype(np.float64) - expected) / allowed


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_float32(name, order):
    x = points()
    values = orders(ACTIVATIONS[name], x)[order]
    assert errors(values, name, order, x).max() <= 1.0


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_float64(name, order):
    x = points().astype(np.float64)
    with jax.enable_x64(True):
        values = orders(ACTIVATIONS[name], x)[order]
    assert errors(values, name, order, x).max() <= 1.0


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_factor_of_one_in_a_hundred_thousand_is_caught(name, order):
    x = points()
    values = orders(ACTIVATIONS[name], x)[order] * np.float32(1.00001)
    if np.any(values != 0):
        assert errors(values, name, order, x).max() > 1.0
    else:
        assert name in ("identity", "relu", "leaky_relu")
        assert order == 2


@pytest.mark.parametrize(
    "name, order, x, value",
    [("sigmoid", 1, 17.0, 4.1399375e-8), ("tanh", 1, 10.0, 8.2446145e-9), ("elu", 1, -20.0, 2.0611537e-9)],
)
def test_tails_that_autodiff_loses(name, order, x, value):
    act = ACTIVATIONS[name]
    assert act.curve[order](np.float32(x)) == pytest.approx(value, rel=1e-6)
    assert jax.grad(act)(np.float32(x)) == pytest.approx(value, rel=1e-6)


def test_the_textbook_derivatives_would_fail():
    x = points()
    with np.errstate(over="ignore"):
        sigmoid = 1.0 / (1.0 + np.exp(-x))
    assert errors(sigmoid * (1.0 - sigmoid), "sigmoid", 1, x).max() > 1.0
    assert errors(1.0 - np.tanh(x) ** 2, "tanh", 1, x).max() > 1.0
    assert errors(np.asarray(jax.nn.gelu(x, approximate=False)), "gelu", 0, x).max() > 1.0
