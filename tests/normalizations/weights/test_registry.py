"""What holds of every norm of weights."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.normalizations.weights import WEIGHT_NORMALIZATIONS, get
from bnact.numerics import jacobian, tolerance
from tests.normalizations.weights.every_weight_norm import (
    SIZELESS,
    applied,
    every_weight_norm,
    first,
    initialized,
    kernel_of,
    made,
    reference,
    shapes_and_dtypes,
)


@every_weight_norm
@shapes_and_dtypes
def test_a_kernel_is_what_the_formula_says(name, shape, dtype):
    with jax.enable_x64(True):
        kernel = jnp.asarray(kernel_of(*shape), dtype)
        params, state = initialized(made(name), kernel)
        computed, after = applied(made(name), params, state, kernel)
        scale = 1.0 if params.scale is None else np.asarray(params.scale, np.float64)
        expected, bound = reference(name, kernel, scale), tolerance(dtype).value
        assert computed.dtype == kernel.dtype
        assert computed.shape == kernel.shape
        assert all(leaf.dtype.itemsize >= 4 for leaf in jax.tree.leaves((params, after)))
        np.testing.assert_allclose(np.asarray(computed, np.float64), expected, rtol=bound, atol=bound / 10)
        for wrong in (1.02 * expected, 0 * expected, -expected, np.roll(expected, 1, axis=-1)):
            assert not np.allclose(wrong, np.asarray(computed, np.float64), rtol=bound, atol=bound / 10)


@every_weight_norm
@pytest.mark.parametrize("shape", [pytest.param((4, 3), marks=pytest.mark.slow), (2, 2, 3)])
def test_gradients_against_finite_differences(name, shape):
    with jax.enable_x64(True):
        norm, kernel = made(name), jnp.asarray(kernel_of(*shape))
        params, state = initialized(norm, kernel)
        state = applied(norm, params, state, kernel)[1]
        scale = np.ones(shape[-1]) if params.scale is None else np.asarray(params.scale)

        def fn(flat):
            scale, kernel = jnp.split(jnp.asarray(flat), [shape[-1]])
            given = params if params.scale is None else params._replace(scale=scale)
            return norm.apply(given, state, kernel.reshape(shape), train=False)[0]

        flat = np.concatenate([scale, np.ravel(kernel)])
        truth, bound = jacobian(jax.jit(fn), flat), tolerance("float64").gradient
        for computed in jax.jit(lambda flat: (jax.jacfwd(fn)(flat), jax.jacrev(fn)(flat)))(flat):
            np.testing.assert_allclose(computed, truth, rtol=bound, atol=bound)
        for wrong in (1.01 * truth, 0 * truth, -truth, np.roll(truth, 1, axis=-1)):
            assert not np.allclose(wrong, truth, rtol=bound, atol=bound)


# Columns of zeros, of equal weights, of the largest float16 and of its least normal number.
EXTREME = np.stack([np.zeros(64), np.full(64, 3.0), np.full(64, 65504.0), np.full(64, 2.0**-14)])
EXTREME[2:, ::2] *= -1


# Only a standardization has an epsilon that could be 0.
EXACT_OR_NOT = [
    (name, exact)
    for name in WEIGHT_NORMALIZATIONS
    for exact in (False, True)
    if "standardization" in name or not exact
]


@pytest.mark.parametrize("dtype", ["float16", pytest.param("float32", marks=pytest.mark.slow)])
@pytest.mark.parametrize("name, exact", EXACT_OR_NOT)
def test_extreme_columns_and_their_gradients_are_finite(name, dtype, exact):
    norm = made(name, exact)

    def loss(params, kernel, state):
        y = norm.apply(params, state, kernel)[0]
        return jnp.sum(jnp.sin(y.astype(jnp.float32))), y

    @jax.jit
    def results(kernel):
        params, state = norm.init(kernel, jax.random.key(0))
        return jax.grad(loss, argnums=(0, 1), has_aux=True)(params, kernel, state)

    kernels = jnp.asarray(EXTREME, dtype)
    together = results(kernels.T)
    gradients, y = jax.jit(jax.vmap(results))(kernels[..., None])
    leaves = jax.tree.leaves((together, gradients, y))
    assert all(np.all(np.isfinite(np.asarray(leaf, np.float64))) for leaf in leaves)
    np.testing.assert_array_equal(y[0], 0)
    assert np.all(np.asarray(y[2:]) != 0)


@pytest.mark.parametrize("name", SIZELESS)
@pytest.mark.parametrize("size", [1e-30, 1e30])
def test_lengths_neither_overflow_nor_underflow(name, size):
    norm, kernel = get(name)(), jnp.asarray(kernel_of(6, 3), jnp.float32)
    params, state = first(norm, kernel, jax.random.key(0))
    plain = applied(norm, params, state, kernel)[0]
    np.testing.assert_allclose(applied(norm, params, state, kernel * size)[0], plain, rtol=1e-5)


@every_weight_norm
def test_transformations_agree(name):
    norm, kernels = get(name)(), jnp.asarray(kernel_of(4, 3, 3, 2, 5), jnp.float32)
    keys = jax.random.split(jax.random.key(0), 4)
    params, states = jax.jit(jax.vmap(norm.init))(kernels, keys)
    given = params, states, kernels
    mapped, _ = jax.jit(jax.vmap(norm.apply))(*given)
    _, scanned = jax.lax.scan(lambda carry, each: (carry, norm.apply(*each)[0]), 0, given)
    recomputed = jax.jit(jax.checkpoint(norm.apply))
    for index in range(4):
        own = jax.tree.map(lambda leaf, index=index: leaf[index], given)
        alone = applied(norm, *own)[0]
        np.testing.assert_allclose(mapped[index], alone, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(scanned[index], alone, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(recomputed(*own)[0], alone, rtol=1e-5, atol=1e-6)


@every_weight_norm
def test_a_wrong_kernel_is_refused(name):
    norm, key = get(name)(), jax.random.key(0)
    with pytest.raises(TypeError, match=r"kernel must be real floating; got int32; use kernel.astype"):
        norm.init(jnp.ones((3, 2), jnp.int32), key)
    with pytest.raises(ValueError, match=r"output features on the last axis; got a scalar; use kernel\[None"):
        norm.init(jnp.float32(1), key)


@pytest.mark.parametrize("name", ["weight", "scaled_standardization"])
def test_parameters_of_other_outputs_are_refused(name):
    norm = get(name)()
    params, state = norm.init(jnp.ones((3, 2)), jax.random.key(0))
    with pytest.raises(
        ValueError, match=r"match the parameters; got kernel of shape \(3, 4\), scale of shape"
    ):
        norm.apply(params, state, jnp.ones((3, 4)))


@pytest.mark.parametrize("name", ["standardization", "scaled_standardization"])
@pytest.mark.parametrize("shape", [(4,), (1, 1, 4)])
def test_a_single_weight_an_output_is_refused(name, shape):
    norm = get(name)()
    with pytest.raises(
        ValueError, match="at least 2 weights.*; leave this kernel as it is, or use weight_norm"
    ):
        norm.init(jnp.ones(shape), jax.random.key(0))
    params, state = norm.init(jnp.ones((2, 4)), jax.random.key(0))
    with pytest.raises(ValueError, match="at least 2 weights"):
        norm.apply(params, state, jnp.ones(shape))


def test_an_unknown_name_is_refused_with_the_nearest():
    with pytest.raises(ValueError, match="got 'spectra'; use 'spectral'"):
        get("spectra")
    with pytest.raises(ValueError, match="got 'qqqq'; use one of these$"):
        get("qqqq")
    assert set(WEIGHT_NORMALIZATIONS) == {"weight", "spectral", "standardization", "scaled_standardization"}
