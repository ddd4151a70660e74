import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from bnact.normalizations import batch_norm
from tests.normalizations.every_norm import applied


def data(*shape, mean=2.0, seed=0):
    return (mean + 3 * np.random.default_rng(seed).normal(size=shape)).astype(np.float32)


def test_the_state_at_first():
    _, state = batch_norm().init(3)
    np.testing.assert_array_equal(state.mean, np.zeros(3))
    np.testing.assert_array_equal(state.variance, np.ones(3))
    assert state.count.dtype == jnp.int32
    assert state.count == 0


@pytest.mark.parametrize("use_scale", [True, False])
@pytest.mark.parametrize("use_bias", [True, False])
def test_scale_and_bias_are_optional(use_scale, use_bias):
    norm = batch_norm(use_scale=use_scale, use_bias=use_bias)
    params, state = norm.init(3)
    assert (params.scale is not None, params.bias is not None) == (use_scale, use_bias)
    x = data(8, 3)
    expected = (x - x.mean(0)) / np.sqrt(x.var(0) + 1e-5)
    np.testing.assert_allclose(applied(norm, params, state, x)[0], expected, atol=1e-6)


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.99, 1.0])
@pytest.mark.parametrize("bessel", [False, True])
def test_running_averages(momentum, bessel):
    norm = batch_norm(momentum=momentum, bessel=bessel)
    params, state = norm.init(4)
    mean, variance = np.zeros(4), np.ones(4)
    for step in range(3):
        x = data(2, 5, 4, seed=step)
        _, state = applied(norm, params, state, x)
        flat = np.asarray(x, np.float64).reshape(10, 4)
        mean = momentum * mean + (1 - momentum) * flat.mean(0)
        variance = momentum * variance + (1 - momentum) * flat.var(0, ddof=int(bessel))
    np.testing.assert_allclose(state.mean, mean, rtol=1e-6)
    np.testing.assert_allclose(state.variance, variance, rtol=1e-6)
    assert state.count == 3


def test_bessel_changes_the_running_average_alone():
    x = data(4, 3)
    biased, unbiased = (
        applied(norm, *norm.init(3), x)[0] for norm in (batch_norm(), batch_norm(bessel=True))
    )
    np.testing.assert_array_equal(biased, unbiased)


def test_evaluation_uses_and_keeps_the_running_averages():
    norm = batch_norm(momentum=0.0)
    params, state = norm.init(3)
    x = data(64, 3)
    trained, state = applied(norm, params, state, x)
    evaluated, after = applied(norm, params, state, x, train=False)
    np.testing.assert_allclose(evaluated, trained, atol=1e-5)
    jax.tree.map(np.testing.assert_array_equal, after, state)
    one_by_one = jax.vmap(lambda x: applied(norm, params, state, x, train=False)[0])(x)
    np.testing.assert_allclose(one_by_one, evaluated, atol=1e-6)


def test_half_precision_statistics_beyond_its_range():
    norm = batch_norm(momentum=0.0)
    params, state = norm.init(2)
    x = (data(256, 2, mean=0.0) * 3000).astype(np.float16)
    trained, state = applied(norm, params, state, x)
    assert state.variance.dtype == jnp.float32
    assert np.all(np.asarray(state.variance) > 65504)
    evaluated, _ = applied(norm, params, state, x, train=False)
    np.testing.assert_allclose(
        np.asarray(trained, np.float32), np.asarray(evaluated, np.float32), rtol=1e-3, atol=1e-3
    )
    assert abs(np.std(np.asarray(trained, np.float64)) - 1) < 1e-3


def test_a_nan_once_behind_the_mask_never_enters_the_averages():
    norm = batch_norm()
    params, state = norm.init(2)
    x = data(6, 2)
    x[3] = np.nan
    _, after = applied(norm, params, state, x, mask=(np.arange(6) != 3)[:, None])
    assert all(np.all(np.isfinite(np.asarray(leaf))) for leaf in after)
    assert after.count == 1


def test_a_lone_counted_value_comes_out_as_the_bias_and_leaves_its_averages():
    norm = batch_norm()
    params, state = norm.init(2)
    params = params._replace(bias=jnp.asarray([1.0, 2.0]))
    mask = np.array([[True, True], [False, True], [False, True]])
    y, after = jax.device_get(applied(norm, params, state, data(3, 2), mask=mask))
    assert y[0, 0] == 1
    assert after.mean[0] == state.mean[0]
    assert after.variance[0] == state.variance[0]
    assert after.mean[1] != state.mean[1]
    assert after.count == 1


def test_a_batch_masked_but_for_one_leaves_the_state():
    norm = batch_norm()
    params, state = norm.init(2)

    def loss(x):
        y, after = norm.apply(params, state, x, mask=jnp.arange(3)[:, None] == 1)
        return jnp.sum(jnp.sin(y)), after

    gradient, after = jax.jit(jax.grad(loss, has_aux=True))(data(3, 2))
    jax.tree.map(np.testing.assert_array_equal, after, state)
    np.testing.assert_array_equal(gradient, 0)


def test_no_gradient_flows_through_the_averages():
    norm = batch_norm()
    params, state = norm.init(2)
    gradient = jax.jit(jax.grad(lambda x: jnp.sum(norm.apply(params, state, x)[1].mean)))(data(4, 2))
    np.testing.assert_array_equal(gradient, 0)


