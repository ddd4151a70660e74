"""Large graphs, and what a graph leaves behind."""

import threading

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.gradient_graph import trace


def chained(length):
    def fn(x):
        for _ in range(length):
            x = jnp.sin(x) * 1.01 + 0.1
        return jnp.sum(x)

    return fn


@pytest.mark.slow
def test_ten_thousand_equations():
    graph = trace(chained(3333), jnp.ones(3))
    assert len(graph.edges) == 3 * 3333 + 1
    assert len({node.name for node in graph.nodes}) == len(graph.nodes)
    np.testing.assert_allclose(graph.gradients["x"], jax.grad(chained(3333))(jnp.ones(3)), rtol=1e-3)
    assert len(graph.to_text()) > len(graph.edges)


def test_ten_times_the_equations_are_compiled_no_more_often():
    trace(chained(2), jnp.ones(5))
    compiled = []

    def count(event: str, duration_secs: float, **kwargs: str | int) -> None:
        if event.endswith("backend_compile_duration"):
            compiled.append(event)

    jax.monitoring.register_event_duration_secs_listener(count)
    trace(chained(2), jnp.ones(7))
    few = len(compiled)
    trace(chained(20), jnp.ones(9))
    jax.monitoring.unregister_event_duration_listener(count)
    assert 0 < len(compiled) - few <= few


def test_a_large_operand_beside_a_small_one_costs_no_large_jacobian():
    # 64 results by 500 000 numbers would be 128 MB a copy, and 4096 of them more than memory holds.
    table = jnp.ones((250, 64, 64))

    @jax.custom_jvp
    def weighted(scale, table):
        return jnp.sum(table, 0) * scale

    weighted.defjvp(lambda p, t: (weighted(*p), weighted(p[0], t[1]) + t[0] * jnp.sum(p[1], 0)))
    graph = trace(lambda scale, table: jnp.sum(weighted(scale, table)), 2.0, table)
    assert [edge.local is None for edge in graph.edges if edge.target == "weighted"] == [False, True]
    assert graph.gradients["table"].shape == table.shape


def test_several_threads_at_once():
    found = []

    def go():
        found.append(float(trace(chained(3), jnp.ones(4)).value))

    threads = [threading.Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [found[0]] * 4
