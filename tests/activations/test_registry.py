"""Every declared fact of every registered activation, and how they are found by name."""

import dataclasses
import math

import jax.numpy as jnp
import numpy as np
import pytest

from bnact import activations
from bnact.activations import ACTIVATIONS, LEARNABLE, Activation, get, leaky_relu, verify
from bnact.activations.facts.sampling import sampled_function
from bnact.activations.other_names import OF_SEVERAL_FEATURES, OTHER_NAMES

FIRST_TWELVE = {
    *("identity", "relu", "leaky_relu", "elu", "selu", "softplus"),
    *("sigmoid", "tanh", "gelu", "silu", "mish", "soft_sign"),
}


def altered(original, **fields):
    return dataclasses.replace(ACTIVATIONS[original], **fields)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_declared_fact(name):
    verify(ACTIVATIONS[name])


def test_the_first_twelve():
    assert set(ACTIVATIONS) >= FIRST_TWELVE


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_names_and_words(name):
    act = ACTIVATIONS[name]
    assert act.name == name
    assert act.formula
    assert act.source


@pytest.mark.parametrize("name", [name for name, act in ACTIVATIONS.items() if act.inverse is not None])
def test_the_inverse_outside_the_range_is_nan(name):
    act = ACTIVATIONS[name]
    assert act.inverse is not None
    for end, outward in zip(act.range, (-1.0, 1.0), strict=True):
        if math.isfinite(end):
            outside, at_the_end = sampled_function(act.inverse, np.array([end + outward, end]))
            assert np.isnan(outside)
            # Infinite, unless rounding keeps the quotient just inside.
            assert outward * at_the_end > 30.0


def test_get_by_name_and_by_itself():
    assert get("gelu") is ACTIVATIONS["gelu"]
    own = altered("gelu", name="own")
    assert get(own) is own
    assert isinstance(own, Activation)


@pytest.mark.parametrize(
    "name, message",
    [
        ("gleu", "got 'gleu'; nearest: gelu"),
        ("ReLU", "got 'ReLU'; nearest: relu"),
        ("softsign", "got 'softsign'; nearest: soft_sign"),
        ("qqqq", "got 'qqqq'; use one of identity, relu"),
    ],
)
def test_an_unknown_name(name, message):
    with pytest.raises(ValueError, match=message):
        get(name)


def test_neither_a_name_nor_an_activation():
    with pytest.raises(TypeError, match="must be a name or an Activation; got function"):
        get(lambda x: x)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    "given", [leaky_relu, jnp.tanh, 3, None], ids=["factory", "function", "number", "none"]
)
def test_what_to_do_with_a_function_is_said(given):
    with pytest.raises(
        TypeError, match=r"for a function of your own use .*activation_of\(fn, name\); .* called"
    ):
        get(given)


def test_the_registry_cannot_be_changed():
    with pytest.raises(TypeError):
        ACTIVATIONS["own"] = ACTIVATIONS["gelu"]  # pyright: ignore[reportIndexIssue]


@pytest.mark.parametrize("name", LEARNABLE)
def test_a_name_that_learns_is_answered_with_its_module(name):
    if name not in ACTIVATIONS and name not in OTHER_NAMES:
        with pytest.raises(ValueError, match=f"got '{name}', which learns some; use bnact.nn"):
            get(name)


@pytest.mark.parametrize("name", OTHER_NAMES)
def test_a_name_from_elsewhere_is_answered_with_ours(name):
    assert name not in ACTIVATIONS
    ours = OTHER_NAMES[name]
    assert ours in ACTIVATIONS
    with pytest.raises(ValueError, match=f"got '{name}'; here it is called {ours}"):
        get(name)


def test_a_name_that_is_fixed_elsewhere_and_learned_here():
    with pytest.raises(ValueError, match="called silu, or 'swish', which learns some; use bnact.nn.NormAct"):
        get("swish")


@pytest.mark.parametrize("name", OF_SEVERAL_FEATURES)
def test_what_is_not_elementwise_is_answered_with_its_function(name):
    assert callable(getattr(activations, name))
    with pytest.raises(
        ValueError, match=f"got '{name}', which is not elementwise; use .*activations.{name}$"
    ):
        get(name)
