"""Activations with parameters: legal ones give records whose every fact is right, others an error."""

import math

import jax.numpy as jnp
import numpy as np
import pytest

from bnact import activations
from bnact.activations import ACTIVATIONS, verify
from bnact.activations.exponential_units import SELU_ALPHA, SELU_SCALE
from bnact.activations.facts.sampling import sampled
from bnact.activations.facts.truth import truth
from bnact.numerics import units

DEFAULTS = {
    "leaky_relu": {"slope": 0.01},
    "rrelu": {"lower": 1.0 / 8.0, "upper": 1.0 / 3.0},
    "threshold": {"at": 1.0, "below": 0.0},
    "elu": {"alpha": 1.0},
    "celu": {"alpha": 1.0},
    "selu": {"scale": SELU_SCALE, "alpha": SELU_ALPHA},
    "hard_sigmoid": {"slope": 1.0 / 6.0, "offset": 0.5},
    "hard_tanh": {"low": -1.0, "high": 1.0},
    "soft_shrink": {"size": 0.5},
    "hard_shrink": {"size": 0.5},
    "step": {"sharpness": 10.0},
}

OTHERS = {
    "leaky_relu": [
        {"slope": 0.2},
        {"slope": 0.0},
        {"slope": 1.0},
        {"slope": -1.0},
        {"slope": -0.5},
        {"slope": 500.0},
    ],
    "rrelu": [{"lower": 0.25, "upper": 0.25}, {"lower": -1.0, "upper": 0.5}],
    "threshold": [
        {"at": 0.0, "below": 0.0},
        {"at": 2.0, "below": -1.0},
        {"at": 1.0, "below": 3.0},
        {"at": -2.5, "below": -2.5},
        {"at": -3.0, "below": 0.0},
    ],
    "elu": [{"alpha": 2.0}, {"alpha": 0.1}, {"alpha": 800.0}],
    "celu": [{"alpha": 2.0}, {"alpha": 0.3}, {"alpha": 50.0}],
    "selu": [{"scale": 3.0, "alpha": 2.0}, {"scale": 0.5, "alpha": 1.0}],
    "hard_sigmoid": [
        {"slope": 0.2, "offset": 0.5},
        {"slope": 0.5, "offset": 0.75},
        {"slope": 1.0, "offset": -2.0},
        {"slope": 50.0, "offset": 0.0},
    ],
    "hard_tanh": [{"low": 0.0, "high": 6.0}, {"low": -0.1, "high": 0.3}, {"low": -2.0, "high": 2.0}],
    "soft_shrink": [{"size": 0.1}, {"size": 3.0}],
    "hard_shrink": [{"size": 0.1}, {"size": 3.0}],
    "shrink": [
        {"size": 1.5, "bias": 0.5},
        {"size": 0.5, "bias": 1.5},
        {"size": 0.5, "bias": -0.5},
        {"size": 1.5, "bias": 1.5},
    ],
    "step": [{"sharpness": 1.0}, {"sharpness": 0.1}],
}

REFUSED = {
    "leaky_relu": [{"slope": math.nan}, {"slope": math.inf}, {"slope": 2e6}],
    "rrelu": [{"lower": 0.5, "upper": 0.25}, {"lower": math.nan}, {"upper": math.inf}],
    "threshold": [{"at": math.nan}, {"below": -math.inf}],
    "elu": [{"alpha": 0.0}, {"alpha": -1.0}, {"alpha": math.nan}],
    "celu": [{"alpha": 0.0}, {"alpha": -1.0}, {"alpha": math.inf}],
    "selu": [{"scale": 0.0}, {"alpha": -1.0}, {"scale": math.nan}],
    "hard_sigmoid": [{"slope": 0.0}, {"slope": -0.2}, {"offset": math.inf}],
    "hard_tanh": [{"low": 1.0}, {"low": 2.0, "high": -2.0}, {"high": math.nan}],
    "soft_shrink": [{"size": 0.0}, {"size": -0.5}],
    "hard_shrink": [{"size": 0.0}, {"size": math.nan}],
    "shrink": [{"size": 0.0}, {"bias": math.nan}],
    "step": [{"sharpness": 0.0}, {"sharpness": math.inf}],
}


