"""The error for a name that nothing has."""

from bnact.activations.unknown import unknown

NAMES = ("relu", "rrelu", "relu6", "prelu", "tanh")


def test_it_has_the_nearest_three():
    error = unknown("activation: must be a name", "ReLU7", NAMES)
    assert isinstance(error, ValueError)
    start, near = str(error).split("; nearest: ")
    assert start == "activation: must be a name; got 'ReLU7'"
    assert set(near.split(", ")) < {"relu", "rrelu", "relu6", "prelu"}
    assert len(near.split(", ")) == 3


def test_it_has_all_names_if_none_is_near():
    assert str(unknown("data: must be one", "qqqq", NAMES)).endswith(f"use one of {', '.join(NAMES)}")
