"""Every declared fact of every registered activation, and that a wrong declaration is caught."""

import dataclasses
import math

import numpy as np
import pytest

from bnact.activations import ACTIVATIONS, Activation, get, verify
from bnact.activations.facts.sampling import sampled_function

FIRST_TWELVE = {
    *("identity", "relu", "leaky_relu", "elu", "selu", "softplus"),
    *("sigmoid", "tanh", "gelu", "silu", "mish", "soft_sign"),
}


def altered(original, **fields):
    return dataclasses.replace(ACTIVATIONS[original], **fields)


WRONG = {
    "range": [
        altered("gelu", range=(-0.17, math.inf)),
        altered("silu", range=(-0.2784645427610738, 1.0)),
        altered("sigmoid", range=(0.0, math.inf)),
        altered("relu", range=(-math.inf, math.inf)),
    ],
    "attained": [altered("relu", attained=(False, False)), altered("tanh", attained=(True, True))],
    "limits": [altered("gelu", limits=(-1.0, math.inf)), altered("sigmoid", limits=(0.0, math.nan))],
    "lipschitz": [
        altered("gelu", lipschitz=1.1289),
        altered("sigmoid", lipschitz=1.0),
        altered("relu", lipschitz=math.inf),
    ],
    "monotone": [altered("relu", monotone="strictly"), altered("gelu", monotone="weakly")],
    "symmetry": [altered("tanh", symmetry="even"), altered("relu", symmetry="odd")],
    "jumps": [altered("relu", jumps=(0.0,))],
    "kinks": [altered("relu", kinks=()), altered("elu", kinks=(0.0,))],
    "breakpoints": [altered("relu", breakpoints=(0.0, 1.0)), altered("soft_sign", breakpoints=())],
    "kink_side": [altered("relu", kink_side="right"), altered("elu", kink_side="right")],
    "flat": [
        altered("relu", flat=()),
        altered("relu", flat=((-math.inf, 1.0),)),
        altered("tanh", flat=((5.0, math.inf),)),
    ],
    "inverse": [
        altered("tanh", inverse=ACTIVATIONS["sigmoid"].inverse),
        altered("relu", inverse=ACTIVATIONS["identity"].inverse),
        altered("gelu", inverse=ACTIVATIONS["identity"].inverse),
    ],
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_declared_fact(name):
    verify(ACTIVATIONS[name])


@pytest.mark.parametrize("fact, act", [(fact, act) for fact, acts in WRONG.items() for act in acts])
def test_a_wrong_declaration_is_caught(fact, act):
    with pytest.raises(AssertionError, match=f"^{act.name}: {fact}.* declared .*, found "):
        verify(act)


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


def test_the_registry_cannot_be_changed():
    with pytest.raises(TypeError):
        ACTIVATIONS["own"] = ACTIVATIONS["gelu"]  # pyright: ignore[reportIndexIssue]
