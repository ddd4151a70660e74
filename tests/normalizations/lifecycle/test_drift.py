import jax.numpy as jnp
import numpy as np

from bnact.normalizations import BatchNormState, batch_norm
from bnact.normalizations.lifecycle import drift, merged_moments, reestimated


def state_of(mean, variance):
    return BatchNormState(jnp.float32(mean), jnp.float32(variance), jnp.int32(1))


X = jnp.asarray(np.random.default_rng(0).normal(5.0, 2.0, size=(100, 3)), jnp.float32)
EXACT = np.asarray(X, np.float64)


def test_the_distances_are_in_deviations_and_logarithms():
    state = state_of([1.0, 5.0, 6.0], [1.0, 4.0, 16.0])
    found = drift(state, merged_moments([X]))
    np.testing.assert_allclose(found.mean, (np.asarray(state.mean) - EXACT.mean(0)) / EXACT.std(0), rtol=1e-5)
    expected = np.log(np.asarray(state.variance) / EXACT.var(0))
    np.testing.assert_allclose(found.log_variance, expected, rtol=1e-4)


def test_exact_statistics_have_none():
    state = reestimated(batch_norm().init(3)[1], [X[:30], X[30:]])
    for values in drift(state, merged_moments([X])):
        np.testing.assert_allclose(values, 0, atol=1e-5)


def test_a_constant_feature_is_off_by_nothing_or_without_end():
    statistics = merged_moments([jnp.ones((5, 3), jnp.float32)])
    found = drift(state_of([1.0, 2.0, 0.0], [0.0, 1.0, 0.0]), statistics)
    np.testing.assert_array_equal(found.mean, [0, np.inf, -np.inf])
    np.testing.assert_array_equal(found.log_variance, [0, np.inf, 0])
    low = drift(state_of([5.0, 5.0, 5.0], [0.0, 1.0, 1.0]), merged_moments([X]))
    assert low.log_variance[0] == -np.inf


def test_the_text_begins_with_the_worst():
    state = state_of([1.0, 5.0, 6.0], [1.0, 4.0, 16.0])
    lines = drift(state, merged_moments([X])).to_text().splitlines()
    assert [line.split()[0] for line in lines] == ["feature", "0", "2", "1"]
    assert float(lines[1].split()[1]) < -1
    short = drift(state, merged_moments([X])).to_text(most=1).splitlines()
    assert short[1] == lines[1]
    assert short[2] == "and 2 features that are no further off"


def test_a_nan_comes_first():
    state = state_of([1.0, np.nan, 6.0], [1.0, 4.0, 16.0])
    assert drift(state, merged_moments([X])).to_text().splitlines()[1].split()[:2] == ["1", "nan"]
