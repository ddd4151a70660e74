import math

import jax
import numpy as np
import pytest
from scipy.special import ndtr

from bnact.activations import ACTIVATIONS
from bnact.theory import dead_share, dead_share_under_batch_norm, dead_under_batch_norm
from tests.theory.drawn import agrees, normalized_batches, share_agrees

FLAT = [name for name, phi in ACTIVATIONS.items() if phi.flat]
ONE_SIDED = [
    name for name in FLAT if len(ACTIVATIONS[name].flat) == 1 and math.inf in np.abs(ACTIVATIONS[name].flat)
]
DRAWN = 60_000


def is_dead(name, inputs):
    """Whether the slope is 0 on a whole batch: (batches, examples) to (batches,)."""
    with jax.enable_x64(True):
        return np.all(np.asarray(ACTIVATIONS[name].derivative(inputs)) == 0.0, axis=1)


def correlated(mean, variance, correlation, batch_size):
    rng = np.random.default_rng(0)
    shared, own = rng.normal(size=(DRAWN, 1)), rng.normal(size=(DRAWN, batch_size))
    return mean + math.sqrt(variance) * (math.sqrt(correlation) * shared + math.sqrt(1 - correlation) * own)


@pytest.mark.parametrize("name", FLAT)
def test_without_a_norm_against_drawn_batches(name):
    inputs = correlated(0.3, 9.0, 0.7, 4)
    assert agrees(is_dead(name, inputs), dead_share(name, 4, 0.3, 9.0, 0.7))


@pytest.mark.parametrize("correlation", [0.0, 0.2, 0.99])
@pytest.mark.parametrize("batch_size", [1, 3, 20])
def test_any_correlation_and_batch_against_drawn_ones(correlation, batch_size):
    inputs = correlated(-0.5, 2.0, correlation, batch_size)
    assert agrees(is_dead("relu", inputs), dead_share("relu", batch_size, -0.5, 2.0, correlation))


def test_a_correlation_that_is_left_out_is_told():
    assert not agrees(is_dead("relu", correlated(0.0, 1.0, 0.3, 4)), dead_share("relu", 4))


@pytest.mark.parametrize("batch_size", [1, 2, 7, 128, 1000])
def test_relu_in_closed_form(batch_size):
    assert dead_share("relu", batch_size) == pytest.approx(0.5**batch_size, rel=1e-12)
    assert dead_share("relu", batch_size, correlation=0.5) == pytest.approx(1 / (batch_size + 1), rel=1e-11)
    assert dead_share("relu", batch_size, correlation=1.0) == 0.5


def test_near_equal_examples_come_near_one_example():
    found = [dead_share("relu", 128, correlation=1.0 - gap) for gap in (1e-2, 1e-4, 1e-8, 1e-12)]
    assert np.all(np.diff(found) > 0.0)
    # The threshold of the shared part moves by a few times the root of the gap.
    assert found[-1] == pytest.approx(0.5, abs=3e-6)


def test_flat_on_both_sides():
    flat = 2.0 * float(ndtr(-0.5))
    assert dead_share("hard_tanh", 5, variance=4.0) == pytest.approx(flat**5, rel=1e-12)


def test_what_is_flat_nowhere_is_never_dead():
    assert dead_share("tanh", 4, correlation=0.5) == 0.0
    assert dead_share("tanh", 4) == 0.0
    assert dead_share("tanh", 4, correlation=1.0) == 0.0
    assert dead_share_under_batch_norm("tanh", 4) == 0.0


@pytest.mark.parametrize("name", FLAT)
@pytest.mark.parametrize("batch_size, scale, shift", [(2, 1.5, -1.6), (4, -2.5, -1.0), (9, 0.7, 0.2)])
def test_under_batch_norm_against_drawn_batches(name, batch_size, scale, shift):
    # Another seed than that of the package.
    inputs = scale * normalized_batches(batch_size, DRAWN, seed=5) + shift
    share = dead_share_under_batch_norm(name, batch_size, scale, shift)
    assert share_agrees(float(is_dead(name, inputs).mean()), draws_of_both(name, batch_size), share)


def draws_of_both(name, batch_size):
    """How many draws alone err as much as those here and, where it draws, those of the package together."""
    is_exact = batch_size == 2 or name in ONE_SIDED
    return DRAWN if is_exact else int(1.0 / (1.0 / DRAWN + batch_size / 2**22))


