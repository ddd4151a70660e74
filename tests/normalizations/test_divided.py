"""Batch norm over devices, microbatches and a scan of parts: the numbers of one device and one batch."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.sharding import AxisType, NamedSharding, PartitionSpec

from bnact.normalizations import batch_norm
from bnact.normalizations.lifecycle import microbatched
from bnact.numerics import merge, moments

# The promise of issue 4: absolute, of outputs and gradients of order 1, and of the exact running mean (which
# is two numbers), at a mean of 1e4 times the spread; relative of the running variance.
BOUND = 1e-5
DEVICES, EXAMPLES, FEATURES, MEAN = 8, 64, 3, 1e4
NORM = batch_norm(momentum=0.0)
RNG = np.random.default_rng(0)
X = RNG.normal(MEAN, 1.0, size=(EXAMPLES, 2, FEATURES)).astype(np.float32)
COTANGENT = RNG.normal(size=X.shape).astype(np.float32)
PARAMS, STATE = NORM.init(FEATURES)
PARAMS = jax.tree.map(lambda leaf: leaf + jnp.asarray([0.5, 0.0, -0.25], leaf.dtype), PARAMS)
# Device i counts i of its eight examples: the first none, the last seven.
UNEQUAL = np.broadcast_to((np.arange(EXAMPLES) % 8 < np.arange(EXAMPLES) // 8)[:, None, None], X.shape)
MASKS = {"everything": None, "unequal": UNEQUAL}
SPLIT, WHOLE = PartitionSpec("batch"), PartitionSpec()


def whole(params, x, mask, axis_name=None):
    return NORM.apply(params, STATE, x, mask=mask, axis_name=axis_name)


def in_microbatches(params, x, mask, axis_name=None):
    layer = microbatched(lambda weights, x: x, lambda weights, y: y, count=4, momentum=0.0)
    return layer((), params, STATE, x, mask, axis_name)


def shard_mapped(function, params, x, mask):
    mesh = jax.make_mesh((DEVICES,), ("batch",), axis_types=(AxisType.Auto,))
    member = functools.partial(function, axis_name="batch")
    specs = {"mesh": mesh, "in_specs": (WHOLE, SPLIT, SPLIT), "out_specs": (SPLIT, WHOLE)}
    return jax.shard_map(member, **specs)(params, x, mask)


@functools.partial(jax.jit, static_argnames="function")
def results(function, params, x, mask, cotangent):
    """Outputs, running averages and gradients by scale, bias and input of a sum of bent outputs."""

    def loss(params, x):
        y, after = function(params, x, mask)
        return jnp.sum(cotangent * jnp.sin(y)), (y, after)

    gradients, (y, after) = jax.grad(loss, argnums=(0, 1), has_aux=True)(params, x)
    return y, after, gradients


def placed(axis_type):
    """The results with the batch split over the devices of a mesh."""

    def on_mesh(mask):
        mesh = jax.make_mesh((DEVICES,), ("batch",), axis_types=(axis_type,))
        split = NamedSharding(mesh, SPLIT)
        with jax.set_mesh(mesh):
            x, cotangent = jax.device_put((X, COTANGENT), split)
            mask = None if mask is None else jax.device_put(mask, split)
            return results(whole, PARAMS, x, mask, cotangent)

    return on_mesh


def under_plain_jit(mask):
    split = NamedSharding(jax.make_mesh((DEVICES,), ("batch",), axis_types=(AxisType.Auto,)), SPLIT)
    x, cotangent = jax.device_put((X, COTANGENT), split)
    mask = None if mask is None else jax.device_put(mask, split)
    return results(whole, PARAMS, x, mask, cotangent)


def by_shard_map(function, mask):
    mask = np.ones(X.shape, bool) if mask is None else mask
    return results(functools.partial(shard_mapped, function), PARAMS, X, mask, COTANGENT)


WAYS = {
    "automatic mesh": placed(AxisType.Auto),
    "explicit mesh": placed(AxisType.Explicit),
    "plain jit": under_plain_jit,
    "shard_map": functools.partial(by_shard_map, whole),
    "microbatches": lambda mask: results(in_microbatches, PARAMS, X, mask, COTANGENT),
    "microbatches in shard_map": functools.partial(by_shard_map, in_microbatches),
}


@functools.cache
def expected(masked):
    return jax.device_get(results(whole, PARAMS, X, MASKS[masked], COTANGENT))


def distances(computed, truth):
    """The largest error of outputs, of the exact running mean, of the variance, and of the gradients."""
    (y, after, gradients), (y0, after0, gradients0) = jax.device_get((computed, truth))
    means = [state.mean.astype(np.float64) + state.correction for state in (after, after0)]
    by_gradient = jax.tree.map(lambda a, b: np.abs(a - b).max(), gradients, gradients0)
    return {
        "output": np.abs(y - y0).max(),
        "mean": np.abs(means[0] - means[1]).max(),
        "variance": np.abs(after.variance / after0.variance - 1).max(),
        "gradient": max(jax.tree.leaves(by_gradient)),
    }


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("masked", MASKS)
def test_it_is_as_one_batch_on_one_device(way, masked):
    found = distances(WAYS[way](MASKS[masked]), expected(masked))
    assert max(found.values()) <= BOUND, found


def test_what_it_is_compared_with_is_right():
    counted = X[UNEQUAL].reshape(-1, FEATURES).astype(np.float64)
    y, after, _ = expected("unequal")
    np.testing.assert_allclose(after.mean.astype(np.float64) + after.correction, counted.mean(0), atol=BOUND)
    np.testing.assert_allclose(after.variance, counted.var(0), rtol=BOUND)
    scale, bias = (np.asarray(leaf, np.float64) for leaf in PARAMS)
    truth = (X - counted.mean(0)) / np.sqrt(counted.var(0) + 1e-5) * scale + bias
    np.testing.assert_allclose(y, np.where(UNEQUAL, truth, 0), atol=BOUND)


def equally_weighted(params, x, mask, axis_name):
    """The twin: the average of the devices' own statistics, whatever they count."""
    own = moments(x, (0, 1), mask)
    mean, variance = (jax.lax.pmean(each, axis_name) for each in (own.mean, own.variance))
    state = STATE._replace(mean=mean, variance=variance)
    return NORM.apply(params, state, x, train=False, mask=mask)


