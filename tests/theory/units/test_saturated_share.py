import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import ndtr

from bnact.activations import ACTIVATIONS, largest_slope
from bnact.probes.units import saturated
from bnact.theory import saturated_share
from bnact.theory.evaluation import evaluate
from tests.theory.drawn import agrees, normalized_batches, share_agrees

DRAWN = 40_000


@pytest.fixture(scope="module")
def normal():
    return np.random.default_rng(0).normal(size=DRAWN)


def counted(name, inputs):
    """What the probe counts."""
    phi = ACTIVATIONS[name]
    with jax.enable_x64(True):
        return float(saturated(jnp.asarray(evaluate(phi.derivative, inputs)[:, None]), largest_slope(phi)))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_against_what_the_probe_counts(name, normal):
    assert share_agrees(counted(name, -2.5 * normal + 0.7), DRAWN, saturated_share(name, -2.5, 0.7))


@pytest.mark.parametrize("name", ["relu", "tanh", "gelu", "hard_tanh", "step"])
@pytest.mark.parametrize("batch_size", [2, 3, 8])
def test_against_what_the_probe_counts_in_normalized_batches(name, batch_size):
    values = normalized_batches(batch_size, DRAWN)[:, 0]
    found = saturated_share(name, 2.5, 0.7, batch_size=batch_size)
    assert share_agrees(counted(name, 2.5 * values + 0.7), DRAWN, found)


def test_a_wrong_level_is_told(normal):
    phi = ACTIVATIONS["tanh"]
    below_a_tenth = np.abs(evaluate(phi.derivative, 2.5 * normal)) < 0.1
    assert not agrees(below_a_tenth, saturated_share("tanh", 2.5))


def test_closed_forms():
    # tanh' = 1 - tanh^2 < 1/20 beyond artanh(sqrt(0.95)).
    end = math.atanh(math.sqrt(0.95))
    expected = float(ndtr((-end - 0.4) / 3.0) + ndtr((-end + 0.4) / 3.0))
    assert saturated_share("tanh", 3.0, 0.4) == pytest.approx(expected, rel=1e-12)
    assert saturated_share("relu", 2.0, 0.5) == pytest.approx(float(ndtr(-0.25)), abs=1e-14)
    assert saturated_share("hard_tanh") == pytest.approx(2.0 * float(ndtr(-1.0)), abs=1e-14)
    assert saturated_share("identity", 5.0, 1.0) == 0.0


def test_a_scale_of_nought_says_it_of_the_shift():
    assert saturated_share("relu", 0.0, -1.0) == 1.0
    assert saturated_share("relu", 0.0, 1.0, batch_size=8) == 0.0


def test_a_batch_of_two_has_two_values():
    assert saturated_share("tanh", 5.0, batch_size=2) == 1.0
    assert saturated_share("relu", 1.0, batch_size=2) == 0.5


def test_a_large_batch_comes_near_a_normal():
    assert saturated_share("gelu", 2.0, batch_size=10**6) == pytest.approx(
        saturated_share("gelu", 2.0), abs=1e-6
    )


def test_far_out_nothing_is_missed():
    assert saturated_share("sigmoid", 1e3) == pytest.approx(1.0, abs=0.01)
    assert saturated_share("tanh", 1.0, 300.0) == pytest.approx(1.0, abs=1e-12)
    assert saturated_share("tanh", 1e-6, 0.0) == 0.0


@pytest.mark.parametrize("scale, shift", [(math.nan, 0.0), (math.inf, 0.0), (1.0, math.inf)])
def test_a_scale_or_shift_that_is_none(scale, shift):
    with pytest.raises(ValueError, match="saturated_share: scale and shift must be finite; got scale="):
        saturated_share("tanh", scale, shift)


def test_a_batch_of_one():
    with pytest.raises(
        ValueError, match="saturated_share: batch_size must be an integer of at least 2; got 1"
    ):
        saturated_share("tanh", batch_size=1)


def test_an_unknown_activation():
    with pytest.raises(ValueError, match="nearest: sigmoid"):
        saturated_share("sigmoyd")


@pytest.mark.parametrize("given", [{"scale": np.ones(2)}, {"shift": np.ones(2)}])
def test_arrays_are_looped_over_by_the_caller(given):
    with pytest.raises(
        ValueError, match="saturated_share: .* must be one number; got array.*; loop over the values"
    ):
        saturated_share("tanh", **given)


@pytest.mark.parametrize("arguments", [(np.float64(2.0), np.array(0.5), np.int64(8))])
def test_numbers_of_any_kind(arguments):
    assert saturated_share("tanh", *arguments) == saturated_share("tanh", 2.0, 0.5, 8)
