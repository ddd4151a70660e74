"""Every kind of wrong declaration is caught, and a right one is not."""

import dataclasses
import inspect
import math

import jax
import jax.numpy as jnp
import pytest

from bnact.activations import ACTIVATIONS, FACTORIES, Activation, curve, softplus, verify

from .curves import curve_of, slope_of


def altered(original, **fields):
    return dataclasses.replace(ACTIVATIONS[original], **fields)


def slightly(inverse):
    return lambda y: inverse(y) * (1.0 + 1e-9)


def clipped_logit(y):
    return jax.scipy.special.logit(jnp.clip(y, 0.0, 1.0))


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
        altered("sigmoid", inverse=slightly(ACTIVATIONS["sigmoid"].inverse)),
    ],
    "inverse outside the range": [altered("sigmoid", inverse=clipped_logit)],
}


@pytest.mark.parametrize("fact, act", [(fact, act) for fact, acts in WRONG.items() for act in acts])
def test_a_wrong_declaration_is_caught(fact, act):
    with pytest.raises(AssertionError, match=f"^{act.name}: {fact}.* declared .*, found "):
        verify(act)


def own(formula, **fields):
    """A record of a curve that sigmoid's facts fit, save what is said."""
    return altered("sigmoid", name="own", curve=curve_of(formula), inverse=None, **fields)


def sigmoid(x):
    return ACTIVATIONS["sigmoid"](x)


def test_the_facts_of_another_formula_are_those_of_its_curve():
    verify(own(sigmoid))
    with pytest.raises(AssertionError, match="^own: range must be what the function does"):
        verify(own(lambda x: (1.0 + 1e-12) * sigmoid(x)))


@pytest.mark.parametrize(
    "spoiled, message",
    [
        (lambda x, y: jnp.where(jnp.isinf(x), jnp.nan, y), "limits"),
        (lambda x, y: jnp.where(x == jnp.inf, 2.0, y), "limits"),
        (lambda x, y: jnp.where(jnp.isnan(x), 0.5, y), "NaN at NaN"),
    ],
    ids=["no limit", "another limit", "a number at NaN"],
)
def test_what_is_no_finite_number_counts(spoiled, message):
    with pytest.raises(AssertionError, match=f"^own: {message} must be what the function does"):
        verify(own(lambda x: spoiled(x, sigmoid(x))))


def test_a_derivative_that_is_a_number_at_nan():
    slope = ACTIVATIONS["sigmoid"].derivative
    kept = curve("own", sigmoid, lambda x: jnp.where(jnp.isnan(x), 0.0, slope(x)), slope_of(slope))
    with pytest.raises(AssertionError, match="^own: NaN at NaN"):
        verify(altered("sigmoid", name="own", curve=kept, inverse=None))


def test_neither_side_is_not_looked_at():
    verify(altered("relu", kink_side="neither"))


def test_a_curve_of_the_right_derivative_at_a_kink():
    right = curve(
        "own",
        lambda x: jnp.where(x > 0, x, jnp.where(jnp.isnan(x), x, 0.0)),
        lambda x: jnp.where(x >= 0, 1.0, jnp.where(jnp.isnan(x), x, 0.0)).astype(x.dtype),
        lambda x: jnp.where(jnp.isnan(x), x, 0.0),
    )
    record = altered("relu", name="own", curve=right)
    with pytest.raises(AssertionError, match="^own: (flat|kink_side)"):
        verify(record)


def extreme_records() -> list[Activation]:
    """Every factory's records at the ends of the interval of each parameter, and some far from 1 between."""
    found = {}
    for factory in FACTORIES.values():
        for parameter in inspect.signature(factory).parameters:
            for value in (-1e6, -30.0, -1e-6, 1e-6, 100.0, 1e6):
                try:
                    act = factory(**{parameter: value})
                except ValueError:
                    continue
                found[act.name] = act
    return [act for act in found.values() if not any(each in act.name for each in NOT_SEEN)]


# 6 wide at 6e6, and a value of 1e6 beside the 0 of an interval of 1: float64 has not the digits.
NOT_SEEN = (
    *(f"offset={sign}1000000.0" for sign in ("-", "")),
    *(f"bias={sign}1000000.0" for sign in ("-", "")),
)


# Every third by default: of each factory some.
RECORDS = [
    pytest.param(act, id=act.name, marks=[pytest.mark.slow] if number % 3 else [])
    for number, act in enumerate(extreme_records())
]


@pytest.mark.parametrize("act", RECORDS)
def test_a_right_record_on_any_scale(act):
    verify(act)


@pytest.mark.parametrize(
    "fields",
    [
        {"range": (0.0, 1.0)},
        {"lipschitz": 1.0 + 1e-9},
        {"range": (1e-9, math.inf)},
        {"kinks": (0.0,), "breakpoints": (0.0,)},
    ],
    ids=str,
)
def test_a_wrong_one_on_another_scale_is_caught(fields):
    for beta in (1e-6, 100.0, 1e6):
        with pytest.raises(AssertionError, match="^softplus"):
            verify(dataclasses.replace(softplus(beta), **fields))
