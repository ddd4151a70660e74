import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.normalizations import batch_norm, get
from bnact.normalizations.lifecycle import merged_moments, reestimated

SIZES = (7, 1, 12, 4)


def batches(mean=3.0, seed=0):
    """Batches of unequal sizes whose means differ, and all of them together in float64."""
    rng = np.random.default_rng(seed)
    parts = [rng.normal(mean + part, 1 + part, size=(size, 3)) for part, size in enumerate(SIZES)]
    parts = [part.astype(np.float32) for part in parts]
    return [jnp.asarray(part) for part in parts], np.concatenate(parts).astype(np.float64)


@pytest.mark.parametrize("name", ["batch", "ghost_batch", "batch_renorm"])
@pytest.mark.parametrize("bessel", [False, True])
def test_the_state_holds_the_statistics_of_all_batches(name, bessel):
    parts, whole = batches()
    state = reestimated(get(name)().init(3)[1], parts, bessel=bessel)
    np.testing.assert_allclose(state.mean, whole.mean(0), rtol=1e-6)
    np.testing.assert_allclose(state.variance, whole.var(0, ddof=int(bessel)), rtol=1e-6)
    assert state.count == 1
    # twins: the average of the batches' own statistics, each of weight one
    assert not np.allclose(np.mean([part.mean(0) for part in parts], 0), state.mean, rtol=1e-3)
    assert not np.allclose(np.mean([part.var(0) for part in parts], 0), state.variance, rtol=1e-3)


def test_what_masks_hide_is_not_there():
    parts, whole = batches()
    padded = [jnp.pad(part, ((0, 2), (0, 0)), constant_values=jnp.nan) for part in parts]
    masks = [(jnp.arange(len(part) + 2) < len(part))[:, None] for part in parts]
    state = reestimated(batch_norm().init(3)[1], zip(padded, masks, strict=True))
    np.testing.assert_allclose(state.mean, whole.mean(0), rtol=1e-6)
    np.testing.assert_allclose(state.variance, whole.var(0), rtol=1e-6)


def test_far_from_zero():
    parts, whole = batches(mean=1e6)
    statistics = merged_moments(parts)
    np.testing.assert_allclose(statistics.variance, whole.var(0), rtol=1e-5)


def test_over_the_members_of_a_mapped_axis():
    _, whole = batches()
    split = jnp.asarray(whole.reshape(2, 12, 3), jnp.float32)
    state = batch_norm().init(3)[1]

    def member(x):
        return reestimated(state, (x[:5], x[5:]), axis_name="devices")

    states = jax.jit(jax.vmap(member, axis_name="devices"))(split)
    for index in range(2):
        np.testing.assert_allclose(states.mean[index], whole.mean(0), rtol=1e-6)
        np.testing.assert_allclose(states.variance[index], whole.var(0), rtol=1e-6)


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.99, 0.9999])
@pytest.mark.parametrize("updates", [0, 3])
def test_a_debiased_norm_reads_the_exact_statistics(momentum, updates):
    parts, whole = batches()
    norm = batch_norm(momentum=momentum, debias=True, epsilon=0.0)
    params, state = norm.init(3)
    for _ in range(updates):
        _, state = norm.apply(params, state, parts[0])
    state = reestimated(state, parts, debiased_momentum=momentum)
    assert state.count == max(updates, 1)
    y, _ = norm.apply(params, state, jnp.asarray(whole, jnp.float32), train=False)
    np.testing.assert_allclose(y, (whole - whole.mean(0)) / whole.std(0), rtol=1e-4, atol=1e-5)


def test_a_feature_with_fewer_than_two_values_keeps_its_averages():
    state = batch_norm().init(2)[1]._replace(mean=jnp.float32([5, 6]), variance=jnp.float32([7, 8]))
    mask = jnp.asarray([[True, True], [True, False]])
    after = reestimated(state, [(jnp.float32([[1, 1], [3, 3]]), mask)])
    np.testing.assert_array_equal(after.mean, [2, 6])
    np.testing.assert_array_equal(after.variance, [1, 8])


def test_averaged_weights_of_two_layers_from_the_first_to_the_last():
    norm, rng = batch_norm(epsilon=0.0), np.random.default_rng(0)
    weights = [jnp.asarray(rng.normal(size=(3, 3)), jnp.float32) for _ in range(2)]
    params, state = norm.init(3)
    parts, whole = batches()
    first = reestimated(state, (part @ weights[0] for part in parts))

    def hidden(x):
        return jnp.tanh(norm.apply(params, first, x @ weights[0], train=False)[0]) @ weights[1]

    second = reestimated(state, (hidden(part) for part in parts))
    y, _ = norm.apply(params, second, hidden(jnp.asarray(whole, jnp.float32)), train=False)
    np.testing.assert_allclose(jnp.mean(y, 0), 0, atol=1e-5)
    np.testing.assert_allclose(jnp.std(y, 0), 1, rtol=1e-5)


def test_wrong_arguments_are_refused():
    state = batch_norm().init(3)[1]
    with pytest.raises(ValueError, match="at least 1 batch; got none; a spent iterator is empty"):
        reestimated(state, [])
    with pytest.raises(ValueError, match=r"must be in \[0, 1\]; got momentum=2"):
        reestimated(state, batches()[0], debiased_momentum=2)
    with pytest.raises(ValueError, match=r"must have the features of the state; got \(3,\) for \(2,\); give"):
        reestimated(batch_norm().init(2)[1], batches()[0])
    with pytest.raises(TypeError, match="must be a BatchNormState; got RunningMean; use the state of"):
        reestimated(get("mean_only_batch")().init(3)[1], batches()[0])
