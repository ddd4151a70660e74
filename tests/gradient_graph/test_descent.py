"""Steps of gradient descent: one, and the way of many."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from bnact.gradient_graph import trace


def test_a_step_keeps_every_type():
    args = (
        1.0,
        np.float32(1),
        np.float64(1),
        np.array(1, np.float32),
        jnp.float32(1),
        jnp.ones(2, jnp.bfloat16),
    )

    def fn(*args):
        return sum(jnp.sum(arg).astype(jnp.float32) for arg in map(jnp.asarray, args))

    for before, after in zip(args, trace(fn, *args).step(0.5), strict=True):
        assert type(after) is type(before)
        assert getattr(after, "dtype", None) == getattr(before, "dtype", None)
        assert np.all(np.asarray(after, np.float32) == 0.5)


def test_a_step_keeps_trees_and_what_is_no_real_number():
    key = jax.random.key(0)
    tree = {
        "w": jnp.ones(2),
        "n": 3,
        "i": np.arange(2),
        "on": True,
        "key": key,
        "none": None,
        "act": jnp.tanh,
    }
    graph = trace(lambda tree, x: jnp.sum(tree["w"] * x) * tree["n"], tree, 2.0)
    stepped, x = graph.step(0.1)
    np.testing.assert_allclose(stepped["w"], [0.4, 0.4], rtol=1e-6)
    assert x == pytest.approx(2.0 - 0.1 * 6.0)
    assert (stepped["n"], stepped["on"], stepped["none"], stepped["act"]) == (3, True, None, jnp.tanh)
    assert stepped["i"] is tree["i"]
    assert stepped["key"] is key


def test_a_step_is_the_first_of_the_way():
    graph = trace(lambda tree: jnp.sum(jnp.tanh(tree["w"]) ** 2), {"w": np.linspace(0.1, 1.0, 3)})
    way = graph.descend(1, 0.1)
    np.testing.assert_allclose(graph.step(0.1)[0]["w"], way.inputs["tree['w']"][1], rtol=1e-6)
    np.testing.assert_allclose(way.inputs["tree['w']"][0], graph.inputs["tree['w']"], rtol=0)
    np.testing.assert_allclose(way.values[0], graph.value, rtol=1e-6)


def test_the_step_of_a_complex_number_goes_downhill():
    graph = trace(lambda z: jnp.sum(jnp.abs(z) ** 2), jnp.array([1 + 2j, 3 - 1j]))
    np.testing.assert_allclose(graph.step(0.1)[0], [0.8 + 1.6j, 2.4 - 0.8j], rtol=1e-6)
    assert np.all(np.diff(graph.descend(3, 0.1).values) < 0)


def test_inputs_without_a_gradient_stay_along_the_way():
    def fn(x, key, count):
        return jnp.sum((x + jax.random.normal(key, x.shape)) ** 2) * count[0].astype(x.dtype)

    way = trace(fn, jnp.ones(2), jax.random.key(1), np.arange(1, 3)).descend(2, 0.01)
    assert {name: rows.shape for name, rows in way.inputs.items()} == {
        "x": (3, 2),
        "key": (3, 2),
        "count": (3, 2),
    }
    np.testing.assert_array_equal(way.inputs["key"][0], way.inputs["key"][2])
    assert np.all(np.diff(way.values) < 0)


def halved(x):
    return lax.while_loop(lambda c: c > 1.0, lambda c: c * 0.5, x) ** 2


def test_the_way_of_a_function_with_a_loop():
    way = trace(halved, 3.0).descend(2, 0.1)
    # 3 is halved twice: the value is (x / 4)^2, and its gradient x / 8.
    expected = 3.0 * (1 - 0.1 / 8) ** np.arange(3)
    np.testing.assert_allclose(way.inputs["x"], expected, rtol=1e-6)
    np.testing.assert_allclose(way.values, (expected / 4) ** 2, rtol=1e-6)


def test_donated_arguments_are_still_there():
    x = jnp.linspace(0.0, 1.0, 3)
    graph = trace(jax.jit(lambda x: jnp.sum(x * x), donate_argnums=0), x)
    assert graph.descend(2, 0.1).values.shape == (3,)
    assert not x.is_deleted()
    np.testing.assert_allclose(graph.step(0.5)[0], np.zeros(3), atol=1e-7)


def test_a_graph_of_64_bits_goes_on_in_64_bits():
    with jax.enable_x64(True):
        graph = trace(lambda x: jnp.sum(x * x), jnp.ones(2))
    assert graph.descend(2, 0.1).values.dtype == np.float64
    assert graph.step(0.1)[0].dtype == np.float64


def test_a_step_keeps_the_sharding():
    mesh = jax.make_mesh((2,), ("a",), devices=jax.devices()[:2])
    sharding = jax.NamedSharding(mesh, jax.P("a"))
    x = jax.device_put(jnp.linspace(0.0, 1.0, 4), sharding)
    graph = trace(lambda x: jnp.sum(jnp.sin(x)), x)
    np.testing.assert_allclose(graph.gradients["x"], np.cos(np.linspace(0.0, 1.0, 4)), rtol=1e-6)
    assert graph.step(0.1)[0].sharding == sharding
