"""A population is its runs, whoever else is in it."""

import dataclasses
import importlib
import json
import re
from pathlib import Path

import jax
import numpy as np
import pytest
from jax.sharding import AxisType

from bnact import data
from bnact.data import steps_per_epoch
from bnact.training import HISTOGRAM_BINS, LOG_POINTS, Log, Setting, log_steps, train_population

DIGITS = data.load("digits")
# The program of the reference case below, with another pair and length, which are data: it is compiled once.
BASE = Setting(depth=10, width=64, batch_size=128, steps=60, learning_rate=0.05)
LAYERED = ("dead", "saturated", "gradient_norm")
CASE = json.loads((Path(__file__).parents[1] / "reference_cases.json").read_text())["digits_depth_10_sigmoid"]


def seeds(*numbers, **choices):
    return [dataclasses.replace(BASE, seed=number, **choices) for number in numbers]


def assert_equal(one, other):
    jax.tree.map(np.testing.assert_array_equal, one, other)


@pytest.fixture(scope="module", autouse=True)
def a_device_a_run():
    """As many devices as runs: on more, further ones would run along for nothing."""
    mesh = jax.make_mesh((5,), ("population",), axis_types=(AxisType.Auto,), devices=jax.devices()[:5])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(importlib.import_module("bnact.training.program"), "population_mesh", lambda: mesh)
        yield


@pytest.fixture(scope="module")
def logs():
    return train_population(seeds(0, 1, 2, 3, 4), DIGITS)


def test_networks_learn_the_digits(logs):
    for log in logs:
        assert log.test_accuracy > 0.9
        assert log.train_loss[-1] < 0.2 < log.train_loss[0]
        assert log.train_accuracy[-1] > 0.95
        assert log.validation_accuracy[-1] > 0.9
        assert log.diverged == -1


REPRESENTED = ("participation_ratio", "intrinsic_dimension", "separability")


def test_a_log_is_complete(logs):
    shapes = dict.fromkeys(Log._fields, (LOG_POINTS,)) | dict.fromkeys(LAYERED, (LOG_POINTS, 10))
    shapes |= dict.fromkeys(REPRESENTED, (2, 10))
    shapes |= {"histogram": (2, HISTOGRAM_BINS), "test_accuracy": (), "diverged": ()}
    for log in logs:
        assert {name: np.shape(field) for name, field in log._asdict().items()} == shapes
        assert all(np.all(np.isfinite(field)) for field in log)
        np.testing.assert_array_equal(log.step, log_steps(60))
        np.testing.assert_array_equal(log.histogram.sum(-1), 10 * 64 * 128)
        for share in (log.dead, log.saturated, log.train_accuracy, log.test_accuracy):
            assert np.all((share >= 0) & (share <= 1))


def test_twice_is_the_same_to_the_last_bit(logs):
    assert_equal(train_population(seeds(0, 1, 2, 3, 4), DIGITS), logs)


@pytest.mark.slow
def test_a_run_does_not_depend_on_its_neighbours_or_its_place(logs):
    assert_equal(train_population(seeds(3), DIGITS)[0], logs[3])
    order = [4, 2, 0, 3, 1]
    assert_equal(train_population(seeds(*order), DIGITS), [logs[seed] for seed in order])


@pytest.mark.slow
def test_seeds_and_learning_rates_matter(logs):
    assert len({log.train_loss.tobytes() for log in logs}) == 5
    slow = train_population(seeds(0, learning_rate=0.01), DIGITS)[0]
    assert_equal(slow.gradient_norm[0], logs[0].gradient_norm[0])
    assert slow.train_loss[-1] != logs[0].train_loss[-1]