def test_relu_under_batch_norm_is_exact():
    expected = dead_under_batch_norm(-1.4, 32)
    assert dead_share_under_batch_norm("relu", 32, 0.5, -0.7) == expected
    assert dead_share_under_batch_norm("relu", 32, -0.5, -0.7) == expected
    assert dead_share_under_batch_norm("shifted_relu", 32, 0.5, -1.7) == pytest.approx(expected, rel=1e-12)


def test_what_a_mean_square_of_one_rules_out_is_exactly_nought():
    assert dead_share_under_batch_norm("hard_tanh", 64, 1.0) == 0.0
    assert dead_share_under_batch_norm("hard_sigmoid", 64, 2.9) == 0.0
    assert dead_share_under_batch_norm("hard_shrink", 64, 0.5) == 0.0
    # From batches of 10 on one value can be so far out that the others are near 0.
    assert dead_share_under_batch_norm("hard_shrink", 64, 0.05) == 1.0


def test_two_values_are_looked_at_themselves():
    assert dead_share_under_batch_norm("hard_tanh", 2, 1.5) == 1.0
    assert dead_share_under_batch_norm("hard_tanh", 2, 0.5) == 0.0


def test_a_scale_of_nought_says_it_of_the_shift():
    assert dead_share_under_batch_norm("relu", 8, 0.0, -1.0) == 1.0
    assert dead_share_under_batch_norm("relu", 8, 0.0, 1.0) == 0.0


def test_a_hundred_thousand_examples_are_drawn_in_parts():
    share = dead_share_under_batch_norm("hard_tanh", 100, 100.0)
    # Nearly independent values.
    assert share == pytest.approx((2.0 * float(ndtr(-0.01))) ** 100, abs=0.01)


@pytest.mark.parametrize("batch_size", [0, -2, 2.0, True])
def test_a_batch_without_examples(batch_size):
    with pytest.raises(ValueError, match="dead_share: batch_size must be an integer of at least 1; got"):
        dead_share("relu", batch_size)


@pytest.mark.parametrize("mean, variance", [(math.nan, 1.0), (0.0, 0.0), (0.0, -1.0), (0.0, math.inf)])
def test_moments_that_are_none(mean, variance):
    with pytest.raises(ValueError, match="mean must be finite, variance finite and positive; got mean="):
        dead_share("relu", 4, mean, variance)


@pytest.mark.parametrize("correlation", [-0.1, 1.1, math.nan])
def test_correlations_that_cannot_be(correlation):
    with pytest.raises(ValueError, match=rf"dead_share: correlation must be within .*; got {correlation}"):
        dead_share("relu", 4, correlation=correlation)


def test_a_norm_that_is_none():
    with pytest.raises(ValueError, match="batch_size must be an integer of at least 2; got 1"):
        dead_share_under_batch_norm("relu", 1)
    with pytest.raises(ValueError, match="scale and shift must be finite; got scale=nan, shift=0.0"):
        dead_share_under_batch_norm("relu", 8, math.nan)


def test_an_unknown_activation():
    with pytest.raises(ValueError, match="nearest: relu"):
        dead_share("rellu", 4)
    with pytest.raises(ValueError, match="nearest: relu"):
        dead_share_under_batch_norm("rellu", 4)


@pytest.mark.parametrize("name", ["mean", "variance", "correlation"])
@pytest.mark.parametrize("given", [np.full(2, 0.5), [0.5, 0.25], [0.5]])
def test_arrays_are_looped_over_by_the_caller(name, given):
    with pytest.raises(
        ValueError, match=f"dead_share: {name} must be one number; got .*; loop over the values"
    ):
        dead_share("relu", 4, **{name: given})


@pytest.mark.parametrize("given", [{"scale": np.ones(2)}, {"shift": np.ones(2)}])
def test_arrays_of_the_norm_are_looped_over_too(given):
    with pytest.raises(
        ValueError, match="dead_share_under_batch_norm: .* must be one number; got array.*; loop over"
    ):
        dead_share_under_batch_norm("relu", 4, **given)


@pytest.mark.parametrize("of_numpy", [np.int64(4), np.array(4)])
def test_integers_of_any_kind_are_batch_sizes(of_numpy):
    assert dead_share("relu", of_numpy, 0.1) == dead_share("relu", 4, 0.1)
    for name in ("relu", "hard_tanh"):
        found, expected = (dead_share_under_batch_norm(name, size, 2.0, -0.9) for size in (of_numpy, 4))
        assert found == expected
    assert dead_under_batch_norm(-1.0, of_numpy) == dead_under_batch_norm(-1.0, 4)
