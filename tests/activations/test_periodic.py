import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.activations import ACTIVATIONS, snake, verify
from bnact.activations.audit.points import every_finite, flushed, log_spaced
from bnact.activations.facts.sampling import sampled
from bnact.activations.facts.truth import truth
from bnact.numerics.last_place import units

PERIODIC = ("sin", "cos")


def beside_the_double_zeros():
    """Numbers of float32 beside the points where 1 + sin(2 x) and its slope are 0."""
    zeros = ((np.arange(-40, 40) + 0.75) * math.pi).astype(np.float32)
    return np.concatenate([zeros, np.nextafter(zeros, np.float32(0)), zeros + np.float32(1e-3)])


def test_the_slope_of_snake_beside_its_double_zeros():
    x, act = beside_the_double_zeros(), ACTIVATIONS["snake"]
    right = truth(act, 1, x)
    assert np.max(units(sampled(act.curve, x)[1], right, np.float32)) <= 8.0
    assert np.max(units(1.0 + jnp.sin(2.0 * x), right, np.float32)) > 1e3


@pytest.mark.parametrize("frequency", [0.1, 0.3, 2.0, 10.0])
def test_facts_at_other_frequencies(frequency):
    verify(snake(frequency))


def of_all_sizes(frequency):
    """Numbers of float32 over all exponents, where the two terms nearly cancel, and beside double zeros."""
    near = np.random.default_rng(0).uniform(-3.0, 1.0, 1000) / frequency
    zeros = (np.arange(-100, 100) + 0.75) * (math.pi / frequency)
    return np.concatenate([log_spaced(np.float32, 2000), near.astype(np.float32), zeros.astype(np.float32)])


@pytest.mark.parametrize("order, limit", [(0, 4.0), (1, 8.0)])
@pytest.mark.parametrize("frequency", [1e-6, 0.1, 0.3, 3.0, 10.0, 123456.7])
def test_every_number_at_other_frequencies(frequency, order, limit):
    x, act = of_all_sizes(frequency), snake(frequency)
    assert np.max(units(sampled(act.curve, x)[order], truth(act, order, x), np.float32)) <= limit


@pytest.mark.parametrize("dtype", [np.float16, jnp.bfloat16])
def test_every_number_of_half_precision_at_another_frequency(dtype):
    x, act = every_finite(dtype), snake(0.3)
    for order, limit in ((0, 1.0), (1, 2.0)):
        right = truth(act, order, flushed(x)[::7])
        assert np.max(units(sampled(act.curve, x)[order][::7], right, dtype)) <= limit


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("frequency", [1e-6, 0.3, 1e6])
def test_a_number_for_every_number(frequency, dtype):
    x = np.concatenate([log_spaced(dtype, 4000), np.array([np.finfo(dtype).max, -np.finfo(dtype).max])])
    value, slope, _ = sampled(snake(frequency).curve, x)
    assert np.all(np.isfinite(value))
    assert np.all((slope >= 0.0) & (slope <= 2.0))


def test_a_rounded_product_would_be_caught():
    x, act = of_all_sizes(0.3), snake(0.3)
    plain = 1.0 + jnp.sin(0.6 * x)
    assert np.max(units(plain, truth(act, 1, x), np.float32)) > 1e6


def test_the_third_derivative_is_that_of_the_second():
    third = jax.grad(snake(0.3).second_derivative)(jnp.float32(2.0))
    assert third == pytest.approx(-4.0 * 0.3**2 * math.sin(1.2), rel=1e-5)


def test_one_record_for_equal_frequencies():
    assert snake(frequency=2) is snake(2.0)
    assert snake() is ACTIVATIONS["snake"]
    assert snake(2.0).name == "snake(frequency=2.0)"


@pytest.mark.parametrize("frequency", [0.0, -1.0, 1e-9, 1e9, math.inf, math.nan])
def test_a_frequency_that_cannot_be(frequency):
    with pytest.raises(ValueError, match=r"^snake: frequency must be .*; got frequency=.*; use "):
        snake(frequency)


@pytest.mark.parametrize("name", PERIODIC)
def test_no_limit_at_infinity(name):
    for fn in ACTIVATIONS[name].curve:
        assert np.all(np.isnan(fn(np.array([-np.inf, np.inf], np.float32))))
