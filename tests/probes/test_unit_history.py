"""Lives and deaths of units, counted one look at a time in plain Python."""

import functools
import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.probes import unit_history

LOOKS = np.random.default_rng(0).random((9, 5)) < 0.5
LOOKS[:, 0], LOOKS[:, 1] = True, False
PROBE = unit_history(5)
UPDATE, MERGE = jax.jit(PROBE.update), jax.jit(PROBE.merge)


def folded(looks):
    return functools.reduce(UPDATE, map(jnp.asarray, looks), PROBE.init())


def reference(looks):
    """Deaths and revivals of every unit."""
    died = [sum(not a and b for a, b in itertools.pairwise(unit)) for unit in looks.T.tolist()]
    revived = [sum(a and not b for a, b in itertools.pairwise(unit)) for unit in looks.T.tolist()]
    return died, revived


def test_deaths_and_revivals():
    lives, (died, revived) = PROBE.value(folded(LOOKS)), reference(LOOKS)
    np.testing.assert_array_equal(lives.died, died)
    np.testing.assert_array_equal(lives.revived, revived)
    assert lives.looks == 9
    np.testing.assert_allclose(lives.dead_share, LOOKS[-1].mean())
    np.testing.assert_allclose(lives.died_share, np.mean(np.array(died) > 0))
    np.testing.assert_allclose(lives.revived_share, np.mean(np.array(revived) > 0))


def test_the_difference_of_the_ends_would_be_wrong():
    # Killed and revived between the first look and the last: the ends alone show nothing.
    lives = PROBE.value(folded(np.array([[False] * 5, [True] * 5, [False] * 5])))
    assert lives.dead_share == 0
    assert lives.revived_share == lives.died_share == 1


@pytest.mark.parametrize("cut", range(10))
def test_stretches_merge_at_any_look(cut):
    merged = MERGE(folded(LOOKS[:cut]), folded(LOOKS[cut:]))
    jax.tree.map(np.testing.assert_array_equal, merged, folded(LOOKS))


def test_stretches_in_the_wrong_order_are_another_history():
    a, b = folded(LOOKS[:4]), folded(LOOKS[4:])
    assert (MERGE(b, a).revived != MERGE(a, b).revived).any()


def test_merging_is_associative():
    a, b, c = folded(LOOKS[:3]), folded(LOOKS[3:4]), folded(LOOKS[4:])
    left, right = MERGE(MERGE(a, b), c), MERGE(a, MERGE(b, c))
    jax.tree.map(np.testing.assert_array_equal, left, right)


def test_under_scan_and_vmap():
    both = jnp.stack([jnp.asarray(LOOKS), jnp.asarray(~LOOKS)])

    def of_member(looks):
        return jax.lax.scan(lambda s, look: (PROBE.update(s, look), None), PROBE.init(), looks)[0]

    states = jax.jit(jax.vmap(of_member))(both)
    # Of the opposite looks a death is a revival.
    np.testing.assert_array_equal(states.died[0], states.revived[1])
    np.testing.assert_array_equal(states.died[0], reference(LOOKS)[0])


def test_without_a_look_nothing_is_known():
    lives = PROBE.value(PROBE.init())
    assert np.isnan([lives.dead_share, lives.died_share, lives.revived_share]).all()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: unit_history(-1), ValueError, "units must be an integer of at least 1; got -1"),
        (
            lambda: PROBE.update(PROBE.init(), jnp.zeros(5)),
            TypeError,
            "a look must be boolean, True is dead; got float32",
        ),
        (
            lambda: PROBE.update(PROBE.init(), jnp.zeros((2, 5), bool)),
            ValueError,
            r"of shape \(5,\), units last; got shape \(2, 5\)",
        ),
        (
            lambda: PROBE.update(PROBE.init(), jnp.zeros(4, bool)),
            ValueError,
            r"of shape \(5,\), units last; got shape \(4,\)",
        ),
    ],
)
def test_a_bad_call_says_what_is_wrong(call, error, message):
    with pytest.raises(error, match=f"unit_history: .*{message}"):
        call()
