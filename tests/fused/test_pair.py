"""Every pair against plain autodiff: values, gradients, statistics, at every size and in every type."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact import activations, fused
from bnact.activations import ACTIVATIONS
from bnact.normalizations import STANDARDIZATIONS, reduced_axes
from bnact.numerics import tolerance
from tests.fused.references import (
    ORDERS,
    PAIRS,
    assert_close,
    assert_same,
    drawn,
    fused_pair,
    plain_pair,
    value_and_gradients,
)

every_norm = pytest.mark.parametrize("norm", list(STANDARDIZATIONS))
every_order = pytest.mark.parametrize("order", ORDERS)
SUBTRACTING = [name for name, kind in STANDARDIZATIONS.items() if kind.centered]


@pytest.mark.parametrize("norm, order, activation", PAIRS)
def test_values_and_gradients_are_those_of_plain_autodiff(norm, order, activation):
    with jax.enable_x64(True):
        pair, arguments = (norm, order, activation), drawn(6, 4)
        ours = value_and_gradients(fused_pair(*pair), *arguments)
        assert_same(ours, value_and_gradients(plain_pair(*pair), *arguments), "float64")


@pytest.mark.parametrize("norm", [name for name, kind in STANDARDIZATIONS.items() if kind.axes != "batch"])
@every_order
def test_one_example_by_itself(norm, order):
    pair, (x, scale, bias, _) = fused_pair(norm, order, "tanh"), drawn(1, 4, dtype=np.float32)
    np.testing.assert_array_equal(pair(x[0], scale, bias), pair(x, scale, bias)[0])
    many = drawn(6, 4, dtype=np.float32)[0]
    mapped = jax.vmap(pair, (0, None, None))(many, scale, bias)
    assert_close(mapped, pair(many, scale, bias), tolerance("float32").value)


@every_norm
@every_order
def test_epsilon_zero(norm, order):
    with jax.enable_x64(True):
        pair, arguments = (norm, order, "silu", 0.0), drawn(6, 4)
        ours = value_and_gradients(fused_pair(*pair), *arguments)
        assert_same(ours, value_and_gradients(plain_pair(*pair), *arguments), "float64")


# A curved activation of a large mean loses the spread before a norm behind it sees anything.
@pytest.mark.parametrize(
    "order, activation",
    [("before", "identity"), ("before", "tanh"), ("before", "mish"), ("after", "identity"), ("after", "elu")],
)
@every_norm
@pytest.mark.parametrize("mean", [1e4, 1e6])
def test_float32_with_a_large_mean_is_as_float64(norm, order, activation, mean):
    pair, (x, *rest) = (norm, order, activation), drawn(6, 4, dtype=np.float32, mean=mean)
    ours = value_and_gradients(fused_pair(*pair), x, *rest)
    with jax.enable_x64(True):
        exact = value_and_gradients(plain_pair(*pair), *(part.astype(jnp.float64) for part in (x, *rest)))
    assert_same(ours, exact, "float32")


@pytest.mark.parametrize("norm", SUBTRACTING)
@every_order
@pytest.mark.parametrize("epsilon", [0.0, 1e-5])
@pytest.mark.parametrize("constant", [12345.678, 0.1, -7e7])
def test_constants_become_exactly_the_bias(norm, order, epsilon, constant):
    x, scale, bias, cotangent = drawn(6, 4, dtype=np.float32)
    hit = (slice(None), 1) if STANDARDIZATIONS[norm].axes == "batch" else (1,)
    x = x.at[hit].set(constant)
    y, *gradients = value_and_gradients(fused_pair(norm, order, "relu", epsilon), x, scale, bias, cotangent)
    expected = jnp.broadcast_to(bias if order == "after" else jax.nn.relu(bias), y.shape)
    np.testing.assert_array_equal(y[hit], expected[hit])
    assert all(np.all(np.isfinite(gradient)) for gradient in gradients)
    if epsilon == 0:
        np.testing.assert_array_equal(gradients[0][hit], 0)


@every_norm
@every_order
@pytest.mark.parametrize("dtype", [jnp.float16, jnp.bfloat16])
def test_half_precision_is_float32_rounded_once(norm, order, dtype):
    pair = fused_pair(norm, order, "gelu")
    x, scale, bias, cotangent = drawn(6, 4, dtype=np.float32, mean=3.0)
    x, cotangent = x.astype(dtype), cotangent.astype(dtype)
    y, dx, dscale, dbias = value_and_gradients(pair, x, scale, bias, cotangent)
    wide = value_and_gradients(pair, *(part.astype(jnp.float32) for part in (x, scale, bias, cotangent)))
    assert (y.dtype, dx.dtype, dscale.dtype, dbias.dtype) == (dtype, dtype, jnp.float32, jnp.float32)
    for narrow, exact in zip((y, dx, dscale, dbias), wide, strict=True):
        np.testing.assert_array_equal(narrow, exact.astype(narrow.dtype))


@every_norm
@every_order
def test_parameters_in_half_precision_have_gradients_in_theirs(norm, order):
    x, scale, bias, cotangent = drawn(6, 4, dtype=np.float32)
    narrow = scale.astype(jnp.bfloat16), bias.astype(jnp.bfloat16)
    pair = fused_pair(norm, order, "tanh")
    y, _, dscale, dbias = value_and_gradients(pair, x, *narrow, cotangent)
    wide = (part.astype(jnp.float32) for part in (*narrow, cotangent))
    expected = value_and_gradients(pair, x, *wide)
    np.testing.assert_array_equal(y, expected[0])
    np.testing.assert_array_equal(dscale, expected[2].astype(jnp.bfloat16))
    np.testing.assert_array_equal(dbias, expected[3].astype(jnp.bfloat16))


# ------------------------------------------------------------------------------------- statistics


@every_norm
@every_order
def test_the_statistics_are_those_of_the_norms_input(norm, order):
    x, scale, bias, _ = drawn(6, 4, dtype=np.float32, mean=2.0)
    pair = fused.norm_act if order == "before" else fused.act_norm
    _, statistics = pair(x, scale, bias, norm, "softplus")
    kind = STANDARDIZATIONS[norm]
    if kind.axes == "none":
        assert statistics is None
        return
    assert statistics is not None
    u = np.asarray(x if order == "before" else activations.get("softplus")(x), np.float64)
    axes = reduced_axes(kind, 2)
    mean = u.mean(axes) if kind.centered else np.zeros(np.delete(u.shape, axes))
    squares = np.square(u - np.expand_dims(mean, axes)).mean(axes)
    np.testing.assert_allclose(statistics.mean, mean, rtol=1e-6)
    np.testing.assert_allclose(statistics.variance, squares, rtol=1e-5)
    np.testing.assert_array_equal(statistics.count, np.prod([u.shape[axis] for axis in axes]))


@pytest.mark.parametrize("norm", ["batch", "layer", "rms"])
@pytest.mark.parametrize("pair", [fused.norm_act, fused.act_norm])
def test_no_gradient_flows_through_the_statistics(norm, pair):
    x, scale, bias, _ = drawn(6, 4, dtype=np.float32)

    def with_statistics(share):
        def loss(x):
            y, statistics = pair(x, scale, bias, norm, "tanh")
            assert statistics is not None
            return jnp.sum(jnp.sin(y)) + share * jnp.sum(statistics.mean + statistics.variance)

        return loss

    np.testing.assert_array_equal(jax.grad(with_statistics(1.0))(x), jax.grad(with_statistics(0.0))(x))
    assert np.any(jax.grad(with_statistics(0.0))(x) != 0)


def test_the_defaults():
    x, scale, bias, _ = drawn(6, 4, dtype=np.float32)
    explicit = fused.norm_act(x, scale, bias, norm="batch", activation="relu", epsilon=1e-5)
    jax.tree.map(np.testing.assert_array_equal, fused.norm_act(x, scale, bias), explicit)
    assert np.any(fused.norm_act(x, scale, bias, epsilon=1.0)[0] != explicit[0])


def test_an_activation_may_be_handed_over_itself():
    x, scale, bias, _ = drawn(6, 4, dtype=np.float32)
    y, _ = fused.norm_act(x, scale, bias, activation=ACTIVATIONS["mish"])
    np.testing.assert_array_equal(y, fused.norm_act(x, scale, bias, activation="mish")[0])
