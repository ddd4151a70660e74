"""Lanes spread over devices are a Python loop over lanes."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.distributed import function_of_lanes, population_mesh


def run(shared, lane):
    """Something with a loop, a random number and several outputs."""
    start = shared["offset"] + jax.random.normal(jax.random.key(lane["seed"]), (3,))
    end = jax.lax.fori_loop(0, 4, lambda i, x: jnp.sin(x * lane["rate"]) + shared["offset"], start)
    return {"end": end, "sum": jnp.sum(end)}


def lanes(count):
    return {"seed": jnp.arange(count, dtype=jnp.uint32), "rate": jnp.linspace(0.5, 2.0, count)}


SHARED = {"offset": jnp.float32(0.25)}


@pytest.mark.parametrize("count, way", [(8, "map"), (24, "map"), (24, "vmap")])
def test_a_python_loop(count, way):
    assert population_mesh().size == 8
    together = jax.jit(function_of_lanes(run, population_mesh(), way))(SHARED, lanes(count))
    single = jax.jit(run)
    for number in range(count):
        lane = jax.tree.map(lambda leaf, i=number: leaf[i], lanes(count))
        jax.tree.map(
            lambda one, other, i=number: np.testing.assert_allclose(one[i], other, rtol=1e-6),
            together,
            single(SHARED, lane),
        )


def test_a_lane_is_untouched_by_its_neighbours_and_its_place():
    spread_run = jax.jit(function_of_lanes(run, population_mesh()))
    expected = spread_run(SHARED, lanes(16))
    order = np.random.default_rng(0).permutation(16)
    shuffled = spread_run(SHARED, jax.tree.map(lambda leaf: leaf[order], lanes(16)))
    jax.tree.map(lambda a, b: np.testing.assert_array_equal(a, b[order]), shuffled, expected)
    lost = lanes(16)
    lost["rate"] = lost["rate"].at[3].set(jnp.nan)
    others = np.arange(16) != 3
    results = spread_run(SHARED, lost)
    assert np.all(np.isnan(results["end"][3]))
    jax.tree.map(lambda a, b: np.testing.assert_array_equal(a[others], b[others]), results, expected)


def test_the_lanes_lie_on_all_devices():
    result = jax.jit(function_of_lanes(run, population_mesh()))(SHARED, lanes(16))["sum"]
    assert len(result.sharding.device_set) == 8


def choose(index, lane):
    return jax.lax.switch(index, [jnp.sin, jnp.cos], lane)


def text_of(way, run, shared, given):
    return jax.jit(function_of_lanes(run, population_mesh(), way)).lower(shared, given).as_text()


@pytest.mark.parametrize("way", ["map", "vmap"])
def test_a_switch_on_shared_data_stays_a_branch(way):
    assert "stablehlo.case" in text_of(way, choose, jnp.int32(1), jnp.ones(16))


def test_a_switch_on_a_lanes_own_data_does_not_in_a_batch():
    def own(shared, lane):
        return choose(lane, shared)

    given = jnp.zeros(16, jnp.int32)
    assert "stablehlo.case" in text_of("map", own, jnp.float32(1), given)
    assert "stablehlo.case" not in text_of("vmap", own, jnp.float32(1), given)
