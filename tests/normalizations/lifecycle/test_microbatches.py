import functools
import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.sharding import AxisType, PartitionSpec

from bnact.normalizations import batch_norm
from bnact.normalizations.lifecycle import microbatched
from tests.normalizations.every_norm import assert_trees_close

EXAMPLES, INPUTS, HIDDEN = 24, 5, 12


def before(weights, x):
    return jnp.matmul(x, weights["in"])


def after(weights, y):
    return jnp.matmul(jnp.tanh(y), weights["out"])


def weights_of(dtype, hidden=HIDDEN, inputs=INPUTS):
    rng = np.random.default_rng(0)
    drawn = {"in": rng.normal(size=(inputs, hidden)), "out": rng.normal(size=(hidden, inputs))}
    return jax.tree.map(lambda leaf: jnp.asarray(leaf / np.sqrt(len(leaf)), dtype), drawn)


def whole(weights, params, state, x, mask=None, axis_name=None):
    """The same layer at once."""
    norm = batch_norm(momentum=0.9)
    y, state = norm.apply(params, state, before(weights, x), mask=mask, axis_name=axis_name)
    return after(weights, y), state


@functools.partial(jax.jit, static_argnames="layer")
def outcome(layer, weights, params, state, x, mask=None):
    def loss(weights, params, x):
        y, after = layer(weights, params, state, x, mask)
        return jnp.sum(jnp.sin(y)), (y, after)

    return jax.grad(loss, argnums=(0, 1, 2), has_aux=True)(weights, params, x)


CASES = list(itertools.product([1, 3, 8, 24], [(), (4,)], [False, True]))
BY_DEFAULT = ((1, (), False), (3, (4,), True), (8, (), True), (24, (4,), False))


@pytest.mark.parametrize(
    "count, positions, masked",
    [pytest.param(*case, marks=[] if case in BY_DEFAULT else [pytest.mark.slow]) for case in CASES],
)
def test_outputs_averages_and_gradients_are_those_of_the_whole_batch(count, positions, masked):
    with jax.enable_x64(True):
        rng = np.random.default_rng(1)
        x = jnp.asarray(rng.normal(2.0, 1.0, size=(EXAMPLES, *positions, INPUTS)))
        mask = jnp.asarray(rng.random((EXAMPLES, *positions, 1)) < 0.7) if masked else None
        params, state = batch_norm().init(HIDDEN)
        arguments = (weights_of(jnp.float64), params, state, x, mask)
        expected = outcome(whole, *arguments)
        computed = outcome(microbatched(before, after, count, momentum=0.9), *arguments)
        assert_trees_close(computed, expected, 1e-6)  # scale, bias and their gradients are float32
        gradients = (computed[0][0], computed[0][2]), (expected[0][0], expected[0][2])
        assert_trees_close(*gradients, 1e-10)


def ghosts(weights, params, state, x, mask=None):
    """The twin: every microbatch standardized by itself."""
    parts = [whole(weights, params, state, part) for part in jnp.split(x, 3)]
    return jnp.concatenate([y for y, _ in parts]), parts[-1][1]


def constants(weights, params, state, x, mask=None):
    """The twin: the statistics of the whole batch, without a gradient."""
    norm = batch_norm(momentum=0.0)
    _, exact = norm.apply(params, state, before(weights, x))
    y, _ = norm.apply(params, jax.lax.stop_gradient(exact), before(weights, x), train=False)
    return after(weights, y), whole(weights, params, state, x)[1]


@pytest.mark.slow
def test_wrong_implementations_are_caught():
    x = jnp.asarray(np.random.default_rng(1).normal(size=(EXAMPLES, INPUTS)), jnp.float32)
    arguments = (weights_of(jnp.float32), *batch_norm().init(HIDDEN), x)
    gradients, (y, _) = outcome(microbatched(before, after, 3, momentum=0.9), *arguments)
    assert not np.allclose(outcome(ghosts, *arguments)[1][0], y, rtol=1e-3, atol=1e-3)
    wrong, (same, _) = outcome(constants, *arguments)
    np.testing.assert_allclose(same, y, rtol=1e-4, atol=1e-5)
    assert not np.allclose(wrong[2], gradients[2], rtol=1e-3, atol=1e-3)


