"""Statistics in one shape for every norm."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.fused import statistics
from bnact.normalizations import STANDARDIZATIONS, reduced_axes
from bnact.numerics import moments

NORMS = list(STANDARDIZATIONS.values())
X = jnp.asarray(np.random.default_rng(0).normal(3.0, 2.0, (6, 5, 4)), jnp.float32)


@pytest.mark.parametrize("chosen", range(len(NORMS)), ids=list(STANDARDIZATIONS))
def test_every_norm_of_a_table_has_the_same_shapes(chosen):
    taken = statistics.statistics(NORMS, chosen, X)
    assert taken.batch is not None
    assert taken.features is not None
    assert {leaf.shape for leaf in taken.batch} == {(4,)}
    assert {leaf.shape for leaf in taken.features} == {(6, 5)}
    parts = {"batch": taken.batch, "features": taken.features}
    for axes, part in parts.items():
        kind = NORMS[chosen]
        if kind.axes != axes:
            jax.tree.map(lambda leaf: np.testing.assert_array_equal(leaf, 0), part)
        else:
            expected = moments(X, reduced_axes(kind, 3), centered=kind.centered)
            jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6), part, expected)


@pytest.mark.parametrize("name", list(STANDARDIZATIONS))
def test_what_no_norm_of_the_table_uses_is_not_there(name):
    taken = statistics.statistics([STANDARDIZATIONS[name]], 0, X)
    assert (taken.batch is not None) == (STANDARDIZATIONS[name].axes == "batch")
    assert (taken.features is not None) == (STANDARDIZATIONS[name].axes == "features")


def test_statistics_of_the_batch_are_those_of_the_counted():
    chosen = list(STANDARDIZATIONS).index("batch")
    taken = statistics.statistics(NORMS, chosen, X.at[4:].set(jnp.nan), counted=4)
    expected = moments(X[:4], (0, 1))
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6), taken.batch, expected)


@pytest.mark.parametrize("name", list(STANDARDIZATIONS))
def test_a_part_without_statistics_changes_nothing(name):
    chosen, kind = list(STANDARDIZATIONS).index(name), STANDARDIZATIONS[name]
    by = statistics.standardizers(statistics.statistics(NORMS, chosen, X), X, 1e-5)
    y = statistics.standardized(X, by)
    assert len(by) == 2
    if kind.axes == "none":
        np.testing.assert_array_equal(y, X)
        return
    axes = reduced_axes(kind, 3)
    centred = X - np.mean(X, axes, keepdims=True) * float(kind.centered)
    expected = centred / np.sqrt(np.mean(centred**2, axes, keepdims=True) + 1e-5)
    np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-5)
