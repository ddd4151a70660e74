import math

import jax.numpy as jnp
import numpy as np
import pytest

from bnact.activations import ACTIVATIONS, snake, verify
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


@pytest.mark.parametrize("frequency", [0.3, 10.0])
def test_values_at_other_frequencies(frequency):
    x, act = np.linspace(-20.0, 20.0, 2001).astype(np.float32), snake(frequency)
    assert np.max(units(sampled(act.curve, x)[0], truth(act, 0, x), np.float32)) <= 8.0


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
