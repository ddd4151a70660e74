"""Counts beyond 32 bits, against Python's integers."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.probes.count import Count, added, as_float, count_true, no_count, ratio, shared

NUMBERS = [0, 1, 2**15 - 1, 2**15, 2**30 - 1, 2**30, 2**31 - 1]


def count(number):
    return Count(jnp.asarray(number >> 30, jnp.int32), jnp.asarray(number & (2**30 - 1), jnp.int32))


def whole(found):
    return int(found.high) * 2**30 + int(found.low)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_is_held(number):
    found = shared(jnp.int32(number), None)
    assert whole(found) == number
    assert 0 <= int(found.low) < 2**30


@pytest.mark.parametrize("members", [8, 100])
@pytest.mark.parametrize("number", NUMBERS)
def test_a_sum_over_members_does_not_wrap(number, members):
    found = jax.vmap(lambda each: shared(each, "members"), axis_name="members", out_axes=None)
    assert whole(found(jnp.full(members, number, jnp.int32))) == members * number


@pytest.mark.parametrize("a", [0, 5, 2**30 - 1, 2**33 + 2**30 - 1, 2**60])
@pytest.mark.parametrize("b", [0, 1, 2**30 - 1, 2**45 + 7])
def test_sums(a, b):
    found = added(count(a), count(b))
    assert whole(found) == a + b
    assert 0 <= int(found.low) < 2**30
    np.testing.assert_allclose(as_float(found), a + b, rtol=1.2e-7)


def test_ones_are_still_counted_where_float32_has_stopped():
    many, one = count(2**33), count(1)
    assert whole(added(many, one)) == 2**33 + 1
    assert jnp.float32(2**24) + jnp.float32(1) == 2**24  # what a float32 would do


def test_flags_are_counted_along_axes():
    flags = np.random.default_rng(0).random((3, 4, 5)) < 0.4
    found = count_true(jnp.asarray(flags), (0, 1), None)
    np.testing.assert_array_equal(found.low, flags.sum((0, 1)))


def test_the_ratio_of_nothing_is_nan():
    assert jnp.isnan(ratio(no_count(()), no_count(())))
    assert ratio(count(2**32), count(2**33)) == 0.5


@pytest.mark.parametrize("number", [2**15 - 1, 2**31 - 1])
def test_as_many_members_as_are_promised_do_not_wrap(number):
    found = jax.vmap(lambda each: shared(each, "members"), axis_name="members", out_axes=None)
    assert whole(found(jnp.full(2**15, number, jnp.int32))) == 2**15 * number


@pytest.mark.parametrize("sides", [(2**15 + 1, 1), (2**8, 2**8)])
def test_more_members_are_refused(sides):
    inner = jax.vmap(lambda each: shared(each, ("outer", "inner")), axis_name="inner", out_axes=None)
    found = jax.vmap(inner, axis_name="outer", out_axes=None)
    message = f"count: a mapped axis must have at most 32768 members; got {sides[0] * sides[1]}; count the"
    with pytest.raises(ValueError, match=message):
        found(jnp.ones(sides, jnp.int32))