def cases(table, by_default=None):
    """Every row of every factory; by default only so many of each, if a number is given."""
    return [
        pytest.param(
            name,
            given,
            id=f"{name}-{'-'.join(map(str, given.values()))}",
            marks=[pytest.mark.slow] if by_default is not None and number >= by_default else [],
        )
        for name, rows in table.items()
        for number, given in enumerate(rows)
    ]


def made(name, given):
    return getattr(activations, name)(**given)


@pytest.mark.parametrize("name", DEFAULTS)
def test_the_registry_holds_the_default(name):
    default = DEFAULTS[name]
    assert made(name, {}) is ACTIVATIONS[name]
    assert made(name, default) is ACTIVATIONS[name]
    assert getattr(activations, name)(*default.values()) is ACTIVATIONS[name]


@pytest.mark.parametrize("name, given", cases(OTHERS, by_default=1))
def test_every_fact_at_other_parameters(name, given):
    verify(made(name, given))


@pytest.mark.parametrize("name, given", cases(OTHERS))
def test_equal_arguments_give_one_record(name, given):
    act = made(name, given)
    assert made(name, {key: np.float64(value) for key, value in given.items()}) is act
    assert len({act, getattr(activations, name)(*given.values())}) == 1
    assert act.name not in ACTIVATIONS


@pytest.mark.parametrize("name, given", cases(REFUSED))
def test_parameters_out_of_their_domain(name, given):
    with pytest.raises(ValueError, match=rf"^{name}: .* must .*; got .*=.*; use "):
        made(name, given)


@pytest.mark.parametrize("name, given", cases(OTHERS, by_default=1))
def test_float32_at_other_parameters(name, given):
    """Also next to every point where a piece ends, which need not be a float32 number."""
    act = made(name, given)
    ends = np.array([0.0, *act.breakpoints], np.float32)
    steps = np.arange(-40, 41, dtype=np.float32)[:, None] * np.spacing(
        np.maximum(np.abs(ends), np.float32(1e-30))
    )
    x = np.concatenate([(ends + steps).ravel(), np.linspace(-90.0, 20.0, 400, dtype=np.float32)])
    found = sampled(act.curve, x)
    for order, limit in enumerate((4.0, 8.0, 16.0)):
        assert np.max(units(found[order], truth(act, order, x), np.float32)) <= limit


def test_a_subtrahend_rounded_to_float32_would_be_caught():
    act = activations.soft_shrink(0.1)
    x = np.nextafter(np.float32(0.1), np.float32(1.0))[None]
    assert units(x - np.float32(0.1), truth(act, 0, x), np.float32)[0] > 1e5
    assert units(sampled(act.curve, x)[0], truth(act, 0, x), np.float32)[0] <= 1.0


def test_minus_zero_is_zero():
    assert activations.leaky_relu(-0.0) is activations.leaky_relu(0.0)


def test_leaky_relu_without_a_slope_is_relu_at_infinity_too():
    x = jnp.asarray([-jnp.inf, -1.0, 2.0])
    np.testing.assert_array_equal(activations.leaky_relu(0.0)(x), [0.0, 0.0, 2.0])


def test_shrink_has_the_soft_and_the_hard_one():
    assert activations.shrink(size=1.5, bias=1.5) is activations.soft_shrink(1.5)
    assert activations.shrink() is ACTIVATIONS["hard_shrink"]


def test_values_on_the_edge_of_a_shrinkage():
    edges = jnp.asarray([-0.5, 0.5])
    for name in ("hard_shrink", "soft_shrink"):
        np.testing.assert_array_equal(ACTIVATIONS[name](edges), 0.0)
        np.testing.assert_array_equal(ACTIVATIONS[name].derivative(edges), [1.0, 0.0])


def test_declared_derivatives():
    x = jnp.asarray([-2.0, -1.0, -0.5, 0.0, 1.0, 2.0])
    np.testing.assert_array_equal(ACTIVATIONS["sign"](x), [-1, -1, -1, 0, 1, 1])
    np.testing.assert_array_equal(ACTIVATIONS["sign"].derivative(x), [0, 0, 1, 1, 1, 0])
    np.testing.assert_array_equal(ACTIVATIONS["step"](x), [0, 0, 0, 0, 1, 1])
    expected = 1.0 / (1.0 + 10.0 * np.abs(x)) ** 2
    np.testing.assert_allclose(ACTIVATIONS["step"].derivative(x), expected, rtol=1e-6)
