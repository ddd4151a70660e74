"""What bnact computes of more than 32,768 rows is right, where XLA:CPU computes a pattern near it wrongly.

The fault is jax#39103: a vmapped product with a tiny matrix and then a sum of squares. Tiny networks with
gradient norms come near it.
"""

import dataclasses
import importlib

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.sharding import AxisType

from bnact import fused, probes
from bnact.data import Dataset, Split
from bnact.normalizations import get
from bnact.training import Setting, train_population

ROWS, WIDTH = 40_960, 3
GENERATOR = np.random.default_rng(3)
X = GENERATOR.normal(size=(ROWS, WIDTH)).astype(np.float32)
WEIGHTS = GENERATOR.normal(size=(WIDTH, WIDTH)).astype(np.float32)


def gradient_square(weights, row):
    """The squared norm of a tiny network's gradient at its linear output, through a sink."""

    def loss(sink):
        linear = probes.with_gradient_sink(row[None] @ weights, sink)
        y, _ = fused.norm_act(linear, jnp.ones(WIDTH), jnp.zeros(WIDTH), norm="none", activation="tanh")
        return 0.5 * jnp.sum(y**2)

    return jax.grad(loss)(jnp.zeros(()))


def expected_square(weights, x):
    y = np.tanh(np.einsum("ni,nij->nj", x.astype(np.float64), weights.astype(np.float64)))
    return ((y * (1.0 - y**2)) ** 2).sum(-1)


@pytest.mark.parametrize("whose", ["one network, many examples", "many networks, an example each"])
def test_gradient_norms_of_tiny_networks_are_those_of_numpy(whose):
    weights = np.broadcast_to(WEIGHTS, (ROWS, WIDTH, WIDTH))
    if whose == "one network, many examples":
        found = jax.jit(jax.vmap(gradient_square, (None, 0)))(WEIGHTS, X)
    else:
        weights = weights + GENERATOR.normal(size=weights.shape).astype(np.float32)
        found = jax.jit(jax.vmap(gradient_square))(weights, X)
    np.testing.assert_allclose(found, expected_square(weights, X), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("norm", ["layer", "rms", "scale"])
def test_statistics_of_a_row_are_those_of_numpy(norm):
    made = get(norm)(epsilon=1e-5)
    params, state = made.init(WIDTH)
    y = jax.jit(lambda weights, x: made.apply(params, state, x @ weights)[0])(WEIGHTS, X)
    linear = X.astype(np.float64) @ WEIGHTS
    centred = linear - linear.mean(-1, keepdims=True) if norm == "layer" else linear
    of = np.mean if norm in ("layer", "rms") else np.sum
    size = np.sqrt(of(centred**2, axis=-1, keepdims=True) + (1e-5 if norm != "scale" else 0.0))
    # A fresh scale is the same for every feature, whatever it begins as.
    ratio = np.asarray(y) / (centred / size)
    np.testing.assert_allclose(ratio, np.median(ratio), rtol=2e-3)


def test_the_length_of_a_curve_of_many_points_is_that_of_numpy():
    angles = np.linspace(0.0, 2.0 * np.pi, ROWS, endpoint=False)
    circle = np.stack([np.cos(angles), np.sin(angles), np.zeros(ROWS)], -1).astype(np.float32)
    rotation = np.linalg.qr(WEIGHTS)[0].astype(np.float32)
    length = jax.jit(lambda weights, x: probes.curve_length(x @ weights))(rotation, circle)
    # Lengths are counted per feature: divided by the root of their number.
    np.testing.assert_allclose(length, 2.0 * np.pi / np.sqrt(WIDTH), rtol=1e-3)


def dataset(times):
    """512 examples of three features, so many times over in the training set."""
    few = Split(X[:512], (X[:512].sum(-1) > 0).astype(np.int32))
    train = Split(*(np.concatenate([part] * times) for part in few))
    return Dataset("repeated", train, few, few, 2, "0" * 64, "made for this test")


@pytest.mark.slow
def test_a_population_sees_the_same_gradients_of_examples_that_are_repeated(monkeypatch):
    one = jax.make_mesh((1,), ("population",), axis_types=(AxisType.Auto,), devices=jax.devices()[:1])
    monkeypatch.setattr(importlib.import_module("bnact.training.program"), "population_mesh", lambda: one)
    few = Setting(
        data="repeated",
        depth=1,
        width=WIDTH,
        norm="layer",
        activation="tanh",
        batch_size=512,
        steps=1,
        observed=512,
    )
    many = dataclasses.replace(few, batch_size=ROWS)
    (expected,), (log,) = (
        train_population([setting], dataset(setting.batch_size // 512)) for setting in (few, many)
    )
    # The derivative of a mean loss by one example is so many times smaller.
    np.testing.assert_allclose(log.gradient_norm * (ROWS // 512), expected.gradient_norm, rtol=2e-3)
    np.testing.assert_allclose(log.train_loss, expected.train_loss, rtol=1e-3)
