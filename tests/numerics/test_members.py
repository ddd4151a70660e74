"""Members that share statistics: all of a mapped axis, or groups of them."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.numerics import moments
from bnact.numerics.members import MOST_TELLERS, MOST_TOLD, Members, members

X = jnp.asarray(np.random.default_rng(0).normal(1e4, 1.0, (5, 7, 3)), jnp.float32)
GROUPS = ((0, 3), (4, 1, 2))


def over_groups(x, mask=None, groups=GROUPS):
    function = lambda x, mask: moments(x, 0, mask, "members", axis_index_groups=groups)  # noqa: E731
    return jax.jit(jax.vmap(function, axis_name="members"))(
        x, jnp.ones_like(x, bool) if mask is None else mask
    )


@jax.jit
def alone(x, mask=None):
    return moments(x, 0, mask)


@pytest.mark.parametrize("masked", [False, True])
def test_each_group_has_the_moments_of_its_members(masked):
    mask = np.arange(7)[:, None] % 3 > 0 if masked else None
    full = None if mask is None else np.broadcast_to(mask, X.shape)
    taken = over_groups(X, full)
    for group in GROUPS:
        together = np.asarray(X)[list(group)].reshape(-1, 3)
        expected = alone(together, None if mask is None else np.tile(mask, (len(group), 1)))
        for member in group:
            np.testing.assert_array_equal(taken.count[member], expected.count)
            np.testing.assert_allclose(taken.mean[member], expected.mean, rtol=1e-7)
            np.testing.assert_allclose(taken.variance[member], expected.variance, rtol=1e-5)


def test_without_a_mask_the_count_is_that_of_the_group():
    function = lambda x: moments(x, 0, None, "members", axis_index_groups=GROUPS)  # noqa: E731
    counts = jax.jit(jax.vmap(function, axis_name="members"))(X).count[:, 0]
    np.testing.assert_array_equal(counts, [14, 21, 21, 14, 21])


def test_what_another_group_holds_is_not_seen():
    taken = over_groups(X.at[4].set(jnp.nan))
    assert np.isfinite(np.asarray(taken.mean)[list(GROUPS[0])]).all()
    gradient = np.abs(jax.jit(jax.grad(lambda x: jnp.sum(over_groups(x).squares[0])))(X))
    assert gradient[list(GROUPS[1])].max() == 0
    assert gradient[list(GROUPS[0])].max() > 0


def test_groups_must_divide_a_mapped_axis():
    with pytest.raises(
        ValueError, match="^moments: axis_index_groups divides a mapped axis; got .*; use axis_name"
    ):
        members(None, GROUPS)
    with pytest.raises(ValueError, match="^moments: axis_index_groups must hold each of 0 to 4 once"):
        over_groups(X, groups=((0, 1), (2, 3)))


@pytest.mark.parametrize(
    "axis_name, size, numbers, can",
    [
        ("devices", MOST_TELLERS, MOST_TOLD // MOST_TELLERS, True),
        ("devices", MOST_TELLERS + 1, 1, False),
        ("devices", MOST_TELLERS, MOST_TOLD // MOST_TELLERS + 1, False),
        (None, 1, 1, False),
    ],
)
def test_few_tell_little(axis_name, size, numbers, can):
    assert Members(axis_name, None, size).can_tell(numbers) == can
