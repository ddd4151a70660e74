"""Every norm that remembers: what it learns of the batches, and from which it learns nothing."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tests.normalizations.every_norm import (
    ALIKE,
    FEATURES,
    applied,
    assert_trees_close,
    every_norm,
    every_remembering_norm,
    initialized,
    inputs,
    made,
    of_rank,
)

# Of each average, what it is the average of.
STATISTICS = {
    "mean": lambda x: x.mean(0),
    "variance": lambda x: x.var(0),
    "mean_square": lambda x: (x**2).mean(0),
}


def batches(number):
    return [inputs("batch", 4, 3, mean=2.0, seed=seed).astype(np.float32) for seed in range(number)]


@every_remembering_norm
@pytest.mark.parametrize("momentum", [0.0, 0.5, 1.0])
def test_the_averages_are_exponential(name, momentum):
    norm = made(name, momentum=momentum)
    params, state = norm.init(FEATURES)
    averaged = STATISTICS.keys() & set(state._fields)
    expected = {field: np.asarray(getattr(state, field), np.float64) for field in averaged}
    for x in batches(3):
        _, state = applied(norm, params, state, x)
        flat = x.astype(np.float64).reshape(-1, FEATURES)
        for field in averaged:
            expected[field] = momentum * expected[field] + (1 - momentum) * STATISTICS[field](flat)
    for field in averaged:
        np.testing.assert_allclose(getattr(state, field), expected[field], rtol=1e-6)
    assert state.count == 3


@every_remembering_norm
def test_after_momentum_zero_training_and_evaluation_agree(name):
    norm = made(name, momentum=0.0, **ALIKE.get(name, {}))
    params, state = initialized(norm)
    (x,) = batches(1)
    _, state = applied(norm, params, state, x)
    trained, _ = applied(norm, params, state, x)
    evaluated, after = applied(norm, params, state, x, train=False)
    np.testing.assert_allclose(evaluated, trained, rtol=1e-5, atol=1e-5)
    jax.tree.map(np.testing.assert_array_equal, after, state)


@every_remembering_norm
def test_evaluation_treats_an_example_as_among_others(name):
    norm = made(name)
    params, state = initialized(norm)
    x = inputs(name, 8).astype(np.float32)
    _, state = applied(norm, params, state, 2 * x)
    together, _ = applied(norm, params, state, x, train=False)
    alone = jax.jit(jax.vmap(lambda x: norm.apply(params, state, x, train=False)[0]))(x)
    np.testing.assert_allclose(alone, together, atol=1e-6)


@every_remembering_norm
def test_no_gradient_flows_through_the_state(name):
    norm = made(name)
    params, state = norm.init(FEATURES)

    def loss(x):
        after = norm.apply(params, state, x)[1]
        return sum(jnp.sum(leaf) for leaf in after if leaf.dtype == jnp.float32)

    np.testing.assert_array_equal(jax.jit(jax.grad(loss))(batches(1)[0]), 0)


@every_remembering_norm
@pytest.mark.parametrize("shape", [(FEATURES,), (1, FEATURES), (1, 1, FEATURES)])
def test_a_single_example_in_training_is_refused(name, shape):
    norm = made(name)
    params, state = norm.init(FEATURES)
    match = r"training takes statistics over at least 2 examples; got 1, x of shape .*; use train=False, or"
    with pytest.raises(ValueError, match=match):
        norm.apply(params, state, jnp.ones(shape))
    assert norm.apply(params, state, jnp.ones(shape), train=False)[0].shape == shape


@every_remembering_norm
def test_per_example_gradients_in_training_are_refused(name):
    norm = made(name)
    params, state = norm.init(FEATURES)
    with pytest.raises(ValueError, match="at least 2 examples; got 1"):
        jax.vmap(jax.grad(lambda x: jnp.sum(norm.apply(params, state, x)[0])))(jnp.ones((8, FEATURES)))


@every_remembering_norm
def test_unequal_counts_are_weighted(name):
    norm = made(name, momentum=0.0)
    params, state = norm.init(FEATURES)
    x = inputs(name, 2, 4, mean=1.0).astype(np.float32)
    mask = np.array([[True] * 4, [True, True, False, False]])[..., None]
    member = jax.vmap(
        lambda x, mask: norm.apply(params, state, x, mask=mask, axis_name="devices")[1], axis_name="devices"
    )
    counted = x[mask[..., 0]].astype(np.float64)
    after = jax.jit(member)(x, mask)
    for field, value in after._asdict().items():
        if field in STATISTICS:
            np.testing.assert_allclose(value[0], STATISTICS[field](counted), rtol=1e-5)
            np.testing.assert_array_equal(value[0], value[1])


@every_remembering_norm
def test_a_batch_masked_but_for_one_leaves_the_state(name):
    norm = made(name)
    params, state = initialized(norm)
    mask = np.arange(4)[:, None] == 1
    y, after = applied(norm, params, state, inputs(name, 4).astype(np.float32), mask=mask)
    assert np.all(np.isfinite(y))
    jax.tree.map(np.testing.assert_array_equal, after, state)


@every_remembering_norm
def test_other_features_than_the_state_are_refused(name):
    norm = made(name)
    params, _ = norm.init(4)
    _, state = norm.init(3)
    match = r"must match the state; got x of shape \(6, 4\), .* of shape \(3,\); use init\(4\), or"
    with pytest.raises(ValueError, match=match):
        norm.apply(params, state, jnp.ones((6, 4)))


@every_norm
def test_the_order_of_the_examples_is_irrelevant(name):
    norm = made(name, **ALIKE.get(name, {}))
    params, state = initialized(norm)
    x = inputs(name, 16, mean=3.0).astype(np.float32)
    mask = of_rank(name, np.arange(16)[:, None] % 5 != 1)
    order = np.random.default_rng(1).permutation(16)
    y, after = applied(norm, params, state, x, mask=np.broadcast_to(mask, x.shape))
    shuffled, shuffled_after = applied(
        norm, params, state, x[order], mask=np.broadcast_to(mask, x.shape)[order]
    )
    assert_trees_close((shuffled, shuffled_after), (np.asarray(y)[order], after), 1e-6)
