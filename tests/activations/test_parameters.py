"""What is no number is refused as a parameter, above all an array meant for the activation."""

import inspect
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact import activations

FACTORIES = (
    *("leaky_relu", "rrelu", "threshold", "elu", "celu", "selu", "hard_sigmoid", "hard_tanh", "soft_shrink"),
    *("hard_shrink", "shrink", "step", "softplus", "squareplus", "isru", "isrlu", "softcap", "snake"),
    "penalized_tanh",
)


@pytest.mark.parametrize(
    "given", [np.ones(3), jnp.ones(3), jnp.float32(0.5), "0.5", True, np.True_, None, 1j], ids=repr
)
@pytest.mark.parametrize("name", FACTORIES)
def test_only_numbers(name, given):
    rule = rf"^{name}: .* must be a Python or numpy number; got .*; {name} makes .* returns, {name}\(\)\(x\)$"
    with pytest.raises(TypeError, match=rule):
        getattr(activations, name)(given)


def test_a_traced_number_is_none():
    with pytest.raises(TypeError, match="^elu: alpha must be a Python or numpy number; got .*Tracer"):
        jax.jit(lambda alpha, x: activations.elu(alpha)(x))(0.5, jnp.ones(3))


@pytest.mark.parametrize("given", [2, 2.0, np.float32(2.0), np.float16(2.0), np.int64(2)], ids=repr)
def test_every_kind_of_number_gives_the_same_record(given):
    assert activations.elu(given) is activations.elu(2.0)


EITHER_SIGN = {
    "leaky_relu": ("slope",),
    "rrelu": ("lower", "upper"),
    "threshold": ("at", "below"),
    "hard_sigmoid": ("offset",),
    "hard_tanh": ("low", "high"),
    "shrink": ("bias",),
}
SMALLEST_NORMAL = 2.0**-126


def parameters(name):
    return inspect.signature(getattr(activations, name)).parameters


@pytest.mark.parametrize("name, parameter", [(n, each) for n in FACTORIES for each in parameters(n)])
@pytest.mark.parametrize("tiny", [1e-45, -1e-45, SMALLEST_NORMAL / 2.0, 5e-324])
def test_no_parameter_is_zero_in_float32_alone(name, parameter, tiny):
    with pytest.raises(ValueError, match=rf"^{name}: .* must .*; got .*=.*; use "):
        getattr(activations, name)(**{parameter: tiny})


@pytest.mark.parametrize(
    "name, parameter", [(n, each) for n, several in EITHER_SIGN.items() for each in several]
)
def test_zero_and_the_smallest_normal_number_are_parameters(name, parameter):
    defaults = {"upper": {"lower": -1.0}, "high": {"low": -1.0}, "offset": {"slope": 1.0}}.get(parameter, {})
    for value in (0.0, SMALLEST_NORMAL):
        act = getattr(activations, name)(**{**defaults, parameter: value})
        x = np.array([-1.0, 1.0], np.float32)
        assert np.all(np.isfinite(act(x)))


def test_the_slope_that_is_taken_must_not_be_zero_in_float32_alone():
    with pytest.raises(ValueError, match=r"^rrelu: \(lower \+ upper\) / 2 must be 0 or at least"):
        activations.rrelu(-1.2e-38, 1.3e-38)
    with pytest.raises(ValueError, match="^hard_sigmoid: offset / slope must be 0 or at least"):
        activations.hard_sigmoid(slope=1e6, offset=1e-37)


@pytest.mark.parametrize("name, parameter", [(n, each) for n in FACTORIES for each in parameters(n)])
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, 10**400, -1e7], ids=range(5))
def test_no_parameter_is_out_of_every_interval(name, parameter, bad):
    with pytest.raises(ValueError, match=rf"^{name}: .* must .*; got .*=.*; use "):
        getattr(activations, name)(**{parameter: bad})
