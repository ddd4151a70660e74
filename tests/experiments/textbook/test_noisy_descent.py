import itertools

import numpy as np
import pytest

from experiments.textbook.noise_study import RUNS, STEPS, observations_of
from experiments.textbook.noisy_descent import (
    Observations,
    exact_moments,
    simulated_moments,
    stationary_distance,
)

FEW = Observations(np.array([1.0, 2.0, 2.5]), np.array([2.0, 5.5, 6.0]))


def enumerated(examples, batch_size, rate, steps):
    """The distances after every sequence of minibatches there is."""
    batches = list(itertools.product(range(len(examples.x)), repeat=batch_size))
    distances = np.zeros(1) - examples.optimum
    for _ in range(steps):
        points = distances[:, None] + examples.optimum
        x, y = examples.x[batches], examples.y[batches]
        gradients = 2 * np.mean(x[None] * (points[..., None] * x[None] - y[None]), axis=-1)
        distances = (points - rate * gradients - examples.optimum).ravel()
    return distances


@pytest.mark.parametrize(("batch_size", "steps"), [(1, 6), (2, 3)])
def test_moments_are_those_over_all_minibatches(batch_size, steps):
    found = exact_moments(FEW, batch_size, 0.04, steps)
    distances = enumerated(FEW, batch_size, 0.04, steps)
    np.testing.assert_allclose(found.mean[-1], distances.mean(), rtol=1e-12)
    np.testing.assert_allclose(found.square[-1], np.mean(distances**2), rtol=1e-12)


@pytest.mark.parametrize("batch_size", [1, 4])
def test_steps_stay_where_the_moments_come_to_rest(batch_size):
    last = exact_moments(FEW, batch_size, 0.02, 2000).square[-1]
    assert stationary_distance(FEW, batch_size, 0.02) == pytest.approx(np.sqrt(last), rel=1e-12)


def test_of_one_noisy_input_the_distance_is_known_in_closed_form():
    # x = 2, y = 5 +- 1: the mean square is rate s^2 / (batch (1 - 4 rate)), s^2 = 1.
    examples = Observations(np.array([2.0, 2.0]), np.array([4.0, 6.0]))
    assert stationary_distance(examples, 3, 0.01) == pytest.approx(np.sqrt(0.01 / (3 * 0.96)), rel=1e-12)


def test_a_rate_beyond_what_is_stable_has_no_distance_to_stay_at():
    assert stationary_distance(FEW, 1, 1.0) == float("inf")


def test_simulated_steps_have_the_exact_moments_and_a_wrong_form_is_told():
    examples = observations_of(1.0)
    # Of the study's own size, so that nothing more is compiled.
    found, exact = simulated_moments(examples, 1, 0.02, STEPS, RUNS), exact_moments(examples, 1, 0.02, STEPS)
    deviation = np.abs(found.moments.square - exact.square)[1:] / found.errors.square[1:]
    assert deviation.max() < 5.0
    wrong = exact_moments(examples, 2, 0.02, STEPS)
    assert (np.abs(found.moments.square - wrong.square)[1:] / found.errors.square[1:]).max() > 8.0
    again = simulated_moments(examples, 1, 0.02, STEPS, RUNS)
    np.testing.assert_array_equal(again.moments.square, found.moments.square)


def test_examples_are_always_the_same_and_without_noise_on_a_line():
    np.testing.assert_array_equal(observations_of(1.0).y, observations_of(1.0).y)
    clean = observations_of(0.0)
    np.testing.assert_allclose(clean.y, 2.5 * clean.x)
    assert clean.optimum == pytest.approx(2.5, rel=1e-15)
