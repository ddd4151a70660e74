"""What users of other libraries ask for again and again, each as a short test of its own.

The numbers are those of "Twenty things users ask for". The twentieth, of activations, has its tests there.
That the norms need no flax is what `tests/test_layers.py` shows of the whole package; what goes wrong
elsewhere for certain inputs is in `test_wrong_elsewhere.py`.
"""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.normalizations import batch_norm, batch_renorm, ghost_batch_norm
from bnact.normalizations.lifecycle import (
    drift,
    folded,
    frozen,
    frozen_gradients,
    leave_one_out_gradients,
    merged_moments,
    microbatched,
    reestimated,
    summing_gradients,
)

FEATURES = 3
X = jnp.asarray(np.random.default_rng(0).normal(2.0, 3.0, size=(12, FEATURES)), jnp.float32)
NORM = batch_norm()
PARAMS, STATE = NORM.init(FEATURES)


def trained(norm, steps, mean=0.0):
    """The state after batches of 128 from N(mean, 5)."""
    params, state = norm.init(FEATURES)
    step = jax.jit(norm.apply)
    for seed in range(steps):
        x = np.random.default_rng(seed).normal(mean, 5.0, size=(128, FEATURES)).astype(np.float32)
        _, state = step(params, state, x)
    return params, state


def test_1_momentum_is_the_weight_of_the_old_value():
    _, state = batch_norm(momentum=0.9).apply(PARAMS, STATE, X)
    np.testing.assert_allclose(state.mean, 0.1 * X.mean(0), rtol=1e-6)
    assert not np.allclose(state.mean, 0.9 * X.mean(0), rtol=1e-2)  # torch's reading of the same number


def test_2_the_running_variance_is_biased_unless_asked():
    two = X[:2]
    biased, unbiased = (batch_norm(momentum=0.0, bessel=bessel) for bessel in (False, True))
    for norm, ddof in ((biased, 0), (unbiased, 1)):
        _, state = norm.apply(PARAMS, STATE, two)
        np.testing.assert_allclose(state.variance, np.var(two, 0, ddof=ddof), rtol=1e-6)


def test_3_no_variance_is_negative_or_nan():
    x = 1e4 + 1e-2 * X
    y, state = batch_norm(momentum=0.0).apply(PARAMS, STATE, x)
    np.testing.assert_allclose(state.variance, np.var(np.asarray(x, np.float64), 0), rtol=1e-5)
    assert np.all(np.isfinite(y))
    assert np.any(np.asarray(jnp.mean(x * x, 0) - jnp.mean(x, 0) ** 2) < -1e-3)  # what others subtract


def test_4_training_normalizes_with_the_batch_and_not_with_an_average():
    weights_of_sum = jnp.arange(12.0)[:, None] % 5

    def gradient(momentum):
        norm = batch_norm(momentum=momentum)
        return jax.grad(lambda x: jnp.sum(weights_of_sum * norm.apply(PARAMS, STATE, x)[0]))(X)

    np.testing.assert_array_equal(gradient(0.99), gradient(0.0))


def test_5_evaluation_can_be_near_training_after_few_steps():
    x = np.random.default_rng(99).normal(10.0, 5.0, size=(4096, FEATURES)).astype(np.float32)

    def distance(norm, params, state):
        y, _ = norm.apply(params, state, x, train=False)
        return max(abs(float(jnp.mean(y))), abs(float(jnp.std(y)) - 1))

    plain, exact = batch_norm(), batch_norm(debias=True)
    assert distance(plain, *trained(plain, 20, mean=10.0)) > 0.5  # the start still has weight 0.99^20 = 0.82
    # The means of 20 batches of 128 are off by 1 / sqrt(2560) = 0.02 deviations.
    assert distance(exact, *trained(exact, 20, mean=10.0)) < 0.06


