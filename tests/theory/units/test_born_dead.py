import math

import numpy as np
import pytest

from bnact.theory import born_dead_probability
from tests.theory.drawn import agrees


def drawn_dead(widths, networks, inputs=(1.0, -1.0)):
    """Whether the last hidden layer of random bias-free relu networks is 0 for all inputs."""
    rng = np.random.default_rng(0)
    h = np.broadcast_to(np.array(inputs), (networks, 1, len(inputs)))
    for width in widths:
        h = np.maximum(rng.normal(size=(networks, width, h.shape[1])) @ h, 0.0)
    return np.all(h == 0.0, axis=(1, 2))


WIDTHS = [(4,), (2, 3), (3, 2, 4), (2, 2, 2), (1, 5, 2), (5, 3, 2, 4, 3), (3,) * 15, (6,) * 30, (2, 9, 2, 9)]


@pytest.mark.parametrize("widths", WIDTHS)
def test_for_one_input_against_drawn_networks(widths):
    assert agrees(drawn_dead(widths, 30_000, inputs=(1.0,)), born_dead_probability(widths))


@pytest.mark.parametrize("widths", WIDTHS)
def test_for_every_input_against_drawn_networks(widths):
    assert agrees(drawn_dead(widths, 30_000), born_dead_probability(widths, whole_network=True))


def test_sides_taken_for_independent_are_told_from_a_network():
    assert not agrees(drawn_dead((3,) * 15, 30_000), born_dead_probability((3,) * 15) ** 2)


def test_closed_forms_of_few_layers():
    assert born_dead_probability((3, 4)) == pytest.approx(1.0 - (7 / 8) * (15 / 16), rel=1e-14)
    assert born_dead_probability((7,), whole_network=True) == 0.0
    # All of the first layer's weights of one sign, or not.
    one_sign = 2.0 * 0.5**3
    expected = one_sign * 0.5**4 + (1.0 - one_sign) * 0.25**4
    assert born_dead_probability((3, 4), whole_network=True) == pytest.approx(expected, rel=1e-14)


def test_layers_of_one_unit_have_one_live_side():
    for depth in (1, 2, 5, 40):
        expected = 1.0 - 0.5 ** (depth - 1)
        assert born_dead_probability((1,) * depth, whole_network=True) == pytest.approx(expected, rel=1e-12)


def test_a_wide_layer_between_narrow_ones_kills_nothing():
    narrow = born_dead_probability((3, 500, 3))
    assert narrow == pytest.approx(born_dead_probability((3, 3)), rel=1e-14)
    assert born_dead_probability((3, 500, 3), whole_network=True) < narrow


@pytest.mark.parametrize("whole_network", [False, True])
def test_more_layers_are_more_often_dead(whole_network):
    dead = [born_dead_probability((4,) * depth, whole_network) for depth in range(1, 200, 10)]
    assert np.all(np.diff(dead) > 0.0)
    assert dead[-1] == pytest.approx(1.0, abs=1e-3)


def test_the_whole_network_is_dead_no_more_often_than_for_one_input():
    for widths in WIDTHS:
        assert born_dead_probability(widths, whole_network=True) < born_dead_probability(widths)


def test_tiny_probabilities_keep_their_digits():
    assert born_dead_probability((200, 200)) == pytest.approx(2.0 * 0.5**200, rel=1e-12)


def test_a_list_serves_and_the_same_is_said_twice():
    assert born_dead_probability([3, 3, 3], True) == born_dead_probability((3, 3, 3), True)


@pytest.mark.parametrize("widths", [(), (0,), (3, -1), (2.5,), (True,), (math.nan,), ("3",), "33", 3])
def test_widths_that_are_none(widths):
    with pytest.raises(
        ValueError, match=r"widths must be one or more positive integers; got .*; give the width"
    ):
        born_dead_probability(widths)


@pytest.mark.parametrize("widths", [np.array([3, 3]), [np.int64(3), np.int32(3)]])
@pytest.mark.parametrize("whole_network", [False, True])
def test_integers_of_any_kind_are_widths(widths, whole_network):
    assert born_dead_probability(widths, whole_network) == born_dead_probability((3, 3), whole_network)


@pytest.mark.parametrize("widths", [np.array([3.0, 3.0]), np.array([[3, 3]]), np.array([True]), np.array(3)])
def test_arrays_that_are_no_widths(widths):
    with pytest.raises(ValueError, match=r"widths must be one or more positive integers; got array"):
        born_dead_probability(widths)
