"""Initial weights have the spread that was asked for, and draws that do not depend on it."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from bnact import nn, theory
from bnact.activations import ACTIVATIONS, activation_of


@pytest.mark.parametrize("shape, fan_in", [((400, 100), 400), ((5, 5, 16, 100), 400)])
@pytest.mark.parametrize("gain", [1.0, 1.7])
def test_the_spread(key, shape, fan_in, gain):
    weights = np.asarray(nn.normal_with_gain(gain)(key, shape, jnp.float32), np.float64)
    spread = gain / fan_in**0.5
    # Five standard errors of 40,000 draws.
    assert abs(weights.mean()) < 5 * spread / 200
    assert weights.std() == pytest.approx(spread, rel=5 / (200 * 2**0.5))
    assert np.mean(weights**4) / spread**4 == pytest.approx(3, rel=0.1)


def test_the_draws_do_not_depend_on_the_gain(key):
    one, other = (nn.normal_with_gain(gain)(key, (8, 4)) for gain in (1.0, 2.0))
    np.testing.assert_array_equal(2 * one, other)


def test_the_gain_may_be_traced(key):
    traced = jax.jit(lambda gain: nn.normal_with_gain(gain)(key, (8, 4)))(1.5)
    np.testing.assert_allclose(traced, nn.normal_with_gain(1.5)(key, (8, 4)), rtol=1e-6)


@pytest.mark.parametrize("dtype", [jnp.float16, jnp.bfloat16, jnp.float32])
def test_the_type_is_the_one_asked_for(key, dtype):
    assert nn.normal_with_gain(1.0)(key, (8, 4), dtype).dtype == dtype


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_second_moment_is_kept(key, activation):
    weights = nn.normal_for(activation)(key, (8, 4))
    gain = theory.gain(activation, preserve="second_moment")
    np.testing.assert_allclose(weights, nn.normal_with_gain(gain)(key, (8, 4)), rtol=1e-6)


@pytest.mark.parametrize("shape", [(64, 64), (32, 96), (96, 32), (3, 3, 8, 24)])
def test_orthogonal_weights(key, shape):
    matrix = np.asarray(nn.orthogonal_with_gain(1.7)(key, shape), np.float64).reshape(-1, shape[-1])
    fan_in = matrix.shape[0]
    assert np.mean(matrix**2) == pytest.approx(1.7**2 / fan_in, rel=1e-5)
    shorter = matrix if shape[-1] <= fan_in else matrix.T
    products = shorter.T @ shorter
    np.testing.assert_allclose(products, products[0, 0] * np.eye(len(products)), atol=1e-5)


@pytest.mark.parametrize("init", [nn.orthogonal_with_gain(1.0), nn.orthogonal_for("relu", "gradient")])
@pytest.mark.parametrize("dtype", [jnp.float16, jnp.bfloat16, jnp.float32])
def test_the_type_of_orthogonal_weights(key, init, dtype):
    weights = init(key, (8, 4), dtype)
    assert weights.dtype == dtype
    exact = np.asarray(init(key, (8, 4)))
    np.testing.assert_allclose(weights.astype(np.float32), exact, rtol=float(jnp.finfo(dtype).eps))


WIDTHS = (600, 300, 900, 450, 600)


class Signals(NamedTuple):
    """Of each hidden layer, over its units: outputs, and gradients with respect to pre-activations."""

    outputs: list[np.ndarray]
    gradients: list[np.ndarray]


def signals(name, kernel, widths, inputs=None, bias=nnx.initializers.zeros):
    """A fresh network of `nnx.Linear`: forward, and backward from a random gradient of the last outputs."""
    act, rng, rngs = ACTIVATIONS[name], np.random.default_rng(0), nnx.Rngs(0)
    # Standard normal pre-activations come first, which is what the gains are of.
    before = rng.normal(size=widths[0]) if inputs is None else inputs
    outputs, slopes, matrices = [], [], []
    for width, following in zip(widths, (*widths[1:], None), strict=True):
        outputs.append(np.asarray(act(before.astype(np.float32))))
        slopes.append(np.asarray(act.derivative(before.astype(np.float32))))
        if following:
            linear = nnx.Linear(width, following, kernel_init=kernel, bias_init=bias, rngs=rngs)
            matrices.append(np.asarray(linear.kernel.get_value()))
            before = np.asarray(linear(outputs[-1]))
    gradients = [rng.normal(size=widths[-1]) * slopes[-1]]
    for matrix, slope in zip(matrices[::-1], slopes[-2::-1], strict=True):
        gradients.insert(0, (matrix @ gradients[0]) * slope)
    return Signals(outputs, gradients)


def mean_squares(of_layers):
    return np.array([np.mean(np.square(of)) for of in of_layers])


KINDS = {"normal": nn.normal_for, "orthogonal": nn.orthogonal_for}


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["relu", "tanh", "gelu"])
def test_layers_of_unequal_widths_keep_what_is_said(name, kind):
    forward = signals(name, KINDS[kind](name), WIDTHS)
    first = 1.0 / theory.gain(name, "second_moment") ** 2
    np.testing.assert_allclose(mean_squares(forward.outputs), first, rtol=0.25)
    backward = mean_squares(signals(name, KINDS[kind](name, "gradient"), WIDTHS).gradients)
    if name == "relu":  # of the others the slopes change with the variance, which this does not keep
        np.testing.assert_allclose(backward, backward[-1], rtol=0.25)
        # The other gain keeps the other: widths show the difference.
        assert np.ptp(np.log(mean_squares(forward.gradients))) > 0.6


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["tanh", "gelu", "silu"])
def test_a_layer_keeps_the_gradient_of_standard_normal_pre_activations(name, kind):
    first, last = mean_squares(signals(name, KINDS[kind](name, "gradient"), (300, 600)).gradients)
    assert first == pytest.approx(last, rel=0.25)
    first, last = mean_squares(signals(name, KINDS[kind](name, "second_moment"), (300, 600)).gradients)
    assert first != pytest.approx(last, rel=0.25)


def test_the_variance_is_kept_where_a_mean_is_subtracted(key):
    weights = nn.normal_for("sigmoid", "variance")(key, (8, 4))
    gain = theory.gain("sigmoid", "variance")
    np.testing.assert_allclose(weights, nn.normal_with_gain(gain)(key, (8, 4)), rtol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_what_cannot_be_initialized_for(kind):
    with pytest.raises(ValueError, match="nearest: gelu"):
        KINDS[kind]("gleu")
    with pytest.raises(
        ValueError, match="preserve must be 'variance', 'second_moment' or 'gradient'; got 'mean'"
    ):
        KINDS[kind]("relu", "mean")  # pyright: ignore[reportArgumentType]


def test_a_self_normalizing_network():
    outputs = signals("selu", nn.self_normalizing_for(), (500,) * 25).outputs[-1]
    assert abs(outputs.mean()) < 0.15
    assert outputs.var() == pytest.approx(1.0, rel=0.15)
    # He's spread is a half too large for it: the fixed point is another one.
    assert signals("selu", nn.normal_for("relu"), (500,) * 25).outputs[-1].var() > 2.0


def test_an_activation_that_is_not_self_normalizing():
    with pytest.raises(
        ValueError, match="must keep mean 0 and variance 1; got relu, .* 0.398942 and 0.340845; use"
    ):
        nn.self_normalizing_for("relu")


def test_relu_is_initialized_as_by_he(key):
    weights = nn.normal_for("relu")(key, (8, 4))
    np.testing.assert_allclose(weights, 2**0.5 * nn.normal_with_gain(1.0)(key, (8, 4)), rtol=1e-6)


def test_an_activation_that_leaves_mean_0_and_variance_1():
    # (z^2 - 1) / sqrt(2): an error of the variance doubles in a layer.
    constants = theory.standardizing_constants("square")
    standardized = activation_of(
        lambda x: constants.scale * (x * x - constants.shift), name="standardized_square"
    )
    with pytest.raises(
        ValueError, match="must come back to mean 0 and variance 1 .*; got standardized_square, .* by 2; use"
    ):
        nn.self_normalizing_for(standardized)


def test_the_identity_does_not_come_back():
    with pytest.raises(ValueError, match="got identity, where .* by 1; use normal_for"):
        nn.self_normalizing_for("identity")
