"""The branches of a table: kept, so that each is traced once, and right."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.activations import ACTIVATIONS
from bnact.fused import NORMS, branches, index_of, own_of, switched, table_of
from bnact.fused.norms import outcome, outcome_after
from bnact.normalizations import Affine

TABLE = table_of(("relu", "tanh"), NORMS)
X = jnp.asarray(np.random.default_rng(0).normal(1.0, 2.0, (6, 3, 8)), jnp.float32)
SCALE, BIAS = jnp.linspace(0.5, 1.5, 8), jnp.linspace(-1.0, 1.0, 8)
BY = Affine(SCALE, BIAS)


def test_a_branch_is_the_same_function_each_time():
    norm, activation = NORMS["batch"], ACTIVATIONS["relu"]
    assert branches.normed(norm) is branches.normed(norm)
    assert branches.normed_after(norm, 4) is branches.normed_after(norm, 4)
    assert branches.normed_after(norm, 4) is not branches.normed_after(norm, 5)
    assert branches.pulled(norm) is branches.pulled(norm)
    assert branches.sloped(activation) is branches.sloped(activation)


def test_a_norm_that_may_stand_in_two_places_is_traced_once(monkeypatch):
    asked = []

    def counted(norm, by, own, u):
        asked.append(norm)
        return outcome(norm, by, own, u)

    monkeypatch.setattr(branches, "outcome", counted)
    jax.clear_caches()  # of what was traced before this test
    index = index_of("tanh", "group", "after", TABLE)
    jax.make_jaxpr(lambda x: switched(index, x, SCALE, BIAS, TABLE))(X)
    jax.clear_caches()  # and of what was traced in it
    assert sorted(map(str, asked)) == sorted(map(str, NORMS.values()))


@pytest.mark.parametrize("name", NORMS)
def test_each_is_what_it_says(name):
    norm, own = NORMS[name], own_of(TABLE, 8)
    y, back = jax.vjp(lambda *given: outcome(norm, *given), BY, own, X)
    np.testing.assert_array_equal(branches.normed(norm)(BY, own, X), y)
    found = branches.pulled(norm)(BY, own, X, jnp.cos(X))
    jax.tree.map(np.testing.assert_array_equal, found, back(jnp.cos(X)))
    after = branches.normed_after(norm, 4)(BY, own, X)
    np.testing.assert_array_equal(after, outcome_after(norm, 4, BY, own, X))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_and_its_slope(name):
    activation = ACTIVATIONS[name]
    value, slope = branches.sloped(activation)(X)
    np.testing.assert_array_equal(value, activation(X))
    np.testing.assert_array_equal(slope, activation.derivative(X))
