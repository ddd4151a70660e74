"""The norms with an activation inside: filter response norm and the EvoNorms, on images."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.normalizations import (
    evonorm_b0,
    evonorm_b1,
    evonorm_s0,
    evonorm_s0a,
    evonorm_s1,
    filter_response_norm,
)
from bnact.normalizations.evonorm_parameters import initial_evonorm
from tests.normalizations.every_norm import applied

X = np.random.default_rng(0).normal(0.5, 2.0, (3, 4, 5, 6)).astype(np.float32)
WIDE = X.astype(np.float64)


def drawn(norm):
    params, state = norm.init(6)
    rng = np.random.default_rng(1)
    return jax.tree.map(
        lambda leaf: jnp.asarray(rng.uniform(-0.5, 1.5, leaf.shape), leaf.dtype), params
    ), state


def as_float64(params) -> list:
    return [None if leaf is None else np.asarray(leaf, np.float64) for leaf in params]


@pytest.mark.parametrize("learned_epsilon", [False, True])
def test_filter_response_norm(learned_epsilon):
    norm = filter_response_norm(epsilon=1e-3, learned_epsilon=learned_epsilon)
    params, state = drawn(norm)
    scale, bias, threshold, extra = as_float64(params)
    epsilon = 1e-3 + (0 if extra is None else np.abs(extra))
    y = WIDE / np.sqrt((WIDE**2).mean((1, 2), keepdims=True) + epsilon) * scale + bias
    np.testing.assert_allclose(applied(norm, params, state, X)[0], np.maximum(y, threshold), atol=1e-5)


def test_the_parts_of_filter_response_norm_are_optional():
    params, _ = filter_response_norm().init(6)
    assert params.extra_epsilon is None
    np.testing.assert_array_equal(params.threshold, 0)
    params, _ = filter_response_norm(use_threshold=False, learned_epsilon=True).init(6)
    assert params.threshold is None
    np.testing.assert_array_equal(params.extra_epsilon, np.float32(1e-4))
    norm = filter_response_norm(use_threshold=False)
    assert np.min(applied(norm, *norm.init(6), X)[0]) < 0


def test_at_the_threshold_the_gradient_is_the_thresholds():
    norm = filter_response_norm()
    params, state = norm.init(6)

    def loss(params, x):
        return jnp.sum(norm.apply(params, state, x)[0])

    by_params, by_x = jax.jit(jax.grad(loss, argnums=(0, 1)))(params, jnp.zeros((2, 3, 6)))
    np.testing.assert_array_equal(by_x, 0)
    np.testing.assert_array_equal(by_params.bias, 0)
    np.testing.assert_array_equal(by_params.threshold, 6)


@pytest.mark.parametrize("make", [evonorm_b0, evonorm_s0, evonorm_s0a])
def test_a_slope_is_one_at_first(make):
    params, _ = make().init(32)
    jax.tree.map(np.testing.assert_array_equal, params, initial_evonorm(32))
    np.testing.assert_array_equal(params.slope, np.ones(32, np.float32))
    np.testing.assert_array_equal(params.scale, 1)
    np.testing.assert_array_equal(params.bias, 0)


def deviation(axes, x=WIDE):
    return np.sqrt(x.var(axes, keepdims=True) + 1e-3)


def test_evonorm_b0_takes_the_larger_divisor():
    norm = evonorm_b0(epsilon=1e-3)
    params, state = drawn(norm)
    scale, bias, slope = as_float64(params)
    y = WIDE / np.maximum(deviation((0, 1, 2)), slope * WIDE + deviation((1, 2))) * scale + bias
    np.testing.assert_allclose(applied(norm, params, state, X)[0], y, atol=1e-5)


def test_evonorm_b1_has_the_root_mean_square():
    norm = evonorm_b1(epsilon=1e-3)
    params, state = drawn(norm)
    scale, bias = as_float64(params)
    square = np.sqrt((WIDE**2).mean((1, 2), keepdims=True) + 1e-3)
    y = WIDE / np.maximum(deviation((0, 1, 2)), (WIDE + 1) * square) * scale + bias
    np.testing.assert_allclose(applied(norm, params, state, X)[0], y, atol=1e-5)


@pytest.mark.parametrize("make", [evonorm_s0, evonorm_s0a, evonorm_s1])
def test_the_s_series_divides_by_the_groups_deviation(make):
    norm = make(groups=2, epsilon=1e-3)
    params, state = drawn(norm)
    scale, bias, *slope = as_float64(params)
    groups = [np.broadcast_to(deviation((1, 2, 3), part), part.shape) for part in np.split(WIDE, 2, -1)]
    inner = WIDE * (slope[0] if slope else 1)
    y = WIDE / (1 + np.exp(-inner)) / np.concatenate(groups, -1) * scale + bias
    np.testing.assert_allclose(applied(norm, params, state, X)[0], y, atol=1e-5)


def test_s0a_is_s0_with_a_larger_epsilon():
    one, other = evonorm_s0a(groups=2), evonorm_s0(groups=2, epsilon=1e-3)
    np.testing.assert_array_equal(applied(one, *one.init(6), X)[0], applied(other, *other.init(6), X)[0])


@pytest.mark.parametrize("make", [evonorm_b0, evonorm_b1])
def test_what_is_kept_is_the_biased_variance(make):
    norm = functools.partial(make, momentum=0.0)()
    _, after = applied(norm, *norm.init(6), X)
    np.testing.assert_allclose(after.variance, WIDE.var((0, 1, 2)), rtol=1e-6)
