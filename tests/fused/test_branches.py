"""The branches of a table: kept, so that each is traced once, and right."""

import collections
import dataclasses
import gc
import weakref

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

    index = index_of("tanh", "group", "after", TABLE)

    def pair(x):
        return switched(index, x, SCALE, BIAS, TABLE)

    monkeypatch.setattr(branches, "outcome", counted)
    jax.clear_caches()  # of what was traced before this test
    try:
        jax.make_jaxpr(pair)(X)
        forward = len(asked)
        jax.make_jaxpr(lambda x: jax.vjp(pair, x)[1](x))(X)
    finally:
        jax.clear_caches()  # and of what was traced in it
    assert sorted(map(str, asked[:forward])) == sorted(map(str, NORMS.values()))
    # Nothing for a gradient's forward pass; on the way back once to apply and once to differentiate.
    assert collections.Counter(map(str, asked[forward:])) == {str(norm): 2 for norm in NORMS.values()}


def test_a_record_of_a_users_own_is_let_go_when_other_tables_were_made():
    own = dataclasses.replace(ACTIVATIONS["tanh"], name="mine")
    branches.sloped(own)
    gone = weakref.ref(own)
    del own
    for number in range(256):
        branches.sloped(dataclasses.replace(ACTIVATIONS["tanh"], name=f"{number}"))
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize("name", NORMS)
def test_each_is_of_its_own_norm(name):
    norm, own = NORMS[name], own_of(TABLE, 8)
    np.testing.assert_array_equal(branches.normed(norm)(BY, own, X), outcome(norm, BY, own, X))
    after = branches.normed_after(norm, 4)(BY, own, X)
    np.testing.assert_array_equal(after, outcome_after(norm, 4, BY, own, X))


@pytest.mark.parametrize("name", NORMS)
def test_a_gradient_is_that_of_differences_and_another_is_not(name):
    with jax.enable_x64(True):
        norm = NORMS[name]
        given = jax.tree.map(lambda leaf: jnp.asarray(leaf, jnp.float64), (BY, own_of(TABLE, 8), X))
        way = jax.tree.map(
            lambda leaf: jnp.cos(jnp.arange(leaf.size, dtype=leaf.dtype)).reshape(leaf.shape), given
        )
        by, own, u = given
        above, step = jnp.sin(u), 1e-6

        def moved(far):
            return outcome(norm, *jax.tree.map(lambda leaf, each: leaf + far * each, given, way))

        change = float(jnp.vdot(above, moved(step) - moved(-step)) / (2 * step))
        gradients = branches.pulled(norm)(by, own, u, above)
        np.testing.assert_allclose(along(gradients, way), change, rtol=1e-6)
        assert abs(along((*gradients[:2], 1.01 * gradients[2]), way) - change) > 1e-5 * abs(change)


def along(gradients, way):
    """How a sum changes along a way, by its gradients."""
    return sum(float(jnp.vdot(*each)) for each in zip(*map(jax.tree.leaves, (gradients, way)), strict=True))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_and_its_slope(name):
    activation = ACTIVATIONS[name]
    value, slope = branches.sloped(activation)(X)
    np.testing.assert_array_equal(value, activation(X))
    np.testing.assert_array_equal(branches.valued(activation)(X), value)
    np.testing.assert_array_equal(slope, activation.derivative(X))
