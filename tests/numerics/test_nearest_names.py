"""The names that a misspelt one may have meant."""

import pytest

from bnact.numerics import nearest_names

NAMES = ("relu", "relu6", "elu", "selu", "celu", "L2")


@pytest.mark.parametrize(
    "name, near",
    [("rellu", "relu"), ("RELU", "relu"), ("l2", "L2"), ("celu6", "celu")],
)
def test_the_nearest_comes_first(name, near):
    assert nearest_names(name, NAMES)[0] == near


def test_at_most_three_and_none_that_is_not_near():
    assert len(nearest_names("elu", NAMES)) == 3
    assert nearest_names("qqqq", NAMES) == ()
    assert nearest_names("relu", ()) == ()
