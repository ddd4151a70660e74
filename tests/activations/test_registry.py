"""Every declared fact of every registered activation, and that a wrong declaration is caught."""

import dataclasses
import math

import numpy as np
import pytest

from bnact.activations import ACTIVATIONS, Activation, get
from tests.activations.compiled import inverse, orders
from tests.activations.facts import (
    check_flat,
    check_inverse,
    check_kink_side,
    check_kinks,
    check_lipschitz,
    check_range,
)

CHECKS = [check_range, check_lipschitz, check_kinks, check_kink_side, check_flat, check_inverse]
FIRST_TWELVE = {
    *("identity", "relu", "leaky_relu", "elu", "selu", "softplus"),
    *("sigmoid", "tanh", "gelu", "silu", "mish", "soft_sign"),
}


def altered(original, **fields):
    return dataclasses.replace(ACTIVATIONS[original], **fields)


WRONG = [
    (check_range, altered("gelu", range=(-0.17, math.inf))),
    (check_range, altered("silu", range=(-0.2784645427610738, 1.0))),
    (check_range, altered("sigmoid", range=(0.0, math.inf))),
    (check_range, altered("relu", range=(-math.inf, math.inf))),
    (check_lipschitz, altered("gelu", lipschitz=1.1289)),
    (check_lipschitz, altered("sigmoid", lipschitz=1.0)),
    (check_kinks, altered("relu", kinks=())),
    (check_kinks, altered("relu", breakpoints=(0.0, 1.0))),
    (check_kinks, altered("elu", kinks=(0.0,))),
    (check_kinks, altered("soft_sign", breakpoints=())),
    (check_kink_side, altered("relu", kink_side="right")),
    (check_kink_side, altered("elu", kink_side="right")),
    (check_flat, altered("relu", flat=())),
    (check_flat, altered("relu", flat=((-math.inf, 1.0),))),
    (check_flat, altered("tanh", flat=((5.0, math.inf),))),
    (check_inverse, altered("tanh", inverse=ACTIVATIONS["sigmoid"].inverse)),
    (check_inverse, altered("tanh", inverse=None)),
    (check_inverse, altered("gelu", inverse=ACTIVATIONS["identity"].inverse)),
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_declared_fact(name, check):
    check(ACTIVATIONS[name])


@pytest.mark.parametrize("check, act", WRONG)
def test_a_wrong_declaration_is_caught(check, act):
    with pytest.raises(AssertionError):
        check(act)


def test_the_first_twelve():
    assert set(ACTIVATIONS) >= FIRST_TWELVE


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_names_and_words(name):
    act = ACTIVATIONS[name]
    assert act.name == name
    assert act.formula
    assert act.source


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_infinite_input_is_the_limit(name):
    act = ACTIVATIONS[name]
    ends = np.array([-math.inf, math.inf], np.float32)
    limits = orders(act, np.array([-1e300, 1e300]))
    limits = np.where(np.abs(limits) > 1e200, np.copysign(math.inf, limits), limits)
    np.testing.assert_allclose(orders(act, ends), limits, rtol=1e-6)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_nan_input_is_nan(name):
    assert np.all(np.isnan(orders(ACTIVATIONS[name], np.full(1, math.nan, np.float32))))


@pytest.mark.parametrize("name", [name for name, act in ACTIVATIONS.items() if act.inverse is not None])
def test_the_inverse_outside_the_range_is_nan(name):
    act = ACTIVATIONS[name]
    assert act.inverse is not None
    for end, outward in zip(act.range, (-1.0, 1.0), strict=True):
        if math.isfinite(end):
            outside, at_the_end = inverse(act, np.array([end + outward, end]))
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