def test_over_the_members_of_a_mapped_axis():
    x = jnp.asarray(np.random.default_rng(1).normal(size=(EXAMPLES, INPUTS)), jnp.float32)
    weights, (params, state) = weights_of(jnp.float32), batch_norm().init(HIDDEN)
    layer = microbatched(before, after, 4, momentum=0.9)

    def loss(layer, x):
        member = jax.vmap(
            lambda x: layer(weights, params, state, x, axis_name="devices")[0], axis_name="devices"
        )
        return jnp.sum(jnp.sin(member(x)))

    split = x.reshape(2, EXAMPLES // 2, INPUTS)
    computed, expected = (jax.jit(jax.grad(functools.partial(loss, each)))(split) for each in (layer, whole))
    np.testing.assert_allclose(computed, expected, rtol=1e-4, atol=1e-5)


def test_over_the_shards_of_a_batch():
    x = jnp.asarray(np.random.default_rng(1).normal(size=(EXAMPLES, INPUTS)), jnp.float32)
    weights, (params, state) = weights_of(jnp.float32), batch_norm().init(HIDDEN)
    split, same = PartitionSpec("batch"), PartitionSpec()

    def loss(layer, weights, x):
        def member(weights, x):
            return layer(weights, params, state, x, axis_name="batch")

        mesh = jax.make_mesh((2,), ("batch",), axis_types=(AxisType.Auto,))
        sharded = jax.shard_map(member, mesh=mesh, in_specs=(same, split), out_specs=(split, same))
        y, after = sharded(weights, x)
        return jnp.sum(jnp.sin(y)), (y, after)

    computed, expected = (
        jax.jit(jax.grad(functools.partial(loss, layer), argnums=(0, 1), has_aux=True))(weights, x)
        for layer in (microbatched(before, after, 4, momentum=0.9), whole)
    )
    assert_trees_close(computed, expected, 1e-4)


def temporary_bytes(layer, examples=2048, inputs=16, hidden=256):
    """What XLA says a gradient of the layer holds besides its arguments and results."""
    shapes = [
        jax.eval_shape(lambda: weights_of(jnp.float32, hidden, inputs)),
        *jax.eval_shape(lambda: batch_norm().init(hidden)),
        jax.ShapeDtypeStruct((examples, inputs), jnp.float32),
    ]
    analysis = outcome.lower(layer, *shapes).compile().memory_analysis()
    assert analysis is not None
    return analysis.temp_size_in_bytes


def test_the_memory_is_that_of_a_microbatch():
    at_once = temporary_bytes(whole)
    divided = temporary_bytes(microbatched(before, after, 16, momentum=0.9))
    assert at_once > 2048 * 256 * 4  # at least one hidden array of the whole batch
    assert divided < at_once / 4


def test_wrong_arguments_are_refused():
    params, state = batch_norm().init(HIDDEN)
    weights, x = weights_of(jnp.float32), jnp.ones((6, INPUTS))
    with pytest.raises(ValueError, match=r"count=4, 6 examples; use count in \(1, 2, 3, 6\)"):
        microbatched(before, after, 4)(weights, params, state, x)
    with pytest.raises(ValueError, match=r"examples on its first axis; got shape \(1, 1\) for 6 examples"):
        microbatched(before, after, 2)(weights, params, state, x, jnp.ones((1, 1), bool))
    with pytest.raises(ValueError, match="at least 2 examples; got 1"):
        microbatched(before, after, 1)(weights, params, state, x[:1])
    with pytest.raises(ValueError, match="last axis must match the parameters"):
        microbatched(lambda weights, x: x, after, 2)(weights, params, state, x)
    with pytest.raises(ValueError, match="count must be a whole number of at least 1; got count=0"):
        microbatched(before, after, 0)
    with pytest.raises(ValueError, match="epsilon must be finite and at least 0; got epsilon=-1"):
        microbatched(before, after, 2, epsilon=-1)
    with pytest.raises(ValueError, match=r"must be in \[0, 1\]; got momentum=2"):
        microbatched(before, after, 2, momentum=2)
    with pytest.raises(ValueError, match=r"x must have the examples on its first axis; got a scalar; use"):
        microbatched(before, after, 2)(weights, params, state, jnp.float32(1))
    for reducing, shape in ((lambda w, y: jnp.sum(y), r"\(\)"), (lambda w, y: jnp.sum(y, 0), r"\(12,\)")):
        with pytest.raises(ValueError, match=f"after must return one output an example; got shape {shape}"):
            microbatched(before, reducing, 2)(weights, params, state, x)


def test_a_state_that_is_not_the_norms_is_refused():
    params, _ = batch_norm().init(HIDDEN)
    layer, weights, x = microbatched(before, after, 2), weights_of(jnp.float32), jnp.ones((6, INPUTS))
    with pytest.raises(TypeError, match="microbatched: state must be a BatchNormState, .* got tuple; use"):
        layer(weights, params, (), x)  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match=r"last axis must match the state; .* mean of shape \(1,\); use"):
        layer(weights, params, batch_norm().init(1)[1], x)
