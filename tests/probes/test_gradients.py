"""The size of a gradient, layer by layer."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.probes import root_mean_square_gradient, with_gradient_sink

RNG = np.random.default_rng(0)
X, WEIGHTS = RNG.normal(size=(6, 4)), RNG.normal(size=(3, 4, 4)) / 2


def test_every_layer_of_a_network_against_float64():
    def loss(sinks):
        h = jnp.asarray(X, jnp.float32)
        for weights, sink in zip(jnp.asarray(WEIGHTS, jnp.float32), sinks, strict=True):
            h = jnp.tanh(with_gradient_sink(h @ weights, sink))
        return jnp.mean(h)

    found = root_mean_square_gradient(jax.grad(loss)(jnp.zeros(3)), X.size)
    np.testing.assert_allclose(found, by_hand(), rtol=1e-5)


def by_hand():
    given, h = [], X
    for weights in WEIGHTS:
        given.append(h @ weights)
        h = np.tanh(given[-1])
    gradient, sizes = np.full(X.shape, 1 / X.size), []
    for weights, z in zip(WEIGHTS[::-1], given[::-1], strict=True):
        gradient = gradient / np.cosh(z) ** 2
        sizes.append(np.sqrt(np.mean(gradient**2)))
        gradient = gradient @ weights.T
    return sizes[::-1]


def test_it_is_not_the_root_of_the_sum():
    np.testing.assert_allclose(root_mean_square_gradient(jnp.float32(36.0), 4), 3.0)


@pytest.mark.parametrize("count", [0, 2.0, None])
def test_a_bad_count_says_what_is_wrong(count):
    with pytest.raises(ValueError, match=f"root_mean_square_gradient: count must be .* got {count}"):
        root_mean_square_gradient(jnp.ones(3), count)


@pytest.mark.parametrize("make", [np.asarray, jnp.asarray])
@pytest.mark.parametrize("dtype", [np.int32, np.float32])
def test_every_layer_may_have_its_own_count(make, dtype):
    squares, counts = jnp.float32([36.0, 8.0]), make(np.asarray([4, 2], dtype))
    for found in (root_mean_square_gradient, jax.jit(root_mean_square_gradient)):
        sizes = found(squares, counts)
        np.testing.assert_allclose(sizes, [3.0, 2.0])
        assert sizes.dtype == np.float32


@pytest.mark.parametrize("make", [np.asarray, jnp.asarray])
def test_one_count_may_be_an_array_without_axes(make):
    np.testing.assert_allclose(root_mean_square_gradient(jnp.ones(3) * 8, make(2)), 2.0)
    with pytest.raises(ValueError, match="count must be an integer of at least 1; got .*0"):
        root_mean_square_gradient(jnp.ones(3), make(0))


@pytest.mark.parametrize("make", [np.asarray, jnp.asarray])
@pytest.mark.parametrize("wrong", [0, -2, 2.5, np.nan, np.inf])
def test_a_bad_count_of_one_layer_is_named(make, wrong):
    with pytest.raises(ValueError, match=f"every count must be an integer of at least 1; got {wrong}; use 1"):
        root_mean_square_gradient(jnp.ones(2), make(np.asarray([4, wrong])))
