"""How far five norms are from float64, however far the values are from 0, and what constants become."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.normalizations import batch_norm, group_norm, instance_norm, layer_norm, rms_norm

# The promise: an absolute error of the normalized value (of spread 1), scale 1 and bias 0. The truth is
# computed in float64 from the input as it was rounded. A bfloat16 output is rounded itself, by up to half
# the spacing at the truth; the promise is of what comes on top of that.
BOUND = 1e-5
EPSILON = 1e-5
MEANS = (0.0, 1.0, 1e2, 1e4, 1e6, 1e7)
SIZES = (64, 512, 4096)
NORMS = {
    "batch": batch_norm(EPSILON),
    "layer": layer_norm(EPSILON),
    "rms": rms_norm(EPSILON),
    "group": group_norm(groups=2, epsilon=EPSILON),
    "instance": instance_norm(EPSILON),
}
every_norm = pytest.mark.parametrize("name", list(NORMS))


def shape_of(name, size):
    """An input in which every mean is over `size` values."""
    across, along = (size, 3), (3, size)
    by_group, by_instance = (2, size // 2, 4), (2, size, 3)
    return {"batch": across, "layer": along, "rms": along, "group": by_group, "instance": by_instance}[name]


def split(name, x):
    """x with the axes apart over which the norm reduces, and those axes."""
    if name == "group":
        return x.reshape(*x.shape[:-1], 2, 2), (1, 3)
    return x, {"batch": 0, "layer": -1, "rms": -1, "instance": 1}[name]


def truth(name, x, variance=np.var):
    """In float64; or with another way to a variance."""
    parts, axes = split(name, np.asarray(x, np.float64))
    if name == "rms":
        y = parts / np.sqrt(np.mean(parts**2, axes, keepdims=True) + EPSILON)
    else:
        spread = variance(parts, axis=axes, keepdims=True)
        y = (parts - parts.mean(axes, keepdims=True)) / np.sqrt(spread + EPSILON)
    return y.reshape(x.shape)


@functools.partial(jax.jit, static_argnames="name")
def outputs(name, x):
    """Of one batch for each mean."""
    params, state = NORMS[name].init(x.shape[-1])
    return jax.vmap(lambda x: NORMS[name].apply(params, state, x)[0])(x)


def inputs(name, size, dtype):
    rng = np.random.default_rng(size)
    x = np.stack([rng.normal(mean, 1.0, size=shape_of(name, size)) for mean in MEANS])
    return jnp.asarray(x, dtype)


def errors(y, expected, dtype):
    """Absolute, less the half spacing that rounding the truth to the dtype may cost where that is coarse."""
    error = np.abs(np.asarray(y, np.float64) - expected)
    if dtype == "float32":
        return error
    return error - np.ldexp(0.5 * float(jnp.finfo(dtype).eps), np.frexp(expected)[1] - 1)


@every_norm
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_the_error_against_float64_at_any_mean(name, size, dtype):
    x = inputs(name, size, dtype)
    y = outputs(name, x)
    for each, batch in zip(y, x, strict=True):
        assert errors(each, truth(name, batch), dtype).max() <= BOUND


def one_pass(x, axis, keepdims):
    """What flax computes by default: mean of squares less squared mean, in float32."""
    x = np.asarray(x, np.float32)
    mean = x.mean(axis, keepdims=keepdims)
    return np.maximum(0, (x * x).mean(axis, keepdims=keepdims) - mean * mean).astype(np.float64)


def uncorrected(x, axis, keepdims):
    """Two passes in float32, the second about a mean that is rounded."""
    x = np.asarray(x, np.float32)
    return np.mean((x - x.mean(axis, keepdims=True)) ** 2, axis, keepdims=keepdims).astype(np.float64)


@pytest.mark.parametrize("variance, mean", [(one_pass, 1e4), (uncorrected, 1e7)])
@pytest.mark.parametrize("name", ["batch", "layer", "group", "instance"])
def test_other_ways_to_a_variance_are_caught(name, variance, mean):
    x = inputs(name, 512, "float32")[MEANS.index(mean)]
    wrong = truth(name, x, variance)
    assert errors(wrong, truth(name, x), "float32").max() > BOUND


CONSTANTS = (
    *(12345.678, 7e7, 0.1, 1 / 3, -2.5e-3, 16777217.0, 65504.0, -1e4, 1e18, -1e-15),
    *(3.4e38, -3.4e38, 1e30, 1.2e-38, -1e-30, 1e-45, 3.1415926, -0.0, 1e7 + 1, 1.0000001),
)


@pytest.mark.parametrize("name", ["batch", "layer", "group", "instance"])
@pytest.mark.parametrize("size", [63, 1000])
def test_twenty_constants_become_exactly_the_bias(name, size):
    assert len(CONSTANTS) == 20
    constants = jnp.asarray(CONSTANTS, jnp.float32)
    block = jnp.broadcast_to(constants[:, None, None], (20, size, 4))
    if name == "layer":
        block = jnp.broadcast_to(constants[:, None], (20, size))
    if name == "batch":
        block = block.transpose(1, 2, 0)
    params, state = NORMS[name].init(block.shape[-1])
    params = params._replace(bias=jnp.linspace(-3.0, 7e4, block.shape[-1], dtype=jnp.float32))
    y = jax.jit(NORMS[name].apply)(params, state, block)[0]
    np.testing.assert_array_equal(y, np.broadcast_to(params.bias, y.shape))
