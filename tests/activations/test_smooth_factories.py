"""Smooth activations with parameters: what these may be, and the facts for others than the default."""

import math

import jax.numpy as jnp
import numpy as np
import pytest

from bnact.activations import (
    ACTIVATIONS,
    Activation,
    curve,
    isrlu,
    isru,
    penalized_tanh,
    softcap,
    softplus,
    squareplus,
    verify,
)
from bnact.activations.audit.points import log_spaced
from bnact.activations.facts.sampling import sampled
from bnact.activations.facts.truth import truth
from bnact.numerics import units

LIMITS = {0: 4.0, 1: 8.0}

# Factory, its parameter, the default.
FACTORIES = {
    "softcap": (softcap, "cap", 30.0),
    "penalized_tanh": (penalized_tanh, "slope", 0.25),
    "isru": (isru, "alpha", 1.0),
    "isrlu": (isrlu, "alpha", 1.0),
    "squareplus": (squareplus, "b", 4.0),
    "softplus": (softplus, "beta", 1.0),
}
OTHERS = {
    "softcap": (0.3, 1.0, 50.0),
    "penalized_tanh": (1e-6, 0.1, 0.9),
    "isru": (0.1, 3.0),
    "isrlu": (0.1, 3.0),
    "squareplus": (0.25, 100.0),
    "softplus": (0.3, 5.0),
}
EXTREMES = (1e-6, 1e6)

each_factory = pytest.mark.parametrize("name", FACTORIES)
each_other = pytest.mark.parametrize(
    "name, value", [(name, value) for name, values in OTHERS.items() for value in values]
)
each_extreme = pytest.mark.parametrize(
    "name, value", [(name, value) for name in FACTORIES if name != "penalized_tanh" for value in EXTREMES]
)


def made(name: str, value: float) -> Activation:
    factory, parameter, _ = FACTORIES[name]
    return factory(**{parameter: value})


def stretch(name: str, value: float) -> tuple[float, float]:
    """The height and the rate with which the record is height default(rate x)."""
    rate = {
        "softcap": 30.0 / value,
        "isru": math.sqrt(value),
        "isrlu": math.sqrt(value),
        "squareplus": 2.0 / math.sqrt(value),
        "softplus": value,
    }[name]
    return 1.0 / rate, rate


@each_other
def test_every_fact_at_other_parameters(name, value):
    verify(made(name, value))


@each_extreme
def test_facts_at_extreme_parameters_are_those_of_the_default_stretched(name, value):
    act, default = made(name, value), ACTIVATIONS[name]
    height, rate = stretch(name, value)
    x = np.linspace(-30.0, 30.0, 601)
    found, expected = sampled(act.curve, x / rate), sampled(default.curve, x)
    for order, (one, other) in enumerate(zip(found, expected, strict=True)):
        np.testing.assert_allclose(one, height * rate**order * other, rtol=1e-12, atol=1e-16 * height)
    for fact in ("range", "limits"):
        stretched = height * np.array(getattr(default, fact))
        np.testing.assert_allclose(getattr(act, fact), stretched, rtol=1e-15)
    for fact in ("lipschitz", "attained", "monotone", "symmetry", "kinks", "breakpoints", "flat"):
        assert getattr(act, fact) == getattr(default, fact)


def worst(act: Activation, order: int) -> float:
    x = np.concatenate([log_spaced(np.float32, 1000), np.linspace(-20, 20, 1001, dtype=np.float32)])
    return float(np.max(units(sampled(act.curve, x)[order], truth(act, order, x), np.float32)))


@pytest.mark.parametrize("order", LIMITS)
@pytest.mark.parametrize(
    "name, value",
    [
        *((name, values[0]) for name, values in OTHERS.items()),
        *(
            pytest.param(name, value, marks=pytest.mark.slow)
            for name, values in OTHERS.items()
            for value in values[1:]
        ),
        *((name, EXTREMES[0]) for name in FACTORIES if name != "penalized_tanh"),
        *(
            pytest.param(name, EXTREMES[1], marks=pytest.mark.slow)
            for name in FACTORIES
            if name != "penalized_tanh"
        ),
    ],
)
def test_float32_at_other_parameters(name, value, order):
    assert worst(made(name, value), order) <= LIMITS[order]


def test_a_rounded_product_would_be_caught():
    """Of rate and x, before exp."""
    plain = softplus(beta=0.3)
    rounded = curve(
        "rounded", lambda x: jnp.log1p(jnp.exp(0.3 * x)) / 0.3, plain.derivative, plain.second_derivative
    )
    x = np.linspace(-250.0, -200.0, 101, dtype=np.float32)
    assert np.max(units(sampled(rounded, x)[0], truth(plain, 0, x), np.float32)) > 8.0


@each_factory
def test_equal_arguments_give_the_same_record(name):
    factory, parameter, default = FACTORIES[name]
    assert factory() is factory(default) is factory(**{parameter: default}) is ACTIVATIONS[name]
    assert factory(0.5) is factory(np.float32(0.5))
    assert len({factory(), factory(0.5), factory(0.5)}) == 2


@each_factory
def test_the_name_tells_the_parameter(name):
    _, parameter, default = FACTORIES[name]
    assert made(name, default).name == name
    assert made(name, 0.5).name == f"{name}({parameter}=0.5)"


@pytest.mark.parametrize("value", [0.0, -1.0, 1e7, 1e-7, math.inf, math.nan], ids=str)
@each_factory
def test_a_parameter_out_of_its_domain(name, value):
    _, parameter, _ = FACTORIES[name]
    with pytest.raises(ValueError, match=f"^{name}: {parameter} must be .*; got {parameter}=.*; use "):
        made(name, value)


def test_a_penalty_that_is_none():
    with pytest.raises(
        ValueError, match="penalized_tanh: slope must be within .*0.999999.*; got slope=1.0; use "
    ):
        penalized_tanh(slope=1.0)
