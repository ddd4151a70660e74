import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.distributed import population_mesh
from bnact.invariants import (
    divided_rows,
    equal_functions,
    largest_share,
    masked_rows,
    reordered_rows,
    sharded_rows,
)
from bnact.normalizations import NORMALIZATIONS, get, lifecycle
from tests.invariants.norms import SETTINGS

# Its virtual batches are of successive examples: which ones are together is what it is about.
COUPLED_BY_PLACE = {"ghost_batch"}
NAMES = [name for name in NORMALIZATIONS if name not in COUPLED_BY_PLACE]
SHAPE = (16, 3, 6)
FAST = ("batch",)
each_norm = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in FAST else pytest.mark.slow) for name in NAMES]
)


def drawn():
    rng = np.random.default_rng(0)
    x, cotangent = (rng.normal(size=SHAPE).astype(np.float32) for _ in range(2))
    return jnp.asarray(1 + 2 * x), jnp.asarray(cotangent)


@functools.cache
def rows_of(name):
    norm = get(name)(**SETTINGS.get(name, {}))

    def fn(x, mask=None, axis_name=None):
        return norm.apply(*norm.init(SHAPE[-1]), x, True, mask, axis_name)[0]

    return fn


@functools.partial(jax.jit, static_argnums=0)
def shares(fn, x, cotangent):
    """All that is asked of rows, in one program."""
    nothing = jnp.full((5, *SHAPE[1:]), jnp.nan)
    order = jnp.asarray(np.random.default_rng(0).permutation(SHAPE[0]))
    found = {
        "masked": masked_rows(fn, x, cotangent, nothing),
        "reordered": reordered_rows(fn, x, cotangent, order),
        "divided": divided_rows(fn, x, cotangent, members=4),
        "sharded": sharded_rows(fn, x, cotangent, population_mesh()),
    }
    return {name: (largest_share(each.value), largest_share(each.gradient)) for name, each in found.items()}


@each_norm
def test_rows_are_as_they_should(name):
    for way, found in shares(rows_of(name), *drawn()).items():
        assert max(found) <= 1, way


@jax.jit
def shares_of_a_constant(x):
    """What comes from above is the same in every row, so that the true gradient is 0."""
    above, fn = jnp.ones_like(x), rows_of("batch")
    order = jnp.arange(SHAPE[0])[::-1]
    return largest_share((divided_rows(fn, x, above, members=4), reordered_rows(fn, x, above, order)))


def test_a_gradient_that_is_0_but_for_rounding_is_accepted():
    assert shares_of_a_constant(drawn()[0]) <= 1


@pytest.mark.parametrize(
    "message, call",
    [
        (
            r"divided_rows: the number of members must divide the examples; got 5 members, 16 examples; use "
            r"members in \(1, 2, 4, 8, 16\)",
            lambda fn, x: divided_rows(fn, x, x, members=5),
        ),
        ("divided_rows: .* got 0 members", lambda fn, x: divided_rows(fn, x, x, members=0)),
        (
            r"sharded_rows: the number of devices must divide the examples; got \d+ devices, 3 examples",
            lambda fn, x: sharded_rows(fn, x[:3], x[:3], population_mesh()),
        ),
        (
            r"masked_rows: behind must have rows of the shape of x's, \(3, 6\); got \(6,\)",
            lambda fn, x: masked_rows(fn, x, x, x[:, 0]),
        ),
    ],
)
def test_rows_that_do_not_fit_are_an_error(message, call):
    with pytest.raises(ValueError, match=message):
        call(rows_of("batch"), drawn()[0])


def blind(x, mask=None, axis_name=None):
    """A batch norm that knows neither of masks nor of members, and counts rows."""
    del mask, axis_name
    place = jnp.arange(x.shape[0], dtype=x.dtype).reshape(-1, 1, 1)
    z = (x - jnp.mean(x, (0, 1), keepdims=True)) / jnp.std(x, (0, 1), keepdims=True)
    return z + 0.01 * jnp.broadcast_to(place, x.shape)


@pytest.mark.slow
def test_a_norm_that_is_blind_to_all_of_it_is_seen():
    for way, found in shares(blind, *drawn()).items():
        assert found[0] > 10, way


def wrong_behind_a_mask(x, mask=None, axis_name=None):
    """Its values are right."""
    y = rows_of("batch")(x, mask, axis_name)
    return y if mask is None else y + 0.1 * (y - jax.lax.stop_gradient(y))


def test_a_gradient_that_is_wrong_alone_is_seen():
    x, cotangent = drawn()
    found = jax.jit(lambda x: masked_rows(wrong_behind_a_mask, x, cotangent, jnp.zeros((5, *SHAPE[1:]))))(x)
    assert largest_share(found.value) <= 1
    assert largest_share(found.gradient) > 10


@pytest.mark.slow
def test_microbatched_is_as_full():
    x, cotangent = drawn()
    norm = get("batch")()
    params, state = norm.init(SHAPE[-1])

    def in_parts(x):
        layer = lifecycle.microbatched(lambda weights, x: x, lambda weights, y: jnp.tanh(y), count=4)
        return layer((), params, state, x)[0]

    def at_once(x):
        return jnp.tanh(rows_of("batch")(x))

    def each_by_itself(x):
        return jnp.concatenate([at_once(part) for part in jnp.split(x, 4)])

    def largest(one):
        return jax.jit(lambda x: largest_share(equal_functions(one, at_once, x, cotangent)))(x)

    assert largest(in_parts) <= 1
    assert largest(each_by_itself) > 1e3
