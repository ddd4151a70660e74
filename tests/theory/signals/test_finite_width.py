import functools
import math

import numpy as np
import pytest

from bnact.activations import ACTIVATIONS
from bnact.theory import input_gradient_scatter, length_scatter

STRAIGHT = {"identity": 1.0, "relu": 0.0, "leaky_relu(slope=0.5)": 0.5, "abs": -1.0}
WIDTHS, INPUTS, DRAWS = (4, 7, 5), 3, 200_000


@pytest.mark.parametrize("name, kurtosis", [("relu", 6.0), ("identity", 3.0), ("abs", 3.0)])
def test_one_layer(name, kurtosis):
    assert length_scatter(name, [10]) == pytest.approx(1.0 + (kurtosis - 1.0) / 10, rel=1e-15)


def test_many_wide_layers_of_relu():
    assert length_scatter("relu", [1000] * 20) == pytest.approx(math.exp(5 * 20 / 1000), rel=1e-3)


def test_no_hidden_layer():
    assert length_scatter("relu", []) == 1.0
    assert input_gradient_scatter("relu", [], 4) == 1.5


@pytest.fixture(scope="module", params=STRAIGHT)
def network(request):
    return request.param, squared_lengths(STRAIGHT[request.param])


def squared_lengths(slope):
    """Over many draws: |h|^2, and squared gradients of one output by the input, one entry, and weights."""
    draw = np.random.default_rng(0).normal
    h, lengths, slopes, matrices = np.ones((DRAWS, INPUTS)), [float(INPUTS)], [], []
    for width in WIDTHS:
        weights = draw(size=(DRAWS, h.shape[1], width)) / math.sqrt(h.shape[1])
        z = np.einsum("di,dij->dj", h, weights)
        slopes.append(np.where(z > 0, 1.0, slope))
        matrices.append(weights)
        h = z * slopes[-1]
        lengths.append(np.sum(h**2, -1))
    g, by_weights = draw(size=(DRAWS, WIDTHS[-1])), []
    for weights, gate, length in zip(matrices[::-1], slopes[::-1], lengths[-2::-1], strict=True):
        g = g * gate
        by_weights.append(length * np.sum(g**2, -1))
        g = np.einsum("dij,dj->di", weights, g)
    return {"h": lengths[-1], "input": np.sum(g**2, -1), "entry": g[:, 0] ** 2, "weights": by_weights}


def agrees(truth, squares):
    """Whether E s^2 / (E s)^2 of these is `truth` within four standard errors, estimated on 20 parts."""
    parts = np.array([np.mean(part**2) / np.mean(part) ** 2 for part in np.split(squares, 20)])
    whole = np.mean(squares**2) / np.mean(squares) ** 2
    return abs(whole - truth) < 4.0 * parts.std(ddof=1) / math.sqrt(20)


def test_lengths_of_small_networks(network):
    name, squares = network
    assert agrees(length_scatter(name, WIDTHS), squares["h"])
    assert not agrees(length_scatter(name, WIDTHS[1:]), squares["h"])


def test_gradients_of_small_networks(network):
    name, squares = network
    assert agrees(input_gradient_scatter(name, WIDTHS, INPUTS), squares["input"])
    assert agrees(input_gradient_scatter(name, WIDTHS, 1), squares["entry"])
    assert all(agrees(length_scatter(name, WIDTHS), of_layer) for of_layer in squares["weights"])
    assert not agrees(input_gradient_scatter(name, WIDTHS, 10 * INPUTS), squares["input"])


@pytest.mark.slow
def test_which_activations_have_a_closed_form():
    refused = set()
    for name in ACTIVATIONS:
        try:
            length_scatter(name, WIDTHS)
        except ValueError:
            refused.add(name)
    assert {*ACTIVATIONS} - refused == {"identity", "relu", "leaky_relu", "rrelu", "abs"}


@pytest.mark.parametrize(
    "scatter", [length_scatter, functools.partial(input_gradient_scatter, in_features=3)]
)
def test_what_is_refused(scatter):
    with pytest.raises(ValueError, match="must be of two straight pieces .*; got tanh; .* simulate them"):
        scatter("tanh", WIDTHS)
    with pytest.raises(ValueError, match="nearest: relu"):
        scatter("rleu", WIDTHS)
    for width in (0, -2, 2.5, True):
        with pytest.raises(
            ValueError, match=f"widths must be a concrete integer of at least 1; got {width}; use"
        ):
            scatter("relu", [3, width])


def test_no_inputs():
    with pytest.raises(ValueError, match="in_features must be a concrete integer of at least 1; got 0; use"):
        input_gradient_scatter("relu", WIDTHS, 0)
