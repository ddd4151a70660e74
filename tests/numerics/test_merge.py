"""Moments of parts merge into those of the whole."""

import jax
import jax.numpy as jnp
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bnact.numerics import Moments, deviation, merge, moments
from bnact.numerics.merge import merge_all
from tests.numerics.samples import (
    CONSTANTS,
    MEANS,
    assert_close_to_float64,
    merged_pair,
    moments_of,
    normal,
    true_mean,
)


def joined(parts, order):
    merged = of_part(parts[order[0]])
    for index in order[1:]:
        merged = merged_pair(merged, of_part(parts[index]))
    return merged


def of_part(part):
    """The moments of a part, at one padded size so that every example shares one compiled function."""
    padded = np.zeros((40, 2), np.float32)
    padded[: len(part)] = part
    return moments_of(padded, mask=np.arange(40)[:, None] < len(part))


@given(
    sizes=st.lists(st.integers(0, 40), min_size=2, max_size=5),
    mean=st.sampled_from(MEANS),
    drift=st.sampled_from([0.0, 1.0, 100.0]),
    seed=st.integers(0, 100),
)
def test_any_split_in_any_order_equals_the_whole(sizes, mean, drift, seed):
    if sum(sizes) < 3:
        sizes = [*sizes, 3]
    parts = [normal((size, 2), mean + drift * i, seed + i) for i, size in enumerate(sizes)]
    whole = np.concatenate(parts)
    order = np.random.default_rng(seed).permutation(len(parts))
    for merged in (joined(parts, range(len(parts))), joined(parts, order)):
        np.testing.assert_array_equal(merged.count, len(whole))
        assert_close_to_float64(merged, whole, 0, bound=2e-6)


@given(sizes=st.tuples(*[st.integers(0, 20)] * 3), mean=st.sampled_from(MEANS), seed=st.integers(0, 100))
def test_merge_is_associative(sizes, mean, seed):
    a, b, c = (of_part(normal((n, 2), mean, seed + i)) for i, n in enumerate(sizes))
    left, right = merged_pair(merged_pair(a, b), c), merged_pair(a, merged_pair(b, c))
    np.testing.assert_array_equal(left.count, right.count)
    np.testing.assert_allclose(left.squares, right.squares, rtol=2e-6, atol=1e-6)
    np.testing.assert_allclose(true_mean(left) - true_mean(right), 0, atol=1e-6)


def test_an_empty_set_is_neutral_exactly():
    some, empty = of_part(normal((9, 2), 1e7)), moments_of(np.zeros((0, 2), np.float32))
    for merged in (merged_pair(some, empty), merged_pair(empty, some)):
        jax.tree.map(np.testing.assert_array_equal, merged, some)
    jax.tree.map(np.testing.assert_array_equal, merged_pair(empty, empty), empty)


def test_merged_constants_stay_constant():
    x = np.broadcast_to(np.asarray([CONSTANTS], np.float32), (100, len(CONSTANTS)))

    @jax.jit
    def merged_and_deviation(x):
        merged = merge(moments(x, 0), moments(x[:33], 0))
        return merged, deviation(x, merged, 0)

    merged, distances = merged_and_deviation(x)
    np.testing.assert_array_equal(merged.squares, 0)
    np.testing.assert_array_equal(distances, 0)


def test_merge_of_squares_about_zero():
    x = normal((10, 3), 5.0)
    merged = merged_pair(*(moments_of(part, centered=False) for part in (x[:3], x[3:])))
    np.testing.assert_allclose(merged.squares, (x.astype(np.float64) ** 2).sum(0), rtol=1e-6)
    np.testing.assert_array_equal(merged.mean, 0)


def test_merge_is_differentiable():
    with jax.enable_x64(True):
        x = jnp.asarray(np.random.default_rng(0).normal(size=(7, 2)))

        def split(x):
            merged = merge(moments(x[:3], 0), moments(x[3:], 0))
            return jnp.stack([merged.mean, merged.squares])

        def whole(x):
            return jnp.stack([jnp.mean(x, 0), jnp.sum((x - jnp.mean(x, 0, keepdims=True)) ** 2, 0)])

        np.testing.assert_allclose(
            jax.jit(jax.jacrev(split))(x), jax.jit(jax.jacrev(whole))(x), rtol=1e-12, atol=1e-12
        )


def test_merge_as_the_carry_of_a_scan():
    x = normal((16, 32, 3), 1e6)
    empty = Moments(*(jnp.zeros(3) for _ in Moments._fields))
    merged, _ = jax.lax.scan(
        lambda carry, part: (merge(carry, moments(part, 0)), None), empty, jnp.asarray(x)
    )
    assert_close_to_float64(merged, x.reshape(-1, 3), 0, bound=2e-6)


@given(
    sizes=st.lists(st.integers(0, 40), min_size=1, max_size=5).filter(lambda sizes: sum(sizes) >= 9),
    mean=st.sampled_from(MEANS),
    drift=st.sampled_from([0.0, 1.0, 100.0]),
    seed=st.integers(0, 100),
)
def test_all_parts_at_once_equal_the_whole(sizes, mean, drift, seed):
    parts = [normal((size, 2), mean + drift * i, seed + i) for i, size in enumerate(sizes)]
    whole = np.concatenate(parts)
    stacked = jax.tree.map(lambda *fields: jnp.stack(fields), *map(of_part, parts))
    merged = jax.jit(merge_all)(stacked)
    np.testing.assert_array_equal(merged.count, np.full(2, len(whole), np.float32))
    assert_close_to_float64(merged, whole, 0, bound=2e-6)


def test_parts_without_values_are_neutral_exactly_whatever_stands_there():
    some = of_part(normal((9, 2), 1e7))
    nothing = Moments(jnp.zeros(2), *(jnp.full(2, jnp.nan) for _ in range(3)))
    merged = jax.jit(merge_all)(jax.tree.map(lambda *fields: jnp.stack(fields), nothing, some, nothing))
    jax.tree.map(np.testing.assert_array_equal, merged, some)
