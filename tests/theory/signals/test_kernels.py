import itertools
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.activations import ACTIVATIONS
from bnact.theory import arc_cosine_kernel, neural_tangent_kernel, nngp_kernel

INPUTS = np.random.default_rng(0).normal(size=(4, 5)) * np.array([[1.0], [0.3], [2.0], [1.0]])
GRAM = INPUTS @ INPUTS.T / 5
KERNELS = [nngp_kernel, neural_tangent_kernel]
each_kernel = pytest.mark.parametrize("kernel", KERNELS)


def erf_layer(kernel):
    length = np.sqrt(1.0 + 2.0 * np.diag(kernel))
    return 2.0 / math.pi * np.arcsin(2.0 * kernel / length[:, None] / length)


def erf_slope(kernel):
    one = 1.0 + 2.0 * np.diag(kernel)
    return 4.0 / math.pi / np.sqrt(one[:, None] * one - 4.0 * kernel**2)


def sin_layer(kernel):
    half = np.diag(kernel) / 2.0
    return np.exp(-half[:, None] - half) * np.sinh(kernel)


def sin_slope(kernel):
    half = np.diag(kernel) / 2.0
    return np.exp(-half[:, None] - half) * np.cosh(kernel)


def arc_cosine(order, kernel):
    length = np.sqrt(np.diag(kernel))
    cosine = np.clip(kernel / length[:, None] / length, -1.0, 1.0)
    np.fill_diagonal(cosine, 1.0)  # where the slope of order 0 is infinite
    return length[:, None] ** order * length**order * arc_cosine_kernel(order, cosine) / 2.0


CLOSED = {
    "relu": (lambda kernel: arc_cosine(1, kernel), lambda kernel: arc_cosine(0, kernel)),
    "erf": (erf_layer, erf_slope),
    "sin": (sin_layer, sin_slope),
    "identity": (lambda kernel: kernel, np.ones_like),
}


@pytest.mark.parametrize("depth", [0, 1, 3])
@pytest.mark.parametrize("name", CLOSED)
def test_closed_forms(name, depth):
    layer, slope = CLOSED[name]
    kernel = tangent = 1.7 * GRAM + 0.2
    for _ in range(depth):
        tangent = 1.7 * slope(kernel) * tangent
        kernel = 1.7 * layer(kernel) + 0.2
        tangent = tangent + kernel
    np.testing.assert_allclose(nngp_kernel(name, GRAM, depth, 1.7, 0.2), kernel, atol=1e-10, rtol=0)
    np.testing.assert_allclose(
        neural_tangent_kernel(name, GRAM, depth, 1.7, 0.2), tangent, atol=1e-10, rtol=0
    )


def test_an_activation_with_a_jump_has_a_kernel_of_outputs():
    length = np.sqrt(np.diag(GRAM))
    angle = np.arcsin(np.clip(GRAM / length[:, None] / length, -1.0, 1.0))
    np.testing.assert_allclose(
        nngp_kernel("sign", GRAM, 1, 2.0, 0.0), 4.0 / math.pi * angle, atol=1e-10, rtol=0
    )


def empirical(name, depth, width, key, weight_variance, bias_variance):
    """Products of the gradients of one network's outputs, by autodiff."""
    phi, widths = ACTIVATIONS[name], [INPUTS.shape[1], *[width] * depth, 1]
    keys = jax.random.split(key, 2 * len(widths))
    shapes = list(itertools.pairwise(widths))
    params = [
        (jax.random.normal(one, shape), jax.random.normal(other, shape[1:]))
        for one, other, shape in zip(keys[::2], keys[1::2], shapes, strict=False)
    ]

    def output(params, x):
        for layer, (weights, biases) in enumerate(params):
            x = phi(x) if layer else x
            x = (
                math.sqrt(weight_variance / weights.shape[0]) * x @ weights
                + math.sqrt(bias_variance) * biases
            )
        return x[0]

    gradients = jax.vmap(jax.grad(output), (None, 0))(params, jnp.asarray(INPUTS, jnp.float32))
    flat = jnp.concatenate([leaf.reshape(len(INPUTS), -1) for leaf in jax.tree.leaves(gradients)], 1)
    return flat @ flat.T


@pytest.mark.slow
@pytest.mark.parametrize("name", ["relu", "tanh"])
def test_the_tangent_kernel_of_wide_networks(name):
    keys = jax.random.split(jax.random.key(0), 12)
    program = jax.jit(lambda key: empirical(name, 2, 600, key, 1.7, 0.2))
    seen = np.array([program(key) for key in keys], np.float64)
    error = seen.std(0, ddof=1) / math.sqrt(len(keys))
    theory = neural_tangent_kernel(name, GRAM, 2, 1.7, 0.2)
    assert np.all(error < 0.05 * np.sqrt(np.diag(theory)[:, None] * np.diag(theory)))
    assert np.all(np.abs(seen.mean(0) - theory) < 4.5 * error)
    for other in (theory - 0.2, neural_tangent_kernel(name, GRAM, 3, 1.7, 0.2), 0.9 * theory):
        assert np.any(np.abs(seen.mean(0) - other) > 4.5 * error)


