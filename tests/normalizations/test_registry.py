"""What every norm of the registry computes, whichever it is."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.normalizations import NORMALIZATIONS, STANDARDIZATIONS, Normalization, get
from bnact.numerics import tolerance
from tests.normalizations.every_norm import (
    CENTRED,
    FEATURES,
    applied,
    every_norm,
    initialized,
    inputs,
    made,
    of_rank,
    output,
    results_and_gradients,
)
from tests.normalizations.references import BEFORE_AFFINE, reference


def test_what_is_standardized_is_said_of_norms_of_the_registry():
    assert set(STANDARDIZATIONS) <= set(NORMALIZATIONS)


def test_every_norm_has_a_reference():
    assert {*BEFORE_AFFINE, "filter_response"} == set(NORMALIZATIONS)


@every_norm
def test_a_norm_is_two_functions(name):
    assert Normalization._fields == ("init", "apply", "standardizes")
    assert isinstance(get(name)(), Normalization)


@every_norm
def test_the_first_parameters_change_nothing(name):
    norm = made(name, epsilon=0.0)
    params, state = norm.init(FEATURES)
    if params.scale is not None and params.scale.ndim > 0:
        np.testing.assert_array_equal(params.scale, 1)
    if params.bias is not None:
        np.testing.assert_array_equal(params.bias, 0)
    x = inputs(name, 64).astype(np.float32)
    y = output(norm, params, state, x)
    np.testing.assert_allclose(y, reference(name, x, params, 0.0), atol=1e-5)


FURTHER = ("bfloat16", "float64")
# Every norm in float16 and float32; a few in the other types too.
A_FEW = ("none", "batch", "layer", "group", "evonorm_b0")
EVERY_OUTPUT = [
    pytest.param(name, dtype, marks=[pytest.mark.slow] * (dtype in FURTHER and name not in A_FEW))
    for name in NORMALIZATIONS
    for dtype in ("float16", *FURTHER, "float32")
]


@pytest.mark.parametrize("name, dtype", EVERY_OUTPUT)
def test_output_against_float64(name, dtype):
    with jax.enable_x64(True):
        norm = made(name)
        params, state = initialized(norm)
        batches = [inputs(name, *leading, mean=3.0).astype(dtype) for leading in ((8,), (2, 3, 4))]
        outputs = jax.jit(lambda batches: [norm.apply(params, state, x)[0] for x in batches])(batches)
        bound = tolerance(dtype).value
        for x, y in zip(batches, outputs, strict=True):
            assert y.dtype == x.dtype
            assert y.shape == x.shape
            expected = reference(name, x, params, 1e-5)
            np.testing.assert_allclose(np.asarray(y, np.float64), expected, rtol=bound, atol=bound)


@functools.cache
def reference_values():
    """What each norm's reference makes of the same numbers."""
    x = inputs("batch", 4, 3, 5, mean=1.0)
    return {name: reference(name, x, initialized(made(name))[0], 1e-5) for name in NORMALIZATIONS}


@every_norm
def test_the_references_tell_the_norms_apart(name):
    values = reference_values()
    bound = tolerance("float32").value
    same = [other for other in values if np.allclose(values[other], values[name], rtol=bound, atol=bound)]
    # S0a is S0 with another epsilon by default.
    assert same == [name] or set(same) == {"evonorm_s0", "evonorm_s0a"}


@every_norm
@pytest.mark.parametrize("mean", [1.0, 1e4, 1e6, 1e7])
def test_accurate_at_any_mean(name, mean):
    norm = made(name)
    params, state = initialized(norm)
    x = inputs(name, 64, mean=mean).astype(np.float32)
    y = output(norm, params, state, x)
    np.testing.assert_allclose(y, reference(name, x, params, 1e-5), rtol=1e-6, atol=1e-5)


@every_norm
@pytest.mark.parametrize("constant", [12345.678, 7e7, 0.1, -1e-15, 1e18])
@pytest.mark.parametrize("epsilon", [0.0, 1e-5])
def test_constants_become_exactly_the_bias(name, constant, epsilon):
    norm = made(name, epsilon)
    params, state = initialized(norm)
    y = output(norm, params, state, np.full_like(inputs(name, 64), constant, np.float32))
    if name in CENTRED:
        np.testing.assert_array_equal(y, np.broadcast_to(params.bias, y.shape))
    else:
        x = np.full(y.shape, constant, np.float32)
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            expected = reference(name, x, params, epsilon)
        there = np.isfinite(expected)
        np.testing.assert_allclose(np.asarray(y)[there], expected[there], rtol=1e-5)
        assert np.all(np.isfinite(y))


@every_norm
def test_zeros_with_epsilon_zero(name):
    norm = made(name, epsilon=0.0)
    params, state = norm.init(FEATURES)
    x = inputs(name, 6).astype(np.float32)
    x[2] = x[..., 3] = 0.0
    everything = of_rank(name, np.ones((1, 1), bool))
    (y, _), (_, gradient) = results_and_gradients(norm.apply, params, state, x, everything)
    assert np.all(np.isfinite(y))
    assert np.all(np.isfinite(gradient))
    axes = STANDARDIZATIONS[name].axes if name in STANDARDIZATIONS else "others"
    if axes == "features":
        np.testing.assert_array_equal(y[2], 0)
        np.testing.assert_array_equal(gradient[2], 0)
    if axes == "batch":
        np.testing.assert_array_equal(y[:, 3], 0)
        np.testing.assert_array_equal(gradient[:, 3], 0)


@every_norm
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_with_large_inputs(name, dtype):
    norm = made(name)
    params, state = initialized(norm)
    x = jnp.asarray(inputs(name, 64) * 1e4, dtype)
    y, state = applied(norm, params, state, x)
    assert all(leaf.dtype != x.dtype for leaf in jax.tree.leaves(state))
    expected = reference(name, np.asarray(x, np.float64), params, 1e-5)
    bound = tolerance(dtype).value
    np.testing.assert_allclose(np.asarray(y, np.float64), expected, rtol=bound, atol=bound)


def test_an_unknown_name_names_the_nearest():
    with pytest.raises(ValueError, match=r"must be one of none, batch, .*; got 'bacth'; use 'batch'"):
        get("bacth")
    with pytest.raises(ValueError, match=r"got 'qqqq'; use one of these$"):
        get("qqqq")
    with pytest.raises(ValueError, match=r"without settings; got 'group\(groups=2\)'; use 'group', and give"):
        get("group(groups=2)")
