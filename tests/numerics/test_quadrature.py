import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnact.numerics.quadrature import expectation, gaussian_rule

ERROR = 1e-10


def test_the_weights_are_a_distribution():
    rule = gaussian_rule((0.1, -2.0))
    assert np.all(rule.weights > 0)
    assert np.all(np.diff(rule.nodes) > 0)
    assert abs(rule.weights.sum() - 1.0) < 1e-14


@pytest.mark.parametrize("power, moment", [(0, 1.0), (1, 0.0), (2, 1.0), (3, 0.0), (4, 3.0), (10, 945.0)])
def test_moments(power, moment):
    assert expectation(lambda z: z**power) == pytest.approx(moment, rel=1e-13, abs=1e-13)


@given(st.floats(-5.0, 5.0))
def test_a_kink_anywhere(kink):
    # E max(z - k, 0) = n(k) - k Phi(-k)
    truth = math.exp(-(kink**2) / 2) / math.sqrt(2 * math.pi) - kink * math.erfc(kink / math.sqrt(2)) / 2
    assert abs(expectation(lambda z: np.maximum(z - kink, 0.0), kinks=(kink,)) - truth) < ERROR


@given(st.floats(-5.0, 5.0))
def test_a_jump_anywhere(jump):
    truth = math.erfc(jump / math.sqrt(2)) / 2
    assert abs(expectation(lambda z: (z > jump) * 1.0, kinks=(jump,)) - truth) < ERROR


def test_a_jump_that_is_not_named_is_seen_in_the_result():
    assert abs(expectation(lambda z: (z > 0.123) * 1.0) - math.erfc(0.123 / math.sqrt(2)) / 2) > 1e-4


def test_tails():
    assert expectation(np.exp) == pytest.approx(math.exp(0.5), rel=1e-13)
    assert expectation(lambda z: np.exp(3.0 * z)) == pytest.approx(math.exp(4.5), rel=1e-12)
    assert expectation(lambda z: (z > 6) * 1.0, (6.0,)) == pytest.approx(
        math.erfc(6 / math.sqrt(2)) / 2, rel=1e-11
    )


def test_a_steep_function():
    # E tanh(15 z)^2 by a far finer rule
    nodes = (np.arange(4_000_000) + 0.5) / 4_000_000 * 24.0 - 12.0
    density = np.exp(-(nodes**2) / 2.0) / math.sqrt(2.0 * math.pi)
    truth = float(np.sum(np.tanh(15.0 * nodes) ** 2 * density) * 24.0 / 4_000_000)
    assert abs(expectation(lambda z: jnp.tanh(15.0 * z) ** 2) - truth) < ERROR


def test_jax_functions_are_evaluated_in_float64():
    assert expectation(jnp.tanh) == pytest.approx(0.0, abs=1e-15)
    seen = []
    expectation(lambda z: seen.append(jnp.asarray(z).dtype) or z)
    assert seen == [np.float64]
    assert jnp.asarray(1.5).dtype == np.float32


def test_several_functions_at_once():
    scales = np.array([[0.5], [1.0], [2.0]])
    result = expectation(lambda z: np.cos(scales * z))
    np.testing.assert_allclose(result, np.exp(-(scales[:, 0] ** 2) / 2.0), atol=ERROR)


def test_a_constant():
    assert expectation(lambda z: 2.5) == pytest.approx(2.5, rel=1e-14)


def test_inside_a_traced_function():
    scaled = jax.jit(lambda x: x * expectation(jnp.exp))
    np.testing.assert_allclose(scaled(jnp.float32(2.0)), 2.0 * math.exp(0.5), rtol=1e-6)


def test_kinks_far_outside_are_ignored():
    assert expectation(np.square, kinks=(-50.0, 1e9)) == pytest.approx(1.0, rel=1e-13)


def test_a_kink_that_is_not_finite():
    with pytest.raises(ValueError, match="kinks must be finite"):
        expectation(np.square, kinks=(0.0, math.nan))


def test_a_function_that_overflows():
    with pytest.raises(ValueError, match="must be finite on .-13, 13.; got a non-finite value at z="):
        expectation(lambda z: np.where(z > 12.0, np.inf, z))


def test_a_function_in_float32():
    with pytest.raises(TypeError, match="must compute in float64; got float32"):
        expectation(lambda z: z.astype(np.float32))