def test_6_a_mask_is_as_dropping_rows():
    mask = (jnp.arange(12) % 3 != 1)[:, None]
    y, state = NORM.apply(PARAMS, STATE, jnp.where(mask, X, jnp.nan), mask=mask)
    rows = np.flatnonzero(mask)
    expected, expected_state = NORM.apply(PARAMS, STATE, X[rows])
    np.testing.assert_allclose(y[rows], expected, atol=1e-6)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-6), state, expected_state)


def test_7_statistics_of_all_devices_or_of_each_as_asked():
    def apply(axis_name):
        return jax.jit(
            jax.vmap(lambda x: NORM.apply(PARAMS, STATE, x, axis_name=axis_name)[0], axis_name="devices")
        )(X.reshape(4, 3, FEATURES))

    everything, _ = NORM.apply(PARAMS, STATE, X)
    np.testing.assert_allclose(apply("devices").reshape(X.shape), everything, atol=1e-6)
    alone, _ = NORM.apply(PARAMS, STATE, X[:3])
    np.testing.assert_allclose(apply(None)[0], alone, atol=1e-6)


def test_8_the_state_goes_through_scan_in_training_and_evaluation():
    batches = X.reshape(4, 3, FEATURES)

    def layers(state, x):
        y, state = NORM.apply(PARAMS, state, x)
        return state, (y, NORM.apply(PARAMS, state, x, train=False)[0])

    after, (y, evaluated) = jax.lax.scan(layers, STATE, batches)
    assert after.count == 4
    np.testing.assert_allclose(y[0], NORM.apply(PARAMS, STATE, batches[0])[0], atol=1e-6)
    assert evaluated.shape == y.shape


def test_9_members_under_vmap_have_their_own_state():
    states = jax.tree.map(lambda leaf: jnp.stack([leaf] * 4), STATE)
    batches = X.reshape(4, 3, FEATURES)
    y, after = jax.jit(jax.vmap(lambda state, x: NORM.apply(PARAMS, state, x)))(states, batches)
    for member in range(4):
        alone, state = NORM.apply(PARAMS, STATE, batches[member])
        np.testing.assert_allclose(y[member], alone, atol=1e-6)
        np.testing.assert_allclose(after.mean[member], state.mean, rtol=1e-6)


def test_10_eval_shape_needs_no_numbers():
    params, state = jax.eval_shape(lambda: NORM.init(FEATURES))
    y, after = jax.eval_shape(NORM.apply, params, state, jax.ShapeDtypeStruct((12, FEATURES), jnp.bfloat16))
    assert (y.shape, y.dtype) == ((12, FEATURES), jnp.bfloat16)
    assert after == state


def loss(weights, example, train, mask, axis_name):
    y, _ = NORM.apply(PARAMS, STATE, weights * example, train, mask, axis_name)
    return jnp.sum(jnp.sin(y))


def test_11_the_gradient_of_one_example_is_refused_or_has_a_declared_meaning():
    def undeclared(x):
        return loss(jnp.ones(FEATURES), x, True, None, None)

    with pytest.raises(ValueError, match="at least 2 examples; got 1, .*; for gradients of single examples"):
        jax.vmap(jax.grad(undeclared))(X)
    kernel = jnp.linspace(0.5, 2.0, FEATURES)
    declared = (frozen_gradients, leave_one_out_gradients, summing_gradients)
    of_meaning = {meaning: jax.jit(functools.partial(meaning, loss))(kernel, X) for meaning in declared}
    for rows in of_meaning.values():
        assert rows.shape == X.shape
        assert np.all(np.isfinite(rows))
    whole = jax.grad(lambda kernel: jnp.sum(jnp.sin(NORM.apply(PARAMS, STATE, kernel[None] * X)[0])))(kernel)
    np.testing.assert_allclose(of_meaning[summing_gradients].sum(0), whole, atol=1e-5)


def test_12_a_batch_of_one_is_refused_in_training():
    with pytest.raises(
        ValueError, match="at least 2 examples; got 1, .*; use train=False, or a larger batch"
    ):
        NORM.apply(PARAMS, STATE, X[:1])
    assert np.any(np.asarray(NORM.apply(PARAMS, STATE, X[:1], train=False)[0]) != 0)


