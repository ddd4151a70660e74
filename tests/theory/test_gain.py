import json
import math
import pathlib
import re
from typing import Literal

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.activations import ACTIVATIONS, threshold
from bnact.numerics.quadrature import expectation
from bnact.theory import gain

CASES = json.loads((pathlib.Path(__file__).parent.parent / "reference_cases.json").read_text())
SPELLED = {"gelu_exact": "gelu", "leaky_relu_0.01": "leaky_relu"}
PRESERVED: dict[str, Literal["variance", "second_moment"]] = {
    "gains_one_over_std": "variance",
    "gains_one_over_rms": "second_moment",
}


def published(case):
    values = {SPELLED.get(key, key): value for key, value in CASES[case].items()}
    return [(case, name, value) for name, value in values.items() if name in ACTIVATIONS]


@pytest.mark.parametrize("case, name, value", [row for case in PRESERVED for row in published(case)])
def test_published_gain(case, name, value):
    assert abs(gain(name, PRESERVED[case]) - value) < CASES[case]["analytic"]


def test_many_of_the_registry_are_published():
    assert len(published("gains_one_over_std")) >= 12
    assert len(published("gains_one_over_rms")) >= 6


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_gain_gives_what_it_says(name):
    act = ACTIVATIONS[name]
    values = np.asarray(act(np.random.default_rng(0).normal(size=1_000_000).astype(np.float32)), np.float64)
    assert gain(act, "variance") * values.std() == pytest.approx(1.0, abs=5e-3)
    assert gain(act, "second_moment") * math.sqrt(np.mean(values**2)) == pytest.approx(1.0, abs=5e-3)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_gain_of_a_gradient_gives_what_it_says(name):
    act, z = ACTIVATIONS[name], np.random.default_rng(0).normal(size=1_000_000).astype(np.float32)
    slopes = np.asarray(act.derivative(z), np.float64)
    assert gain(act, "gradient") * math.sqrt(np.mean(slopes**2)) == pytest.approx(1.0, abs=1e-2)


def test_gains_of_gradients_in_closed_form():
    assert gain("relu", "gradient") == pytest.approx(math.sqrt(2.0), rel=1e-13)
    # E cos(z)^2 = (1 + exp(-2)) / 2 and P(|z| < 1)
    assert gain("sin", "gradient") == pytest.approx(math.sqrt(2.0 / (1.0 + math.exp(-2.0))), rel=1e-13)
    assert gain("hard_tanh", "gradient") == pytest.approx(math.erf(math.sqrt(0.5)) ** -0.5, rel=1e-13)


@pytest.mark.parametrize("preserve", ["variance", "second_moment", "gradient"])
def test_nothing_to_preserve(preserve):
    never = threshold(at=1000.0)
    with pytest.raises(
        ValueError, match=f"gain: {preserve} must not be 0 .*; got 0 for {re.escape(never.name)}"
    ):
        gain(never, preserve)


def test_selu_constants():
    selu, case = ACTIVATIONS["selu"], CASES["selu"]
    assert abs(expectation(selu, selu.breakpoints)) < 1e-12
    scale = float(selu.derivative(np.float32(1.0)))
    assert abs(scale - case["scale"]) < case["analytic"]
    assert abs(float(selu.derivative(np.float32(0.0))) / scale - case["alpha"]) < case["analytic"]


def test_inside_a_traced_function():
    assert jax.jit(lambda x: x * gain("relu"))(jnp.float32(1.0)) == pytest.approx(gain("relu"), rel=1e-6)


def test_another_thing_to_preserve():
    with pytest.raises(
        ValueError, match="must be 'variance', 'second_moment' or 'gradient'; got 'mean'; use 'variance'"
    ):
        gain("relu", "mean")  # pyright: ignore[reportArgumentType]


def test_an_unknown_activation():
    with pytest.raises(ValueError, match="nearest: gelu"):
        gain("gleu")
