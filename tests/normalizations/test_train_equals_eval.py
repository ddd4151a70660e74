"""With momentum 0 the running averages are the batch's, and evaluation does what training did."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.normalizations import BatchNormState, batch_norm
from bnact.normalizations.lifecycle import reestimated
from bnact.numerics import units
from tests.normalizations.every_norm import (
    FEATURES,
    applied,
    every_remembering_norm,
    initialized,
    made,
)

# The promise of issue 4, in units of the last place of the output's type, element by element.
BOUND = 1
# (mean, standard deviation): variances up to 1e9, means up to 1e7 times the spread.
SPREADS = ((0.0, 1.0), (1.0, 1.0), (0.0, 31623.0), (1e4, 1.0), (1e4, 31623.0), (1e7, 1.0), (-3e-3, 1e-3))
# A ghost batch is the whole batch here; otherwise training and evaluation differ by what it is.
WHOLE = {"ghost_batch": {"size": 10000}}


def batches(dtype, size):
    """One batch for each spread; float16 holds no more than 65504."""
    rng = np.random.default_rng(size)
    x = np.stack([rng.normal(*spread, size=(size // 2, 2, FEATURES)) for spread in SPREADS])
    return jnp.asarray(np.clip(x, -65000, 65000) if dtype == "float16" else x, dtype)


@functools.partial(jax.jit, static_argnames=("norm", "train"))
def applied_to_each(norm, params, states, x, train):
    """Each batch with its own state."""
    return jax.vmap(lambda state, x: norm.apply(params, state, x, train=train))(states, x)


def trained_and_evaluated(norm, x):
    """The second of two equal steps of training, and evaluation after the first."""
    params, state = initialized(norm)
    first = jax.tree.map(lambda leaf: jnp.broadcast_to(leaf, (len(x), *leaf.shape)), state)
    _, states = applied_to_each(norm, params, first, x, True)
    trained, _ = applied_to_each(norm, params, states, x, True)
    return params, states, trained, applied_to_each(norm, params, states, x, False)[0]


def units_apart(a, b):
    return units(a, np.asarray(b, np.float64), b.dtype).max()


@every_remembering_norm
@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
@pytest.mark.parametrize("size", [64, pytest.param(4096, marks=pytest.mark.slow)])
def test_training_equals_evaluation_to_a_unit_of_the_last_place(name, dtype, size):
    norm = made(name, momentum=0.0, **WHOLE.get(name, {}))
    _, _, trained, evaluated = trained_and_evaluated(norm, batches(dtype, size))
    # Without a division, a difference of float16 numbers may be larger than all of them.
    assert np.all(np.isfinite(np.asarray(trained, np.float64))) or name == "mean_only_batch"
    assert units_apart(evaluated, trained) <= BOUND


@pytest.mark.parametrize("name", ["batch", "ghost_batch", "batch_renorm", "mean_only_batch"])
def test_a_mean_kept_in_one_number_is_caught(name):
    norm = made(name, momentum=0.0, **WHOLE.get(name, {}))
    params, states, trained, _ = trained_and_evaluated(norm, batches("float32", 64))
    rounded, _ = applied_to_each(
        norm, params, states._replace(correction=None), batches("float32", 64), False
    )
    assert units_apart(rounded, trained) > 1000


def test_averages_in_half_precision_are_caught():
    norm = made("batch", momentum=0.0)
    x = batches("float16", 64)
    params, states, trained, _ = trained_and_evaluated(norm, x)
    narrow = states._replace(variance=states.variance.astype(jnp.float16))
    assert units_apart(applied_to_each(norm, params, narrow, x, False)[0], trained) > 1000


def test_exact_statistics_evaluate_as_training_does_at_any_mean():
    norm = batch_norm()
    params, state = norm.init(FEATURES)
    for x in batches("float32", 64):
        trained, _ = norm.apply(params, state, x)
        evaluated, _ = norm.apply(params, reestimated(state, [x]), x, train=False)
        assert units_apart(evaluated, trained) <= BOUND


def test_averages_far_from_zero_lose_nothing_by_rounding_each_step():
    norm = batch_norm(momentum=0.9)
    params, state = norm.init(1)
    rng, exact = np.random.default_rng(0), 0.0
    step = jax.jit(norm.apply)
    for _ in range(100):
        x = rng.normal(1e6, 1.0, size=(32, 1)).astype(np.float32)
        _, state = step(params, state, x)
        exact = 0.9 * exact + 0.1 * np.mean(x.astype(np.float64))
    # Each step rounds a change of the mean, not the mean: 1e6 has a spacing of 0.06, and its first step,
    # of 1e5, one of 0.008, of which 0.9^99 is left.
    assert abs(float(state.mean[0]) + float(state.correction[0]) - exact) < 1e-4
    assert abs(float(state.mean[0]) - exact) > 1e-4 or float(state.correction[0]) == 0


def test_a_state_without_a_correction_stays_without_one():
    norm = batch_norm(momentum=0.5)
    params, state = norm.init(2)
    one = BatchNormState(state.mean, state.variance, state.count)
    x = jnp.asarray(np.random.default_rng(0).normal(3.0, 2.0, size=(8, 2)), jnp.float32)
    _, after = norm.apply(params, one, x)
    assert after.correction is None
    np.testing.assert_allclose(after.mean, norm.apply(params, state, x)[1].mean, rtol=1e-6)


FAR = jnp.asarray(np.random.default_rng(1).normal((1e7, -3.3e6, 0.3), 1.0, size=(64, 3)), jnp.float32)


def evaluation_less_training(norm, updates, read=lambda state: state):
    """The largest distance, in deviations, after that many updates with one batch whose means are far."""
    params, state = norm.init(FAR.shape[-1])
    trained = FAR
    for _ in range(updates):
        trained, state = applied(norm, params, state, FAR)
    evaluated, _ = applied(norm, params, read(state), FAR, train=False)
    return np.abs(np.asarray(evaluated, np.float64) - np.asarray(trained, np.float64)).max()


@pytest.mark.parametrize("updates", [1, 2, 5, 50])
@pytest.mark.parametrize(
    "settings",
    [{"momentum": None}, *({"momentum": momentum, "debias": True} for momentum in (0.5, 0.9, 0.99, 0.9999))],
)
def test_averages_of_one_batch_evaluate_as_training_does_at_any_mean(settings, updates):
    assert evaluation_less_training(made("batch", **settings), updates) < 2e-6


@pytest.mark.parametrize("momentum", [0.0, 0.9, 0.999])
@pytest.mark.parametrize("updates", [1, 7])
def test_debiased_exact_statistics_evaluate_as_training_does_at_any_mean(momentum, updates):
    norm = made("batch", momentum=momentum, debias=True)
    apart = evaluation_less_training(
        norm, updates, lambda state: reestimated(state, [FAR], debiased_momentum=momentum)
    )
    assert apart < 2e-6


def test_averages_read_in_one_number_are_caught():
    norm = batch_norm(momentum=0.9, debias=True)
    assert evaluation_less_training(norm, 1, lambda state: state._replace(correction=None)) > 1e-2
