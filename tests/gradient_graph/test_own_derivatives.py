"""Functions with a derivative of their own: a rule that is odd is followed, and one that is wrong shows."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.gradient_graph import trace
from tests.gradient_graph.records import assert_whole


def on_known_numbers(x, upstream):
    return np.cos(np.asarray(x)) * np.asarray(upstream)


def called_back(x, upstream):
    return jax.pure_callback(on_known_numbers, jax.ShapeDtypeStruct(x.shape, x.dtype), x, upstream)


@pytest.mark.parametrize("derivative", [on_known_numbers, called_back])
def test_a_rule_that_cannot_be_mapped_is_followed_row_by_row(derivative):
    @jax.custom_vjp
    def sine(x):
        return jnp.sin(x)

    sine.defvjp(lambda x: (jnp.sin(x), x), lambda x, upstream: (derivative(x, upstream),))
    x = np.asarray([0.25, 0.5, 1.0], np.float32)
    graph = trace(lambda x: jnp.sum(sine(x)), x)
    np.testing.assert_allclose(np.asarray(graph.edges[0].local), np.diag(np.cos(x)), rtol=1e-6)
    np.testing.assert_allclose(graph.gradients["x"], np.cos(x), rtol=1e-6)
    assert_whole(graph)


def wrong_rule(factor):
    @jax.custom_jvp
    def sine(x):
        return jnp.sin(x)

    sine.defjvp(lambda primals, tangents: (jnp.sin(*primals), factor * jnp.cos(*primals) * tangents[0]))
    return sine


@pytest.mark.parametrize("factor", [1.01, 0.0, -1.0])
def test_a_wrong_rule_shows_on_its_edge_and_nowhere_else(factor):
    x = np.linspace(0.1, 1.0, 3)
    with jax.enable_x64(True):
        graphs = [
            trace(lambda x, rule=rule: jnp.sum(3.0 * rule(2.0 * x)), x)
            for rule in map(wrong_rule, (1.0, factor))
        ]
    right, wrong = (graph.edges for graph in graphs)
    assert [edge.target for edge in right] == [edge.target for edge in wrong]
    for edge, other in zip(right, wrong, strict=True):
        differs = not np.allclose(np.asarray(edge.local), np.asarray(other.local), rtol=1e-12, atol=0)
        assert differs == (edge.target == "sine")