def test_13_a_frozen_norm_learns_scale_and_bias_alone():
    still = frozen(NORM)
    y, state = still.apply(PARAMS, STATE, X)
    np.testing.assert_array_equal(y, NORM.apply(PARAMS, STATE, X, train=False)[0])
    jax.tree.map(np.testing.assert_array_equal, state, STATE)
    gradient = jax.grad(lambda params: jnp.sum(still.apply(params, STATE, X)[0]))(PARAMS)
    assert np.all(np.asarray(gradient.scale) != 0)


def test_14_a_norm_folds_into_the_map_before_it():
    kernel = jnp.asarray(np.random.default_rng(1).normal(size=(FEATURES, FEATURES)), jnp.float32)
    params, state = trained(NORM, 3)
    dense = folded(NORM, params, state, kernel)
    expected, _ = NORM.apply(params, state, X @ kernel, train=False)
    np.testing.assert_allclose(X @ dense.kernel + dense.bias[None], expected, atol=1e-5)


def test_15_averaged_weights_get_statistics_of_their_own():
    kernel = 0.5 * (jnp.eye(FEATURES) + jnp.ones((FEATURES, FEATURES)))
    hidden = X @ kernel
    assert np.abs(drift(STATE, merged_moments([hidden])).mean).max() > 0.1
    state = reestimated(STATE, [hidden[:5], hidden[5:]])
    y, _ = NORM.apply(PARAMS, state, hidden, train=False)
    np.testing.assert_allclose(y, NORM.apply(PARAMS, STATE, hidden)[0], atol=1e-5)


def test_16_accumulated_gradients_are_those_of_the_batch_and_ghosts_are_none_in_evaluation():
    layer = microbatched(lambda kernel, x: x * kernel[None], lambda kernel, y: jnp.sin(y), count=4)
    kernel = jnp.linspace(0.5, 2.0, FEATURES)
    in_parts = jax.grad(lambda kernel: jnp.sum(layer(kernel, PARAMS, STATE, X)[0]))(kernel)
    at_once = jax.grad(lambda kernel: jnp.sum(jnp.sin(NORM.apply(PARAMS, STATE, X * kernel[None])[0])))(
        kernel
    )
    np.testing.assert_allclose(in_parts, at_once, atol=1e-5)
    ghost = ghost_batch_norm(size=4)
    y, _ = ghost.apply(PARAMS, STATE, X, train=False)
    np.testing.assert_array_equal(y, NORM.apply(PARAMS, STATE, X, train=False)[0])


def test_17_recomputation_updates_the_averages_once():
    @jax.checkpoint
    def layer(params, state, x):
        y, state = NORM.apply(params, state, x)
        return jnp.sum(jnp.sin(y)), state

    @jax.jit
    def step(params, state, x):
        return jax.value_and_grad(layer, has_aux=True)(params, state, x)[0][1]

    after, expected = step(PARAMS, STATE, X), NORM.apply(PARAMS, STATE, X)[1]
    assert after.count == 1
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-6), after, expected)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_18_statistics_of_half_precision_are_float32(dtype):
    x = jnp.asarray(3e4 * np.sign(np.asarray(X) - np.asarray(X).mean(0)), dtype)
    y, state = batch_norm(momentum=0.0).apply(PARAMS, STATE, x)
    assert state.mean.dtype == state.variance.dtype == jnp.float32
    assert np.all(np.asarray(state.variance) > 65504)
    np.testing.assert_allclose(np.std(np.asarray(y, np.float64), 0), 1, rtol=1e-2)


def test_19_batch_renormalization_trains_as_it_evaluates():
    norm = batch_renorm()
    params, state = trained(norm, 200)
    x = jnp.asarray(np.random.default_rng(7).normal(0.0, 5.0, size=(64, FEATURES)), jnp.float32)
    np.testing.assert_allclose(
        norm.apply(params, state, x)[0], norm.apply(params, state, x, train=False)[0], atol=1e-5
    )
