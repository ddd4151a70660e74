"""One convention for another: what evaluation keeps, what training keeps."""

import dataclasses

import jax.numpy as jnp
import numpy as np
import pytest

from bnact import convert
from bnact.convert.convention import settled_count
from tests.convert.sides import FEATURES, batches, fresh, remembering
from tests.convert.test_agreement import evaluated

X = batches(1)[0]
N = X[..., 0].size
SETTINGS = [
    {"epsilon": 1e-5},
    {"epsilon": 1e-3, "momentum": 0.9, "bessel": True},
    {"epsilon": 1e-5, "momentum": 0.9, "debias": True},
    {"epsilon": 1e-5, "momentum": None, "bessel": True},
]
LIBRARIES = {
    "torch": convert.to_torch,
    "linen": convert.to_linen,
    "nnx": convert.to_nnx,
    "haiku": lambda layer: convert.to_haiku(layer, "norm"),
    "equinox": convert.to_equinox,
    "keras": convert.to_keras,
}
BACK = {
    "torch": lambda there: convert.from_torch(there.arrays, "batch", there.settings),
    "linen": lambda there: convert.from_linen(there.arrays, "batch", there.settings),
    "nnx": lambda there: convert.from_nnx(there.arrays, "batch", there.settings),
    "haiku": lambda there: convert.from_haiku(
        there.arrays["params"], there.arrays["state"], "norm", "batch", there.settings
    ),
    "equinox": lambda there: convert.from_equinox(there.arrays, "batch", there.settings),
    "keras": lambda there: convert.from_keras(there.arrays, "batch", there.settings),
}


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
@pytest.mark.parametrize("library", LIBRARIES)
def test_every_library_holds_what_is_frozen(library, settings):
    layer = remembering(settings)
    there = LIBRARIES[library](convert.for_evaluation(layer))
    convert.assert_agreement(layer, evaluated(BACK[library](there)), X)


def test_a_frozen_layer_evaluates_in_training_too():
    layer = convert.for_evaluation(remembering({"epsilon": 1e-5}))
    y, state = layer.normalization.apply(layer.params, layer.state, X, train=True)
    np.testing.assert_array_equal(y, evaluated(layer)(X))
    np.testing.assert_array_equal(state.mean, layer.state.mean)


def test_a_layer_that_remembers_nothing_needs_no_freezing():
    layer = fresh("layer", {"epsilon": 1e-5})
    assert convert.for_evaluation(layer) is layer


@pytest.mark.parametrize(
    "settings", [{"momentum": 0.9}, {"momentum": None}, {"momentum": 0.9, "debias": True}], ids=str
)
@pytest.mark.parametrize("bessel", [True, False])
def test_with_a_batch_size_the_variance_is_what_the_other_would_have_averaged(settings, bessel):
    one = remembering({"epsilon": 1e-5, **settings, "bessel": not bessel})
    other = remembering({"epsilon": 1e-5, **settings, "bessel": bessel})
    moved = convert.with_bessel(one, bessel, batch_size=N)
    assert moved.settings == other.settings
    np.testing.assert_allclose(moved.state.variance, other.state.variance, rtol=1e-5)
    wrong = convert.with_bessel(one, bessel, batch_size=N + 5)
    assert not np.allclose(wrong.state.variance, other.state.variance, rtol=1e-5, atol=0)


def test_without_a_batch_size_evaluation_stays_as_it_is():
    layer = remembering({"epsilon": 1e-5, "bessel": True})
    moved = convert.with_bessel(layer, False)
    assert not moved.settings["bessel"]
    assert moved.state is layer.state
    assert convert.with_bessel(moved, False) is moved


def test_the_number_of_updates_may_be_told_where_a_library_keeps_none():
    layer = remembering({"epsilon": 1e-5, "momentum": 0.9})
    there = convert.to_linen(layer)
    uncounted = convert.from_linen(there.arrays, "batch", there.settings)
    told = convert.with_bessel(uncounted, True, batch_size=N, updates=3)
    counted = convert.with_bessel(layer, True, batch_size=N)
    np.testing.assert_allclose(told.state.variance, counted.state.variance, rtol=1e-6)


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9, 0.99, 0.9999])
def test_a_settled_count_leaves_no_weight_in_float32_and_is_the_least(momentum):
    count = settled_count(momentum)
    assert np.float32(1) - np.float32(momentum) ** np.float32(count) == 1
    assert momentum**count <= 2**-26
    assert count == 1 or momentum ** (count - 1) > 2**-26


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda layer: convert.with_bessel(fresh("layer", {"epsilon": 1e-5}), True), "kind must be 'batch'"),
        (lambda layer: convert.with_bessel(layer, True, batch_size=1), "batch_size=1; use examples times"),
        (
            lambda layer: convert.with_bessel(layer, True, batch_size=8, updates=0),
            "updates must be at least 1",
        ),
    ],
)
def test_bad_calls(call, message):
    with pytest.raises(ValueError, match=message):
        call(remembering({"epsilon": 1e-5}))


OTHERS = {
    "nnx": lambda layer: convert.to_nnx(layer).arrays["mean"],
    "linen": lambda layer: convert.to_linen(layer).arrays["batch_stats"]["mean"],
    "keras": lambda layer: convert.to_keras(layer).arrays["moving_mean"],
    "equinox": lambda layer: convert.to_equinox(layer).arrays["hidden_mean"],
    "torch": lambda layer: convert.to_torch(convert.with_bessel(layer, True)).arrays["running_mean"],
    "frozen": lambda layer: convert.to_nnx(convert.for_evaluation(layer)).arrays["mean"],
    "haiku": lambda layer: convert.to_haiku(layer, "a").arrays["state"]["a/~/mean_ema"]["hidden"][0],
    "haiku's average": lambda layer: convert.to_haiku(layer, "a").arrays["state"]["a/~/mean_ema"]["average"][
        0
    ],
}


@pytest.mark.parametrize("library", OTHERS)
def test_a_mean_in_two_numbers_goes_as_their_sum(library):
    layer = remembering({"epsilon": 1e-5})
    correction = jnp.linspace(1e-3, 0.5, FEATURES, dtype=jnp.float32)
    layer = dataclasses.replace(layer, state=layer.state._replace(correction=correction))
    mean = OTHERS[library](layer)
    assert mean.dtype == np.float32
    np.testing.assert_array_equal(mean, np.asarray(layer.state.mean) + np.asarray(correction))