def test_the_state_keeps_the_dtype_it_was_given():
    with jax.enable_x64(True):
        norm = batch_norm()
        params, state = norm.init(2)
        wide = state._replace(mean=np.zeros(2), variance=np.ones(2))
        x = np.random.default_rng(0).normal(size=(9, 2))
        _, after = applied(norm, params, wide, x)
        assert after.mean.dtype == jnp.float64
        np.testing.assert_allclose(after.mean, 0.01 * x.mean(0), rtol=1e-12)


# ------------------------------------------------------------------------------------- one example


@pytest.mark.parametrize("shape", [(3,), (1, 3), (1, 1, 3)])
def test_a_single_example_in_training_is_refused(shape):
    norm = batch_norm()
    params, state = norm.init(3)
    match = r"at least 2 examples; got 1, x of shape .*; use train=False, or a larger batch"
    with pytest.raises(ValueError, match=match):
        norm.apply(params, state, jnp.ones(shape))
    assert norm.apply(params, state, jnp.ones(shape), train=False)[0].shape == shape


@pytest.mark.parametrize("shape", [(8, 3), (8, 1, 3)])
def test_per_example_gradients_in_training_are_refused(shape):
    norm = batch_norm()
    params, state = norm.init(3)
    with pytest.raises(ValueError, match="at least 2 examples; got 1"):
        jax.vmap(jax.grad(lambda x: jnp.sum(norm.apply(params, state, x)[0])))(jnp.ones(shape))


def test_one_example_a_device_is_a_batch():
    norm = batch_norm()
    params, state = norm.init(3)
    x = data(8, 1, 3)
    member = jax.vmap(lambda x: norm.apply(params, state, x, axis_name="devices"), axis_name="devices")
    y, after = jax.jit(member)(x)
    expected, expected_state = applied(norm, params, state, x)
    np.testing.assert_allclose(y, expected, atol=1e-6)
    np.testing.assert_allclose(np.asarray(after.variance)[0], expected_state.variance, rtol=1e-6)


def test_unequal_counts_are_weighted():
    norm = batch_norm(momentum=0.0)
    params, state = norm.init(1)
    x = np.array([[[1.0], [2.0], [3.0], [4.0]], [[10.0], [0.0], [0.0], [0.0]]], np.float32)
    mask = np.array([[True] * 4, [True, False, False, False]])[..., None]
    member = jax.vmap(
        lambda x, mask: norm.apply(params, state, x, mask=mask, axis_name="devices")[1], axis_name="devices"
    )
    np.testing.assert_allclose(jax.jit(member)(x, mask).mean, 4.0)  # averaging the members' means gives 6.25


def test_several_mapped_axes():
    norm = batch_norm()
    params, state = norm.init(3)
    x = data(2, 4, 5, 3)
    member = jax.vmap(
        jax.vmap(lambda x: norm.apply(params, state, x, axis_name=("a", "b"))[0], axis_name="b"),
        axis_name="a",
    )
    np.testing.assert_allclose(jax.jit(member)(x), applied(norm, params, state, x)[0], atol=1e-6)


# ---------------------------------------------------------------------------------- against flax


@pytest.mark.parametrize(
    "shape, momentum",
    [
        ((16, 5), 0.9),
        ((4, 3, 3, 5), 0.99),
        pytest.param((16, 5), 0.99, marks=pytest.mark.slow),
        pytest.param((4, 3, 3, 5), 0.9, marks=pytest.mark.slow),
    ],
)
def test_as_flax_where_flax_is_right(shape, momentum):
    norm = batch_norm(momentum=momentum)
    params, state = norm.init(5)
    rng = np.random.default_rng(0)
    params = jax.tree.map(lambda leaf: jnp.asarray(rng.uniform(0.5, 1.5, leaf.shape), leaf.dtype), params)

    def peer(params, state, x, train):
        module = nnx.BatchNorm(5, momentum=momentum, use_fast_variance=False, rngs=nnx.Rngs(0))
        module.scale, module.bias = nnx.Param(params.scale), nnx.Param(params.bias)
        module.mean[...], module.var[...] = state.mean, state.variance
        y = module(x, use_running_average=not train)
        return y, state._replace(mean=module.mean[...], variance=module.var[...], count=state.count + 1)

    @functools.partial(jax.jit, static_argnums=0)
    def results(apply, params, state, x, cotangent):
        y, backward, after = jax.vjp(lambda params, x: apply(params, state, x, True), params, x, has_aux=True)
        return y, after, backward(cotangent), apply(params, after, x, False)[0]

    for step in range(3):
        x, cotangent = data(*shape, seed=step), data(*shape, seed=10 + step)
        ours = results(norm.apply, params, state, x, cotangent)
        theirs = results(peer, params, state, x, cotangent)
        jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5), ours, theirs)
        state = ours[1]


# ----------------------------------------------------------------------------------------- errors


def test_other_features_than_the_state_are_refused():
    norm = batch_norm(use_scale=False, use_bias=False)
    match = r"must match the state; got x of shape \(5, 4\), mean of shape \(3,\); use init\(4\)"
    with pytest.raises(ValueError, match=match):
        norm.apply(*norm.init(3), jnp.ones((5, 4)))
