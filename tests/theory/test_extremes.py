"""At the ends of what may be given, a function of theory answers with numbers or refuses: never with NaN."""

import math

import numpy as np
import pytest

from bnact import theory
from bnact.activations import ACTIVATIONS

TINY, HUGE = 1e-12, 1e12
SOME = (
    "relu",
    "tanh",
    "gelu",
    "softplus",
    "square",
    "exponential",
    "step",
    "hard_tanh",
    "sin",
    "gaussian",
    "hard_shrink",
)
A_FEW = ("relu", "softplus", "exponential", "step")
CORRELATIONS = np.array([-1.0, np.nextafter(-1.0, 0.0), -TINY, 0.0, np.nextafter(1.0, 0.0), 1.0])

# name -> the calls of it at the ends of its arguments
CALLS = {
    "variance_map": [(variance, 1.5, 0.1) for variance in (0.0, TINY, HUGE)],
    "correlation_map": [
        (CORRELATIONS, variance, 1.5, biases) for variance in (0.0, TINY, 1.0, HUGE) for biases in (0.0, 0.1)
    ],
    "correlation_slope": [(CORRELATIONS, variance, 1.5) for variance in (0.0, TINY, HUGE)],
    "variance_slope": [(variance, 1.5) for variance in (0.0, TINY, 1.0, HUGE)],
    "mean_map": [(mean, variance) for mean in (-HUGE, 0.0, HUGE) for variance in (0.0, TINY, HUGE)],
    "moment_map": [(mean, variance) for mean in (-HUGE, 0.0, HUGE) for variance in (0.0, TINY, HUGE)],
    "fixed_point": [(weights, biases) for weights in (0.0, TINY, 1.0, HUGE) for biases in (0.0, TINY, HUGE)],
    "edge_of_chaos": [(biases,) for biases in (0.0, TINY, HUGE)],
    "half_stable_point": [()],
    "jacobian_moments": [(1000, variance, 1.5) for variance in (0.0, TINY, HUGE)],
    "batch_norm_rate": [
        (batch_size, order, scale, shift)
        for batch_size in (4, None)
        for order in ("before", "after")
        for scale, shift in [(TINY, 0.0), (1.0, -30.0), (1.0, 30.0), (HUGE, 0.0)]
        if order == "before" or batch_size is None or shift == -30.0  # a finite batch after is drawn
    ],
    "layer_norm_rate": [
        (order, scale, shift)
        for order in ("before", "after")
        for scale, shift in [(TINY, 0.0), (1.0, -30.0), (1.0, -1e3), (1.0, 30.0), (HUGE, 0.0)]
    ],
    "saturated_share": [
        (scale, shift) for scale in (0.0, TINY, -HUGE, HUGE) for shift in (-HUGE, 0.0, 1.0, HUGE)
    ],
}


def numbers_in(answer):
    fields = answer if isinstance(answer, tuple) else (answer,)
    return np.concatenate([np.ravel(np.asarray(field, np.complex128)) for field in fields])


@pytest.mark.filterwarnings("ignore::bnact.theory.DriftWarning")
@pytest.mark.parametrize(
    "activation", [pytest.param(one, marks=[] if one in A_FEW else [pytest.mark.slow]) for one in SOME]
)
@pytest.mark.parametrize("name", CALLS)
def test_never_a_silent_nan(name, activation):
    for arguments in CALLS[name]:
        answer, refusal = answer_or_refusal(getattr(theory, name), activation, *arguments)
        if refusal is None:
            assert not np.any(np.isnan(numbers_in(answer))), (arguments, answer)
        else:
            assert refusal.count(";") >= 2, (arguments, refusal)


def answer_or_refusal(function, *arguments):
    try:
        return function(*arguments), None
    except ValueError as error:
        return None, str(error)


def test_the_activations_are_of_every_kind():
    assert {kind_of(name) for name in SOME} == {kind_of(name) for name in ACTIVATIONS}


def kind_of(name):
    act = ACTIVATIONS[name]
    return bool(act.jumps), act.lipschitz == math.inf, act.symmetry
