"""A run is the run written out, step by step."""

import dataclasses

import numpy as np
import pytest

from bnact import data
from bnact.training import LOG_POINTS, Setting, train_population
from tests.training.plain_run import records

DIGITS = data.load("digits")
BASE = Setting(depth=3, width=16, batch_size=32, steps=4, learning_rate=0.05, observed=2048, seed=5)
RUNS = [
    {"activation": "tanh", "norm": "layer", "order": "after", "gain": 1.5},
    {"activation": "softplus", "norm": "none", "kill": "bias"},
    {"activation": "relu", "norm": "batch", "kill": "shift"},
    {"activation": "mish", "norm": "rms", "kill": "step", "learning_rate": 1e-4},
]


def trained(setting):
    """The log of a run, by the one program that all runs of this file share."""
    return train_population([setting], DIGITS, ("relu", *(choices["activation"] for choices in RUNS)))[0]


@pytest.mark.parametrize("choices", RUNS, ids=lambda choices: "-".join(map(str, choices.values())))
def test_a_run_is_the_run_written_out(choices):
    setting = dataclasses.replace(BASE, **choices)
    log = trained(setting)
    taken = records(setting, DIGITS)
    train, validation, _, norms = (np.asarray(column) for column in zip(*taken, strict=True))
    np.testing.assert_allclose(log.train_loss, train[log.step], rtol=1e-4)
    np.testing.assert_allclose(log.validation_loss, validation[log.step], rtol=1e-4)
    np.testing.assert_allclose(log.gradient_norm, norms[log.step], rtol=1e-3, atol=1e-9)
    np.testing.assert_allclose(log.test_accuracy, taken[-1][2], atol=1.01 / len(DIGITS.test.labels))
    assert np.all(log.gradient_norm > 0)
    assert train[0] != train[-1]


def test_a_short_run_records_the_gradient_at_every_point():
    log = trained(BASE)
    assert list(log.step) == [0, 0, 0, 0, 1, 1, 2, 2, 3, 4]
    for step in range(5):
        alike = log.gradient_norm[log.step == step]
        np.testing.assert_array_equal(alike, np.broadcast_to(alike[0], alike.shape))
    assert len({row.tobytes() for row in log.gradient_norm}) == 5


def test_a_run_of_no_steps_looks_at_the_fresh_network():
    log = trained(dataclasses.replace(BASE, steps=0))
    np.testing.assert_array_equal(log.step, np.zeros(LOG_POINTS))
    assert len(set(log.train_loss)) == 1
    np.testing.assert_array_equal(log.gradient_norm[0], trained(BASE).gradient_norm[0])


def test_half_of_the_units_are_injured_where_the_norm_does_not_prevent_it():
    def dead(**choices):
        return trained(dataclasses.replace(BASE, activation="relu", **choices)).dead[0]

    np.testing.assert_array_equal(dead(norm="none", kill="none"), [0, 0, 0])
    assert dead(norm="none", kill="bias")[0] == pytest.approx(0.5, abs=0.07)
    np.testing.assert_array_equal(dead(norm="batch", kill="bias"), dead(norm="batch", kill="none"))
    assert np.all(dead(norm="batch", kill="shift") >= 0.4)
