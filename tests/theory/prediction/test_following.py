"""Layer after layer (bnact.theory.following)."""

import itertools
import math

import pytest

from bnact.activations import get
from bnact.theory.prediction.following import has_arrived, steps
from bnact.theory.prediction.propagation import PROPAGATIONS, Layer, Propagation, Signal

RELU = Layer(get("relu"), 2.0, 0.0, None)


def test_the_signal_is_followed_by_the_map():
    layer = Layer(get("tanh"), 1.5, 0.05, None)
    found = list(itertools.islice(steps(layer, "none", "before"), 5))
    for before, after in itertools.pairwise(found):
        assert PROPAGATIONS["none", "before"].following(layer, before.signal) == after.signal


def test_what_has_arrived_is_not_computed_again(monkeypatch):
    asked = []

    def following(layer, signal):
        asked.append(signal)
        return signal

    def at_rest(layer, signal):
        return 1.0

    monkeypatch.setattr(
        "bnact.theory.prediction.following.PROPAGATIONS",
        {("none", "before"): Propagation(following, at_rest)},
    )
    assert len(list(itertools.islice(steps(RELU, "none", "before"), 1000))) == 1000
    assert len(asked) == 1


@pytest.mark.parametrize("weight_variance, verdict", [(1e-8, "small"), (1e8, "large")])
def test_it_ends_where_the_variance_leaves_all_bounds(weight_variance, verdict):
    layer = RELU._replace(weight_variance=weight_variance)
    found = list(steps(layer, "none", "before"))
    assert len(found) == 3, verdict
    assert all(math.isfinite(step.growth) for step in found)


def test_it_ends_where_a_mean_cannot_be_computed():
    found = list(steps(Layer(get("exponential"), 1.0, 0.0, None), "none", "before"))
    assert 1 < len(found) < 10
    assert found[-1].growth == math.inf


@pytest.mark.parametrize(
    "following, arrived",
    [
        (Signal(1.0, 0.5), True),
        (Signal(1.0 + 1e-9, 0.5), False),
        (Signal(1.0, 0.5 + 1e-9), False),
        (Signal(1.0 + 1e-11, 0.5 - 1e-11), True),
    ],
)
def test_when_a_signal_has_arrived(following, arrived):
    assert has_arrived(Signal(1.0, 0.5), following) == arrived