@pytest.mark.parametrize("name", ["relu", "gelu"])
def test_the_kernel_of_outputs_of_wide_layers(name):
    phi, rng = ACTIVATIONS[name], np.random.default_rng(1)
    first = INPUTS @ rng.normal(size=(5, 200_000)) * math.sqrt(1.7 / 5)
    values = np.asarray(phi(first.astype(np.float32)), np.float64)
    products = values[:, None] * values
    error = 1.7 * products.std(-1) / math.sqrt(200_000)
    assert np.all(np.abs(1.7 * products.mean(-1) - nngp_kernel(name, GRAM, 1, 1.7, 0.0)) < 4.5 * error)


@each_kernel
def test_equal_inputs_and_opposite_ones(kernel):
    inputs = np.array([[1.0, 2.0], [1.0, 2.0], [-1.0, -2.0]])
    result = kernel("tanh", inputs @ inputs.T / 2, 2, 1.5, 0.1)
    assert result[0, 1] == pytest.approx(result[0, 0], rel=1e-12)
    odd = kernel("tanh", inputs @ inputs.T / 2, 2, 1.5, 0.0)
    assert odd[0, 2] == pytest.approx(-odd[0, 0], rel=1e-10)
    np.testing.assert_array_equal(result, result.T)


@each_kernel
def test_an_input_of_zeros(kernel):
    inputs = np.array([[0.0, 0.0], [1.0, 2.0]])
    result = kernel("relu", inputs @ inputs.T / 2, 3, 2.0, 0.0)
    np.testing.assert_array_equal(result[0], 0.0)
    biased = kernel("tanh", inputs @ inputs.T / 2, 3, 2.0, 0.1)
    assert np.all(biased > 0.0)


@each_kernel
def test_a_gram_matrix_of_single_precision(kernel):
    rng = np.random.default_rng(2)
    inputs = rng.normal(size=(3, 400)).astype(np.float32)
    rounded = inputs @ inputs.T / np.float32(400)
    exact = inputs.astype(np.float64) @ inputs.T.astype(np.float64) / 400
    assert rounded.dtype == np.float32
    np.testing.assert_allclose(
        kernel("tanh", rounded, 1, 1.5, 0.1), kernel("tanh", exact, 1, 1.5, 0.1), atol=1e-5
    )


BAD_GRAMS = {
    "must be .n, n.; got shape .4,.; use": GRAM[0],
    "must be .n, n.; got shape .2, 4.; use": GRAM[:2],
    "must be finite; got nan at .0, 0.": GRAM * math.nan,
    "must not exceed the roots of both squares; got -": -GRAM,
    "must not exceed the roots of both squares; got 3.0 at .0, 1.": np.array([[1.0, 3.0], [3.0, 1.0]]),
    "must be symmetric; got 0.5 at .0, 1. and 0.4 at .1, 0.; use": np.array([[1.0, 0.5], [0.4, 1.0]]),
}


@each_kernel
@pytest.mark.parametrize("message", BAD_GRAMS)
def test_no_gram_matrix(kernel, message):
    with pytest.raises(ValueError, match=message):
        kernel("tanh", BAD_GRAMS[message], 1, 1.5, 0.1)


@each_kernel
def test_other_bad_calls(kernel):
    for depth in (-1, 1.5, True):
        with pytest.raises(
            ValueError, match=f"depth must be a concrete integer of at least 0; got {depth}; use"
        ):
            kernel("tanh", GRAM, depth, 1.5, 0.1)
    with pytest.raises(ValueError, match="weight_variance must be finite and not negative; got -1.5;"):
        kernel("tanh", GRAM, 1, -1.5, 0.1)
    with pytest.raises(ValueError, match="bias_variance must be finite and not negative; got nan;"):
        kernel("tanh", GRAM, 1, 1.5, math.nan)
    with pytest.raises(ValueError, match="nearest: tanh"):
        kernel("tahn", GRAM, 1, 1.5, 0.1)
    with pytest.raises(ValueError, match="got exponential at variance .*; lower the weight variance"):
        kernel("exponential", GRAM, 3, 5.0, 0.1)


def test_no_tangent_kernel_of_a_jump():
    with pytest.raises(ValueError, match="neural_tangent_kernel: activation must not jump; got step"):
        neural_tangent_kernel("step", GRAM, 1, 1.0, 0.0)