def test_a_lane_that_diverges_leaves_the_others_untouched(logs):
    settings = seeds(0, 1, 2, 3, 4)
    settings[2] = dataclasses.replace(settings[2], learning_rate=1e36)
    mixed = train_population(settings, DIGITS)
    for lane in (0, 1, 3, 4):
        assert_equal(mixed[lane], logs[lane])
    lost = mixed[2]
    is_lost = ~np.isfinite(lost.train_loss)
    assert lost.diverged == lost.step[np.argmax(is_lost)] > 0
    assert np.all(np.diff(is_lost.astype(int)) >= 0)
    # It was the same before its first step.
    assert lost.train_loss[0] == logs[2].train_loss[0]


@pytest.mark.parametrize(
    "steps, expected",
    [
        (300, [0, 4, 15, 33, 59, 93, 133, 181, 237, 300]),
        (81, [0, 1, 4, 9, 16, 25, 36, 49, 64, 81]),
        (1, [0, 0, 0, 0, 0, 0, 0, 1, 1, 1]),
        (0, [0] * 10),
    ],
)
def test_log_steps(steps, expected):
    assert log_steps(steps).dtype == np.int32
    np.testing.assert_array_equal(log_steps(steps), expected)


def test_errors():
    with pytest.raises(
        ValueError, match="^train_population: needs at least one setting; got none; give the runs"
    ):
        train_population([], DIGITS)
    mixed = [BASE, dataclasses.replace(BASE, activation="tanh"), dataclasses.replace(BASE, steps=7)]
    with pytest.raises(ValueError, match="must share a cell, .*; got 3 cells; call it once for each$"):
        train_population(mixed, DIGITS)
    with pytest.raises(
        ValueError, match=r"got 'digits' for settings of 'spirals'; use bnact\.data\.load\('spirals'\)$"
    ):
        train_population(seeds(0, data="spirals"), DIGITS)
    with pytest.raises(
        ValueError, match="batch_size must be at least 1 and at most the number of training examples"
    ):
        train_population(seeds(0, batch_size=1078), DIGITS)
    with pytest.raises(ValueError, match="nearest: relu"):
        train_population(seeds(0, activation="rellu"), DIGITS)


@pytest.mark.slow
def test_no_number_depends_on_the_other_activations_of_a_program(logs):
    names = ("tanh", "sigmoid", "mish", "relu")
    assert_equal(train_population(seeds(0, 1, 2, 3, 4), DIGITS, names), logs)


# --------------------------------------------------------------------------------- reference case


def deep(norm, order):
    """Test accuracies of the reference case, on five seeds."""
    steps = 60 * steps_per_epoch(len(DIGITS.train.labels), 128)
    settings = seeds(0, 1, 2, 3, 4, activation="sigmoid", norm=norm, order=order, steps=steps)
    return np.asarray([log.test_accuracy for log in train_population(settings, DIGITS)])


def bound(entry, relation):
    """The number in a line like "<= 0.12 on every seed"."""
    found, number, *rest = CASE[entry].split()
    assert (found, rest) == (relation, ["on", "every", "seed"])
    return float(number)


@pytest.mark.slow
def test_ten_layers_of_sigmoids_learn_nothing_without_a_norm():
    assert np.all(deep("none", "before") <= bound("no_normalization", "<="))


@pytest.mark.slow
@pytest.mark.parametrize("order", ["before", "after"])
def test_ten_layers_of_sigmoids_learn_under_batch_norm(order):
    assert np.all(deep("batch", order) >= bound(f"bn_{order}", ">="))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"depth": 0}, "depth must be at least 1; got depth=0"),
        ({"width": 0}, "width must be at least 1; got width=0"),
        ({"steps": -3}, "steps must be at least 0; got steps=-3"),
        ({"observed": 1}, "observed must be at least 2; got observed=1"),
        ({"seed": -1}, "seed must be at least 0; got seed=-1"),
        ({"seed": 2**32}, "seed must be below 2^32"),
        ({"kill": "axe"}, "kill must be one of none, bias, shift, step; got 'axe'"),
    ],
)
def test_a_number_out_of_range_is_refused(change, message):
    setting = dataclasses.replace(Setting(data="digits"), **change)
    with pytest.raises(ValueError, match=re.escape(message)):
        train_population([setting], DIGITS)
