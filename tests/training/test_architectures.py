"""A study trains every architecture, whatever pair it has, to sort and to measure."""

import dataclasses
import importlib
import re

import jax
import numpy as np
import pytest
from jax.sharding import AxisType

from bnact import data
from bnact.data import friedman
from bnact.training import ARCHITECTURES, HISTOGRAM_BINS, LOG_POINTS, Setting, train_population

DIGITS = data.load("digits")
SMALL = Setting(depth=2, width=8, batch_size=32, steps=30, learning_rate=0.05, observed=2048)
SITES = {"residual_mlp": 5, "resnet": 5}
# Of two blocks; the other architectures have two.


@pytest.fixture(scope="module", autouse=True)
def one_device():
    """Runs beside the only one would be trained for nothing."""
    mesh = jax.make_mesh((1,), ("population",), axis_types=(AxisType.Auto,), devices=jax.devices()[:1])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(importlib.import_module("bnact.training.program"), "population_mesh", lambda: mesh)
        yield


def trained(dataset=DIGITS, **choices):
    setting = dataclasses.replace(SMALL, **choices)
    return train_population([setting], dataset, ("relu", "tanh"))[0]


# Slow by compiling six programs: what each is made of is tested beside it.
@pytest.mark.slow
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_every_architecture_is_trained(architecture):
    log, sites = trained(architecture=architecture), SITES.get(architecture, 2)
    assert log.dead.shape == log.saturated.shape == log.gradient_norm.shape == (LOG_POINTS, sites)
    assert log.histogram.shape == (2, HISTOGRAM_BINS)
    assert all(np.all(np.isfinite(field)) for field in log)
    assert np.all(log.gradient_norm > 0)
    assert log.train_loss[-1] < 0.9 * log.train_loss[0]
    # A pair is data, and so is its order: nothing is compiled again.
    other = trained(architecture=architecture, activation="tanh", norm="layer", order="after")
    assert other.train_loss[0] != log.train_loss[0]
    np.testing.assert_array_equal(other.dead, 0)


def test_every_architecture_has_words_of_its_own():
    for each in ARCHITECTURES.values():
        assert all((each.layer, each.unit, each.description))
        assert not each.description.endswith(".")
    assert len({each.description for each in ARCHITECTURES.values()}) == len(ARCHITECTURES)
    assert "layer norms of its own, whatever norm the pair has" in ARCHITECTURES["transformer"].description


@pytest.mark.slow
def test_a_shift_kills_every_second_channel_of_every_convolution():
    np.testing.assert_array_equal(trained(architecture="conv_net", kill="shift").dead[0], 0.5)
    assert np.all(trained(architecture="conv_net").dead[0] < 0.3)


@pytest.mark.slow
def test_a_regression_is_trained_to_explain_variance():
    numbers = friedman(100, noise=0.0)
    assert (numbers.kind, numbers.outputs) == ("regression", 1)
    log = trained(numbers, data="friedman", activation="tanh", norm="none", steps=100)
    assert 0 <= log.train_accuracy[0] < 0.5 < log.test_accuracy <= 1
    targets = numbers.validation.labels
    assert log.validation_loss[-1] < 0.5 * np.mean(np.square(targets))
    explained = 1 - log.validation_loss[-1] / np.var(targets)
    np.testing.assert_allclose(log.validation_accuracy[-1], explained, rtol=1e-4)


@pytest.mark.parametrize(
    "choices, message",
    [
        ({"architecture": "mpl"}, "architecture: must be one of mlp, .*; got 'mpl'; use 'mlp'"),
        (
            {"architecture": "residual_mlp", "kill": "shift"},
            "kill=shift needs an architecture whose every pair follows a linear map .*; got "
            "architecture=residual_mlp; use mlp, ",
        ),
    ],
)
def test_what_cannot_be_trained_is_refused(choices, message):
    with pytest.raises(ValueError, match=message):
        trained(**choices)


def test_vectors_are_no_images():
    message = "resnet needs examples that are images; got the dataset 'spirals' of vectors with 2 features"
    with pytest.raises(ValueError, match=re.escape(message)):
        trained(data.load("spirals"), data="spirals", architecture="resnet")
