"""Directions counted where it is known how many there are, and against numpy in float64."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.probes import effective_rank, participation_ratio

BOTH = rank_of, ratio_of = jax.jit(effective_rank), jax.jit(participation_ratio)
RNG = np.random.default_rng(0)


def spread(values, examples=50):
    """Centred data whose singular values are these."""
    left = np.linalg.qr(RNG.normal(size=(examples, len(values))))[0]
    left = np.linalg.qr(left - left.mean(0))[0]
    return left * np.asarray(values) @ np.linalg.qr(RNG.normal(size=(len(values), len(values))))[0]


@pytest.mark.parametrize("probe", BOTH)
@pytest.mark.parametrize("equal", [1, 2, 7])
def test_equal_directions_are_counted(probe, equal):
    x = spread([3.0] * equal + [0.0] * (8 - equal))
    np.testing.assert_allclose(probe(jnp.asarray(x, jnp.float32)), equal, rtol=2e-4)


@pytest.mark.parametrize("shape", [(30, 5), (5, 30)])
def test_against_numpy(shape):
    x = RNG.normal(size=shape) * np.linspace(0.1, 3, shape[1]) + 5
    values = np.linalg.svd(x - x.mean(0), compute_uv=False)
    values = values[values > 1e-9 * values[0]]
    shares = values / values.sum()
    rank = np.exp(-np.sum(shares * np.log(shares)))
    ratio = np.sum(values**2) ** 2 / np.sum(values**4)
    np.testing.assert_allclose(rank_of(jnp.asarray(x, jnp.float32)), rank, rtol=1e-4)
    np.testing.assert_allclose(ratio_of(jnp.asarray(x, jnp.float32)), ratio, rtol=1e-5)
    # What would be wrong: shares of squares, and no centre.
    squared = values**2 / np.sum(values**2)
    assert abs(np.exp(-np.sum(squared * np.log(squared))) / rank - 1) > 0.05
    plain = np.linalg.svd(x, compute_uv=False)
    assert abs(np.sum(plain**2) ** 2 / np.sum(plain**4) / ratio - 1) > 0.05


def test_the_ratio_of_a_normal_sample():
    x = jax.random.normal(jax.random.key(0), (400, 50))
    assert ratio_of(x) == pytest.approx(1 / (1 / 50 + 1 / 400), rel=0.01)


@pytest.mark.parametrize("probe", BOTH)
def test_a_constant_has_no_direction(probe):
    assert jnp.isnan(probe(jnp.full((5, 30), 0.1)))