def one_pass(params, x, mask, axis_name):
    """The twin: the mean of squares less the square of the mean."""
    mean, square = (jax.lax.pmean(each.mean((0, 1)), axis_name) for each in (x, jnp.square(x)))
    state = STATE._replace(mean=mean, variance=square - jnp.square(mean))
    return NORM.apply(params, state, x, train=False, mask=mask)


@pytest.mark.parametrize("wrong, masked", [(equally_weighted, "unequal"), (one_pass, "everything")])
def test_wrong_ways_are_caught(wrong, masked):
    found = distances(by_shard_map(wrong, MASKS[masked]), expected(masked))
    assert min(found.values()) > BOUND, found


def test_statistics_merge_over_the_steps_of_a_scan():
    @jax.jit
    def merged(parts, masks):
        def step(total, part):
            return merge(total, moments(part[0], (0, 1), part[1])), None

        none = moments(parts[0][:0], (0, 1))
        return jax.lax.scan(step, none, (parts, masks))[0]

    parts, masks = (each.reshape(8, 8, 2, FEATURES) for each in (X, UNEQUAL))
    total = jax.device_get(merged(parts, masks))
    counted = X[UNEQUAL].reshape(-1, FEATURES).astype(np.float64)
    np.testing.assert_array_equal(total.count, len(counted))
    exact = total.mean.astype(np.float64) + total.correction
    np.testing.assert_allclose(exact, counted.mean(0), rtol=0, atol=BOUND)
    np.testing.assert_allclose(total.squares / total.count, counted.var(0), rtol=BOUND)
    # twin: an average in which every step has the same weight
    averages = [
        part[mask].reshape(-1, FEATURES).mean(0) for part, mask in zip(parts[1:], masks[1:], strict=True)
    ]
    assert np.abs(np.mean(averages, 0, np.float64) - counted.mean(0)).max() > BOUND
