import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from bnact.normalizations import batch_norm, get
from bnact.normalizations.lifecycle import folded, folded_into_next
from tests.normalizations.every_norm import applied

LINEAR = {
    "batch": {},
    "ghost_batch": {"size": 4},
    "batch_renorm": {},
    "mean_only_batch": {},
    "power": {},
}
slow = pytest.mark.slow
every_linear_norm = pytest.mark.parametrize("name", LINEAR)
fold, fold_into_next = (jax.jit(each, static_argnums=0) for each in (folded, folded_into_next))
NORMS = {name: get(name)(**settings) for name, settings in LINEAR.items()}


def close(a, b):
    return np.allclose(a, b, rtol=1e-5, atol=1e-5)


def assert_close(a, b):
    np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5)


def drawn(*shape, seed=0, mean=0.0):
    return jnp.asarray(np.random.default_rng(seed).normal(mean, 1.0, size=shape), jnp.float32)


def trained(norm, features):
    """Parameters that are drawn, and the state after three batches."""
    params, state = norm.init(features)
    params = jax.tree.map(lambda leaf: 1 + 0.3 * drawn(*leaf.shape, seed=9), params)
    for step in range(3):
        _, state = applied(norm, params, state, 2 * drawn(16, features, seed=step, mean=1.5))
    return params, state


@jax.jit
def dense(x, kernel, bias):
    return jnp.matmul(x, kernel, precision="highest") + jnp.reshape(bias, (1, -1))


@functools.partial(jax.jit, static_argnames=("padding", "groups"))
def convolved(x, kernel, bias, padding="SAME", groups=1):
    y = lax.conv_general_dilated(
        x,
        kernel,
        (1,) * (kernel.ndim - 2),
        padding,
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
        feature_group_count=groups,
        precision="highest",
    )
    return y + jnp.expand_dims(bias, (0, 1, 2))


def evaluated(norm, params, state, x):
    return applied(norm, params, state, x, train=False)[0]


@every_linear_norm
@pytest.mark.parametrize("with_bias", [True, False])
def test_a_norm_folds_into_the_dense_map_before_it(name, with_bias):
    norm, (params, state) = NORMS[name], trained(NORMS[name], 4)
    x, kernel = drawn(32, 6, seed=3), drawn(6, 4, seed=4)
    bias = drawn(4, seed=5) if with_bias else None
    expected = evaluated(norm, params, state, dense(x, kernel, jnp.zeros(4) if bias is None else bias))
    new = fold(norm, params, state, kernel, bias)
    assert_close(dense(x, *new), expected)
    for wrong in (new._replace(bias=new.bias * 1.01), new._replace(kernel=new.kernel * 1.01)):
        assert not close(dense(x, *wrong), expected)


@pytest.mark.parametrize(
    "name", ["batch", *(pytest.param(name, marks=slow) for name in LINEAR if name != "batch")]
)
@pytest.mark.parametrize("groups", [1, 2])
def test_a_norm_folds_into_the_convolution_before_it(name, groups):
    norm, (params, state) = NORMS[name], trained(NORMS[name], 4)
    x, kernel, bias = drawn(2, 5, 5, 6, seed=3), drawn(3, 3, 6 // groups, 4, seed=4), drawn(4, seed=5)
    expected = evaluated(norm, params, state, convolved(x, kernel, bias, groups=groups))
    new = fold(norm, params, state, kernel, bias)
    assert_close(convolved(x, *new, groups=groups), expected)


@every_linear_norm
def test_a_norm_folds_into_the_dense_map_after_it(name):
    norm, (params, state) = NORMS[name], trained(NORMS[name], 6)
    x, kernel, bias = drawn(32, 6, seed=3), drawn(6, 4, seed=4), drawn(4, seed=5)
    expected = dense(evaluated(norm, params, state, x), kernel, bias)
    assert_close(dense(x, *fold_into_next(norm, params, state, kernel, bias)), expected)
    without = dense(evaluated(norm, params, state, x), kernel, jnp.zeros(4))
    assert_close(dense(x, *fold_into_next(norm, params, state, kernel)), without)


def test_a_norm_folds_into_the_convolution_after_it_unless_that_pads():
    norm, (params, state) = NORMS["batch"], trained(NORMS["batch"], 6)
    x, kernel, bias = drawn(2, 5, 5, 6, seed=3), drawn(3, 3, 6, 4, seed=4), drawn(4, seed=5)
    new = fold_into_next(norm, params, state, kernel, bias)
    y = evaluated(norm, params, state, x)
    assert_close(convolved(x, *new, padding="VALID"), convolved(y, kernel, bias, padding="VALID"))
    assert not close(convolved(x, *new), convolved(y, kernel, bias))


@pytest.mark.parametrize("debias", [False, True])
def test_far_from_zero_and_in_the_norms_own_reading(debias):
    norm = batch_norm(debias=debias)
    params, state = norm.init(3)
    x, kernel, bias = drawn(64, 5), drawn(5, 3, seed=1), jnp.full(3, 1e4, jnp.float32)
    _, state = applied(norm, params, state, dense(x, kernel, bias))
    with jax.enable_x64(True):
        wide = [jnp.asarray(each, jnp.float64) for each in (x, kernel, bias)]
        expected = evaluated(norm, params, state, dense(*wide))
    computed = dense(x, *fold(norm, params, state, kernel, bias))
    np.testing.assert_allclose(computed, expected, rtol=1e-5, atol=1e-4)


def test_half_precision_keeps_its_type():
    norm, (params, state) = NORMS["batch"], trained(NORMS["batch"], 4)
    new = folded(norm, params, state, drawn(6, 4).astype(jnp.bfloat16), drawn(4).astype(jnp.bfloat16))
    assert new.kernel.dtype == new.bias.dtype == jnp.bfloat16


@pytest.mark.parametrize("function", [folded, folded_into_next])
@pytest.mark.parametrize("name", ["layer", "evonorm_b0", "none"])
def test_a_norm_that_is_not_a_line_is_refused(function, name):
    norm = get(name)()
    params, state = norm.init(4)
    with pytest.raises(TypeError, match="must be a line of each feature.*got .*; keep this norm as it is"):
        function(norm, params, state, jnp.ones((4, 4)))


def test_other_sizes_are_refused():
    norm, (params, state) = NORMS["batch"], trained(NORMS["batch"], 4)
    with pytest.raises(
        ValueError, match=r"kernel's outputs, axis -1, must be .*; got kernel of shape \(4, 3\)"
    ):
        folded(norm, params, state, jnp.ones((4, 3)))
    with pytest.raises(
        ValueError, match=r"kernel's inputs, axis -2, must be .*; got kernel of shape \(3, 4\)"
    ):
        folded_into_next(norm, params, state, jnp.ones((3, 4)))
    with pytest.raises(ValueError, match=r"kernel's inputs, axis -2, must be .*; got kernel of shape \(4,\)"):
        folded_into_next(norm, params, state, jnp.ones(4))
    for function, outputs in ((folded, 4), (folded_into_next, 3)):
        with pytest.raises(ValueError, match=r"one value an output; got bias of shape \(2,\)"):
            function(norm, params, state, jnp.ones((4, outputs)), jnp.ones(2))
