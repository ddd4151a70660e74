import dataclasses
import math

import jax
import numpy as np
import pytest

from bnact.activations import ACTIVATIONS, largest_slope, threshold


@pytest.mark.parametrize("name", [name for name, act in ACTIVATIONS.items() if math.isfinite(act.lipschitz)])
def test_it_is_the_lipschitz_bound_if_there_is_one(name):
    assert largest_slope(ACTIVATIONS[name]) == ACTIVATIONS[name].lipschitz


@pytest.mark.parametrize(
    "name, slope",
    [("square", 6.0), ("squared_relu", 6.0), ("exponential", math.exp(3.0)), ("sign", 1.0), ("step", 1.0)],
)
def test_else_it_is_the_largest_among_usual_inputs(name, slope):
    assert largest_slope(ACTIVATIONS[name]) == pytest.approx(slope, rel=1e-12)


def test_a_jump_does_not_count():
    assert largest_slope(threshold(at=0.5, below=-2.0)) == 1.0
    assert largest_slope(ACTIVATIONS["hard_shrink"]) == 1.0


def test_within_a_traced_function():
    fresh = dataclasses.replace(ACTIVATIONS["square"], name="fresh")
    assert jax.jit(lambda x: x * largest_slope(fresh))(np.float32(0.5)) == 3.0
