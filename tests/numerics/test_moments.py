import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.numerics import deviation, inverse_deviation, moments
from tests.numerics.samples import (
    CONSTANTS,
    MEANS,
    assert_close_to_float64,
    moments_and_deviation,
    moments_of,
    normal,
    true_mean,
)


@pytest.mark.parametrize("mean", MEANS)
@pytest.mark.parametrize("examples", [7, 128, 20000])
def test_accurate_at_any_mean(mean, examples):
    x = normal((examples, 5), mean)
    statistics, distances = moments_and_deviation(x)
    assert_close_to_float64(statistics, x, 0)
    exact = x.astype(np.float64) - x.mean(0, dtype=np.float64)
    assert np.max(np.abs(np.asarray(distances) - exact)) < 1e-6


def test_the_rounded_mean_alone_is_not_accurate():
    x = normal((128, 5), 1e7)
    statistics, _ = moments_and_deviation(x)
    exact = x.mean(0, dtype=np.float64)
    assert np.max(np.abs(np.asarray(statistics.mean, np.float64) - exact)) > 0.1


def test_accurate_with_an_outlier_first():
    x = normal((5000, 3), 1e4)
    x[0] = 1e7
    assert_close_to_float64(moments_of(x), x, 0)


@pytest.mark.parametrize("examples", [1, 3, 64, 10007])
@pytest.mark.parametrize("masked", [False, True])
def test_constants_deviate_by_exactly_zero(examples, masked):
    x = np.broadcast_to(np.asarray([CONSTANTS], np.float32), (examples, len(CONSTANTS)))
    mask = np.arange(examples)[:, None] % 3 == 0 if masked else None
    statistics, distances = moments_and_deviation(x, mask=mask)
    np.testing.assert_array_equal(distances, 0)
    np.testing.assert_array_equal(statistics.squares, 0)
    np.testing.assert_array_equal(statistics.mean, np.asarray(CONSTANTS, np.float32))


