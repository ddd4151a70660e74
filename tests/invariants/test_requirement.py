import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.invariants import Residual
from bnact.invariants.requirement import Requirement, named, require


def residual(*values):
    return Residual(jnp.asarray(values), jnp.ones(len(values)))


def test_what_is_within_its_bound_raises_nothing():
    require("assert_it", [Requirement("it holds", residual(0.5, -1.0))], "what was looked at")


def test_the_worst_comes_first_and_what_holds_is_not_named():
    required = [
        Requirement("bad", residual(2.0, 0.0)),
        Requirement("good", residual(0.0)),
        Requirement("worse", residual(1.0, -7.0)),
    ]
    with pytest.raises(AssertionError) as caught:
        require("assert_it", required, "this")
    assert str(caught.value) == (
        "assert_it failed: worse; residual -7 exceeds the bound 1 at (1,) of shape (2,) (float32), 1 of 2 "
        "elements beyond theirs; bad; residual 2 exceeds the bound 1 at (0,) of shape (2,) (float32), 1 of 2 "
        "elements beyond theirs [this]"
    )


@pytest.mark.parametrize("fixed", ["a{0}", pytest.param("{value}}", marks=pytest.mark.slow)])
def test_braces_are_themselves_in_a_traced_function(fixed):
    @jax.jit
    def step(x):
        require("assert_it", [Requirement(f"it holds of {fixed}", Residual(x, jnp.ones(2)))], fixed)
        return x

    checked = chex.chexify(step, async_check=False)
    np.testing.assert_array_equal(checked(jnp.zeros(2)), 0)
    with pytest.raises(AssertionError) as caught:
        checked(jnp.array([0.0, 3.0]))
    assert f"it holds of {fixed}; residual 3.0 exceeds the bound 1.0 at [1] of shape (2,)" in str(
        caught.value
    )
    assert f"[{fixed}]" in str(caught.value)


def test_nothing_is_within_its_bound_in_a_traced_function():
    jax.jit(lambda x: require("assert_it", [Requirement("it", Residual(x, x))], ""))(jnp.zeros(0))


def test_a_name_stands_before_its_words():
    (requirement,) = named({"sum": residual(0.0)}, {"sum": "it is 0"})
    assert requirement.words == "sum: it is 0"
