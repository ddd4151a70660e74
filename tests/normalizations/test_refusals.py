"""What every norm refuses, and how it says so."""

import inspect

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.normalizations import NORMALIZATIONS, get
from tests.normalizations.every_norm import every_norm, leading_shape, made, of_rank

MATCHED = [*("batch", "layer", "rms", "power", "ghost_batch", "batch_renorm", "group", "instance")]
MATCHED += ["filter_response", "evonorm_b0", "evonorm_b1", "evonorm_s0", "evonorm_s0a", "evonorm_s1"]
MATCHED += ["dynamic_tanh", "dynamic_erf", "divisive"]


def has(name, setting):
    return setting in inspect.signature(get(name)).parameters


@every_norm
@pytest.mark.parametrize("num_features", [0, -3])
def test_the_number_of_features_is_positive(name, num_features):
    with pytest.raises(
        ValueError, match=rf"num_features must be at least 1; got num_features={num_features}; use"
    ):
        made(name).init(num_features)


@every_norm
@pytest.mark.parametrize("num_features", [3.0, "3", None, True])
def test_the_number_of_features_is_an_integer(name, num_features):
    with pytest.raises(TypeError, match="num_features must be an integer; got .* of type .*; use"):
        made(name).init(num_features)


@every_norm
def test_the_number_of_features_may_be_a_numpy_integer(name):
    params, state = made(name).init(np.int64(3))  # pyright: ignore[reportArgumentType]
    assert all(leaf.shape in [(3,), ()] for leaf in jax.tree.leaves((params, state)))


@every_norm
def test_integers_are_refused(name):
    norm = made(name)
    with pytest.raises(TypeError, match=r"x must be real floating; got int32; use x\.astype\(jnp\.float32\)"):
        norm.apply(*norm.init(3), jnp.ones((*leading_shape(name, 4), 3), jnp.int32))


@every_norm
def test_a_scalar_is_refused(name):
    norm = made(name)
    with pytest.raises(
        ValueError, match=r"x must have its features on the last axis; got a scalar; use x\[None\]"
    ):
        norm.apply(*norm.init(3), jnp.float32(1))


@pytest.mark.parametrize("name", MATCHED)
def test_other_features_than_the_parameters_are_refused(name):
    norm = made(name)
    match = r"last axis must match the parameters; got x of shape .*, scale of shape \(3,\); use init\(4\)"
    with pytest.raises(ValueError, match=match):
        norm.apply(*norm.init(3), jnp.ones((*leading_shape(name, 3), 4)))


@every_norm
def test_masks_are_checked(name):
    norm = made(name)
    with pytest.raises(TypeError, match="mask: must be boolean"):
        norm.apply(
            *norm.init(3), jnp.ones((*leading_shape(name, 4), 3)), mask=of_rank(name, jnp.ones((4, 1)))
        )
    with pytest.raises(ValueError, match="mask: must broadcast to x"):
        norm.apply(*norm.init(3), jnp.ones((*leading_shape(name, 4), 3)), mask=jnp.ones((4,), bool))


@pytest.mark.parametrize("name", [name for name in NORMALIZATIONS if has(name, "epsilon")])
@pytest.mark.parametrize("epsilon", [-1e-5, float("nan"), float("inf")])
def test_epsilon_is_not_negative(name, epsilon):
    with pytest.raises(ValueError, match=f"{name}.*: epsilon must be finite and at least 0; got epsilon="):
        get(name)(epsilon=epsilon)


@pytest.mark.parametrize("name", [name for name in NORMALIZATIONS if has(name, "momentum")])
@pytest.mark.parametrize("momentum", [-0.1, 1.1, float("nan")])
def test_momentum_is_a_weight(name, momentum):
    match = rf"weight of the old value, must be in \[0, 1\]; got momentum={momentum}; use 0\.99"
    with pytest.raises(ValueError, match=match):
        get(name)(momentum=momentum)