@pytest.mark.parametrize("axes", [0, (0, 1), (0, 2), -1, (-1, 0), (), (0, 1, 2)])
@pytest.mark.parametrize("centered", [True, False])
def test_any_axes(axes, centered):
    x = normal((3, 4, 5), 2.0)
    statistics, distances = moments_and_deviation(x, axes, centered=centered)
    mean = x.mean(axes, dtype=np.float64) if centered else np.zeros_like(x.mean(axes))
    distance = x - np.mean(x, axes, dtype=np.float64, keepdims=True) * centered
    assert statistics.count.shape == mean.shape
    np.testing.assert_allclose(true_mean(statistics), mean, rtol=1e-6)
    np.testing.assert_allclose(statistics.squares, (distance**2).sum(axes), rtol=2e-6, atol=1e-12)
    np.testing.assert_allclose(distances, distance, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("mask_shape", [(64, 5), (64, 1), (1, 5), (5,), ()])
@pytest.mark.parametrize("garbage", [np.nan, np.inf, -np.inf, 3e38])
def test_the_masked_is_never_seen(mask_shape, garbage):
    mask = np.random.default_rng(1).random(mask_shape) < 0.6
    full = np.broadcast_to(mask, (64, 5))
    x = normal((64, 5), 1e4)
    dirty = np.where(full, x, np.float32(garbage))
    counted = [x[full[:, feature], feature].astype(np.float64) for feature in range(5)]
    (_, statistics), gradient = jax.device_get(spread_and_gradient(dirty, mask))
    for feature, values in enumerate(counted):
        assert statistics.count[feature] == len(values)
        if len(values) == 0:
            assert all(field[feature] == 0 for field in statistics)
        else:
            assert abs(true_mean(statistics)[feature] - values.mean()) < 1e-6
            assert abs(statistics.variance[feature] - values.var()) < 2e-6
    assert np.all(np.isfinite(gradient))
    np.testing.assert_array_equal(gradient[~full], 0)
    assert not full.any() or np.any(gradient[full] != 0)


@jax.jit
@functools.partial(jax.value_and_grad, has_aux=True)
def spread_and_gradient(x, mask):
    """A scalar that depends on all of the statistics."""
    statistics = moments(x, 0, mask)
    total = jnp.sum(jnp.sqrt(statistics.variance + 1) + jnp.sin(statistics.mean + statistics.correction))
    return total, statistics


@pytest.mark.parametrize("centered", [True, False])
@pytest.mark.parametrize("x", [np.zeros((0, 3), np.float32), np.full((4, 3), np.nan, np.float32)])
def test_nothing_counted_is_all_zero(x, centered):
    @jax.jit
    @functools.partial(jax.value_and_grad, has_aux=True)
    def total(x):
        statistics = moments(x, 0, jnp.zeros((1, 1), bool), centered=centered)
        fields = (*statistics, statistics.variance)
        return sum(jnp.sum(field) for field in fields), fields

    (_, fields), gradient = total(x)
    for field in fields:
        np.testing.assert_array_equal(field, np.zeros(3))
    np.testing.assert_array_equal(gradient, np.zeros_like(x))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_statistics_are_float32_or_wider(dtype):
    with jax.enable_x64(True):
        x = jax.ShapeDtypeStruct((9, 4), dtype)
        expected = jnp.float64 if dtype == "float64" else jnp.float32
        for centered in (True, False):
            results = jax.eval_shape(functools.partial(moments_and_deviation, centered=centered), x)
            assert {leaf.dtype for leaf in jax.tree.leaves(results)} == {jnp.dtype(expected)}


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_does_not_overflow(dtype):
    x = (normal((512, 3)) * 1e4).astype(dtype)
    assert_close_to_float64(moments_of(x), x.astype(np.float64), 0)


def test_counts_are_exact_where_a_float32_sum_of_ones_stops():
    flags = jnp.ones((2**24 + 2, 1), jnp.bool_)
    assert jax.jit(lambda flags: moments(flags.astype(jnp.bfloat16), 0, flags).count)(flags)[0] == 2**24 + 2


# ------------------------------------------------------------------------------ inverse deviation


def test_inverse_deviation():
    variance = jnp.asarray([0.0, 1e-12, 0.5, 4.0, 1e30])
    expected = 1 / np.sqrt(np.asarray(variance, np.float64) + 1e-5)
    np.testing.assert_allclose(inverse_deviation(variance, 1e-5), expected, rtol=3e-7)


def test_inverse_deviation_of_nothing_is_zero():
    value, gradient = jax.jit(jax.value_and_grad(lambda v: inverse_deviation(v, 0.0)))(jnp.float32(0))
    assert value == 0
    assert gradient == 0


# ----------------------------------------------------------------------------------------- errors


def test_integers_are_refused():
    with pytest.raises(TypeError, match=r"x must be real floating; got int32; use x\.astype"):
        moments(jnp.arange(6).reshape(2, 3), 0)
    with pytest.raises(TypeError, match=r"x must be real floating; got int32; use x\.astype"):
        deviation(jnp.arange(6).reshape(2, 3), moments(jnp.ones((2, 3)), 0), 0)


@pytest.mark.parametrize("axes", [2, -3, (0, 2)])
def test_axes_out_of_range_are_refused(axes):
    with pytest.raises(ValueError, match=r"axes must be in \[-2, 2\); got axes="):
        moments(jnp.ones((2, 3)), axes)


def test_repeated_axes_are_refused():
    with pytest.raises(ValueError, match=r"axes must differ; got axes=\(0, -2\); name each axis once"):
        moments(jnp.ones((2, 3)), (0, -2))


def test_masks_are_checked():
    with pytest.raises(TypeError, match="mask: must be boolean"):
        moments(jnp.ones((2, 3)), 0, jnp.ones((2, 1)))
    with pytest.raises(ValueError, match="mask: must broadcast to x"):
        moments(jnp.ones((2, 3)), 0, jnp.ones((2,), bool))
