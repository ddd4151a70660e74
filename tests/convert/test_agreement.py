"""The proof itself: what it finds, what it overlooks, what it says."""

import dataclasses

import jax.numpy as jnp
import numpy as np
import pytest

from bnact import convert
from bnact.convert.layer import read_state
from tests.convert.sides import FEATURES, batches, fresh, remembering

X = batches(1)[0]


def evaluated(layer):
    """A layer's own evaluation as a foreign function."""
    return lambda x: layer.normalization.apply(layer.params, layer.state, x, train=False)[0]


def stepped(layer):
    """A layer's own training as a foreign step."""
    held = {"state": layer.state}

    def step(x):
        y, held["state"] = layer.normalization.apply(layer.params, held["state"], x, train=True)
        return y, dataclasses.replace(layer, state=held["state"])

    return step


@pytest.mark.parametrize("kind", ["batch", "layer", "rms", "group", "instance"])
def test_a_layer_agrees_with_itself(kind):
    layer = fresh(kind, {"epsilon": 1e-5, **({"groups": 3} if kind == "group" else {})})
    assert convert.agreement(layer, evaluated(layer), X).differences[0].residual == 0
    found = convert.training_agreement(layer, stepped(layer), batches())
    assert found.holds
    assert [each.of for each in found.differences] == (
        ["output", "running mean", "running variance"] if kind == "batch" else ["output"]
    )


FAULTS = {
    "a factor": lambda y: y * 1.0001,
    "a shift": lambda y: y + 0.001,
    "the sign of one feature": lambda y: y.at[..., 3].multiply(-1),
    "NaN in one place": lambda y: y.at[0, 0, 0, 0].set(jnp.nan),
    "two features exchanged": lambda y: y[..., jnp.array([1, 0, 2, 3, 4, 5])],
    "examples exchanged": lambda y: y[::-1],
}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_is_caught(fault):
    layer = remembering({"epsilon": 1e-5})
    right = evaluated(layer)
    with pytest.raises(
        AssertionError, match=r"output differs: residual .*, bound 1e-05; shape \(8, 3, 2, 6\)"
    ):
        convert.assert_agreement(layer, lambda x: FAULTS[fault](right(x)), X)


def test_a_feature_that_is_scaled_to_almost_nothing_is_compared_by_its_own_size():
    scale, bias = np.full(FEATURES, 1e-9, np.float32), np.zeros(FEATURES, np.float32)
    layer = fresh("layer", {"epsilon": 1e-5}, (scale, bias))
    with pytest.raises(AssertionError, match="output differs"):
        convert.assert_agreement(layer, lambda x: 1.001 * evaluated(layer)(x), X)


@pytest.mark.parametrize("kind", ["layer", "rms", "instance"])
def test_an_epsilon_of_1e_6_for_1e_5_is_caught_on_inputs_of_variance_1(kind):
    layer = fresh(kind, {"epsilon": 1e-5})
    other = dataclasses.replace(layer, settings={"epsilon": 1e-6})
    x = (X - X.mean((0, 1, 2))[None, None, None]) / X.std((0, 1, 2))[None, None, None]
    with pytest.raises(AssertionError, match="output differs"):
        convert.assert_agreement(layer, evaluated(other), x)


@pytest.mark.parametrize(
    ("settings", "of"),
    [
        ({"momentum": 0.91}, "running mean"),
        ({"bessel": True}, "running variance"),
        ({"epsilon": 2e-5}, "output"),
        ({"momentum": None}, "running variance"),
    ],
)
def test_what_differs_is_named(settings, of):
    layer = remembering({"epsilon": 1e-5, "momentum": 0.9})
    other = dataclasses.replace(layer, settings={**layer.settings, **settings})
    found = convert.training_agreement(layer, stepped(other), batches())
    assert of in {each.of for each in found.differences if not each.holds}
    assert f"{of} differs" in found.to_text()


def test_a_wider_bound_is_taken_as_given():
    layer = remembering({"epsilon": 1e-5})
    convert.assert_agreement(layer, lambda x: evaluated(layer)(x) * 1.001, X, bound=0.01)


def test_features_of_another_count_are_refused():
    layer = remembering({"epsilon": 1e-5})
    with pytest.raises(
        ValueError, match=r"y of one shape, features last; got ours \(8, 3, 2, 6\), theirs \(8, 6"
    ):
        convert.agreement(layer, lambda x: convert.channels_first(evaluated(layer)(x)), X)


def test_no_batch_and_a_frozen_layer_are_refused():
    layer = remembering({"epsilon": 1e-5})
    with pytest.raises(ValueError, match="there must be a batch; got none"):
        convert.training_agreement(layer, stepped(layer), [])
    frozen = convert.for_evaluation(layer)
    with pytest.raises(ValueError, match="a frozen layer does not train; got frozen=True"):
        convert.training_agreement(frozen, stepped(layer), batches())


def test_an_array_in_place_of_batches_is_refused():
    layer = remembering({"epsilon": 1e-5})
    with pytest.raises(
        TypeError, match=r"batches must be a list of arrays; got one array of shape \(8, 3, 2"
    ):
        convert.training_agreement(layer, stepped(layer), X)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("shape", [(0, FEATURES), (2, 0, FEATURES), (4, 0)])
def test_an_empty_batch_is_refused(shape):
    layer, empty = remembering({"epsilon": 1e-5}), jnp.zeros(shape)
    with pytest.raises(ValueError, match="^agreement: a batch must hold a value.*at least one example"):
        convert.agreement(layer, evaluated(layer), empty)
    with pytest.raises(ValueError, match="training_agreement: a batch must hold a value"):
        convert.training_agreement(layer, stepped(layer), [X, empty])


def test_a_mean_in_two_numbers_is_compared_as_their_sum():
    layer = remembering({"epsilon": 1e-5, "momentum": 1.0})
    moved = layer.state._replace(correction=layer.state.correction + 0.5)
    other = dataclasses.replace(layer, state=moved)
    found = convert.training_agreement(layer, stepped(other), batches(1))
    assert "running mean" in {each.of for each in found.differences if not each.holds}


@pytest.mark.slow
def test_what_is_read_is_debiased():
    layer = remembering({"epsilon": 1e-5, "momentum": 0.9, "debias": True})
    weight = 1 - 0.9**3
    np.testing.assert_allclose(read_state(layer).mean, layer.state.mean / weight, rtol=1e-6)
