"""Whether an activation is what it declares to be."""

import math

import numpy as np

from bnact.activations.activation import Activation

from .measurement import JUMP, NEAR, STEP, measured_facts
from .sampling import sampled, sampled_function
from .scale import UNIT, Facts, Scale, scale_of

# Declared to the last place; a fact that is not a number must be equal.
_BOUNDS = {"range": 4e-16, "limits": 1e-9, "lipschitz": 1e-14}


def verify(activation: Activation) -> None:
    """Looks at an activation in float64 and compares what it sees with every fact the record declares.

    It sees what happens on one scale, that on which the slope changes, see `measured_facts`. A right record
    of something that happens on several very different ones may be refused: hard_sigmoid(offset=1e6), say,
    which rises within 6 of -6e6.

    Args:
      activation: the record.

    Raises:
      AssertionError: a fact is wrong; the message names the activation, the fact, what is declared and
        what was found.
    """
    scale = scale_of(activation.curve, activation.breakpoints)
    if activation.surrogate is not None and scale.width > 1.0:
        # A surrogate's slope says nothing about how much the values change.
        scale = UNIT
    found = measured_facts(activation.curve, scale, activation.breakpoints)
    for fact, value in found._asdict().items():
        _compare(activation, fact, getattr(activation, fact), value, scale)
    _verify_infinite_inputs(activation)
    _verify_kink_side(activation, scale)
    _verify_inverse(activation, found, scale)


def _compare(activation: Activation, fact: str, declared: object, found: object, scale: Scale) -> None:
    bound = _BOUNDS.get(fact)
    unit = scale.height / scale.width if fact == "lipschitz" else scale.height
    if bound is None:
        same = declared == found
    else:
        declared_numbers, numbers = np.asarray(declared, float), np.asarray(found, float)
        slack = bound * np.maximum(unit, np.abs(np.where(np.isfinite(numbers), numbers, unit)))
        same = np.allclose(declared_numbers, numbers, rtol=0.0, atol=float(np.max(slack)), equal_nan=True)
    _require(same, activation, fact, declared, found)


def _require(holds: bool, activation: Activation, fact: str, declared: object, found: object) -> None:
    if not holds:
        raise AssertionError(
            f"{activation.name}: {fact} must be what the function does; declared {declared}, found {found}; "
            "correct the record or the formula"
        )


def _verify_infinite_inputs(activation: Activation) -> None:
    at_infinity, at_nan = np.array([-math.inf, math.inf]), np.array([math.nan])
    found = tuple(sampled(activation.curve, at_infinity)[0])
    same = np.allclose(found, activation.limits, rtol=1e-15, atol=0.0, equal_nan=True)
    _require(same, activation, "limits", activation.limits, found)
    values = [float(order[0]) for order in sampled(activation.curve, at_nan)]
    _require(all(map(math.isnan, values)), activation, "NaN at NaN", math.nan, values)


def _verify_kink_side(activation: Activation, scale: Scale) -> None:
    if activation.kink_side == "neither":
        return
    shift = -STEP if activation.kink_side == "left" else STEP
    for number, points in ((1, activation.kinks), (2, activation.breakpoints)):
        order, at = scale.order(activation.curve, number), scale.inputs(points)
        here, beside = (order(x) for x in (at, at + shift))
        same = bool(np.all(np.abs(here - beside) < JUMP))
        _require(same, activation, "kink_side", activation.kink_side, dict(zip(points, here, strict=True)))


def _verify_inverse(activation: Activation, found: Facts, scale: Scale) -> None:
    if activation.inverse is None:
        return
    _require(found.monotone == "strictly", activation, "inverse", "invertible", f"{found.monotone} monotone")
    x = scale.width * np.linspace(-NEAR, NEAR, 2001)
    y, slope, _ = sampled(activation.curve, x)
    back = sampled_function(activation.inverse, y)
    # Rounding y moves x by that over the slope.
    slack = 1e-12 * scale.width + 8e-16 * np.abs(y) / np.maximum(slope, 1e-12 * scale.height / scale.width)
    worst = int(np.argmax(np.abs(back - x) - slack))
    same = abs(back[worst] - x[worst]) <= slack[worst]
    _require(bool(same), activation, f"inverse at {y[worst]}", x[worst], back[worst])
    low, high = activation.range
    outside = np.array([end for end in (low - scale.height, high + scale.height) if math.isfinite(end)])
    is_nan = np.isnan(sampled_function(activation.inverse, outside))
    _require(bool(np.all(is_nan)), activation, "inverse outside the range", math.nan, outside)
