import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.normalizations import Affine, affine
from bnact.normalizations.affine import initial_affine

SCALE, BIAS = np.array([2.0, -1.0, 0.5], np.float32), np.array([0.25, 0.0, -3.0], np.float32)
X = np.random.default_rng(0).normal(size=(4, 5, 3)).astype(np.float32)


@pytest.mark.parametrize("use_scale", [True, False])
@pytest.mark.parametrize("use_bias", [True, False])
def test_the_first_parameters_are_those_asked_for_and_change_nothing(use_scale, use_bias):
    params = initial_affine(3, use_scale, use_bias)
    assert (params.scale is not None, params.bias is not None) == (use_scale, use_bias)
    assert all(leaf.shape == (3,) and leaf.dtype == jnp.float32 for leaf in jax.tree.leaves(params))
    np.testing.assert_array_equal(affine(params, jnp.asarray(X)), X)


@pytest.mark.parametrize("leading", [(), (0,), (5,), (4, 5)])
def test_every_feature_has_its_own_scale_and_bias(leading):
    x = X[tuple(0 for _ in range(2 - len(leading)))] if leading != (0,) else X[0, :0]
    assert x.shape == (*leading, 3)
    y = affine(Affine(jnp.asarray(SCALE), jnp.asarray(BIAS)), jnp.asarray(x))
    np.testing.assert_allclose(y, x * SCALE + BIAS, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("scale, bias", [(SCALE, None), (None, BIAS), (None, None)])
def test_without_one_of_them_it_is_one_or_zero(scale, bias):
    y = affine(
        Affine(*(None if leaf is None else jnp.asarray(leaf) for leaf in (scale, bias))), jnp.asarray(X)
    )
    expected = X * (1 if scale is None else scale) + (0 if bias is None else bias)
    np.testing.assert_allclose(y, expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_the_dtype_is_that_of_x(dtype):
    with jax.enable_x64(True):
        x = jax.ShapeDtypeStruct(X.shape, dtype)
        assert jax.eval_shape(affine, initial_affine(3, True, True), x) == x
