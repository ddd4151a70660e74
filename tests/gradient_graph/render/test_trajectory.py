"""The drawing of a descent."""

import re
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest

from bnact.gradient_graph import Trajectory
from bnact.gradient_graph.render.trajectory import svg_of

from .graphs import graph

STEPS = np.arange(5.0)


def trajectory(**inputs):
    return Trajectory(0.1, STEPS**2, inputs)


def panels(text):
    return len(re.findall(r'id="axes_\d+"', text))


def lines(text):
    """The lines drawn with a colour of the palette."""
    return {colour for colour in re.findall(r"stroke: (#\w{6})", text) if colour in PALETTE}


PALETTE = ("#006ba4", "#ff800e", "#ababab", "#595959", "#5f9ed1", "#c85200")


def test_a_traced_descent_has_two_panels_and_the_same_bytes_again():
    found = graph("book").descend(10, 0.01)
    text = found.to_svg()
    assert text == svg_of(found)
    assert panels(text) == 2
    assert ElementTree.fromstring(text).tag.endswith("svg")
    assert not re.search(r"<metadata|<!DOCTYPE|\d{4}-\d\d-\d\d", text)


def test_without_an_input_of_one_number_there_is_the_value_alone():
    assert panels(svg_of(trajectory(w=np.ones((5, 3))))) == 1


@pytest.mark.parametrize("count", [1, 3, 6, 9])
def test_up_to_six_inputs_have_a_colour_each(count):
    text = svg_of(trajectory(**{f"x{number}": STEPS * number for number in range(count)}))
    assert len(lines(text)) == min(count, 6)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_leaves_a_gap(value):
    values = np.where(STEPS == 3, value, STEPS)
    text = svg_of(Trajectory(0.1, values, {"x": values.reshape(5, 1)}))
    assert panels(text) == 2
    assert "nan" not in text.lower().replace("nanum", "")


def test_the_users_own_settings_change_nothing():
    found = trajectory(x=STEPS)
    expected = svg_of(found)
    with matplotlib.rc_context({"axes.grid": True, "font.size": 20.0, "lines.linewidth": 9.0}):
        assert svg_of(found) == expected
        assert matplotlib.rcParams["font.size"] == 20.0


def test_another_descent_is_another_drawing():
    others = (trajectory(x=-STEPS), Trajectory(0.2, STEPS**2, {"x": STEPS}))
    assert svg_of(trajectory(x=STEPS)) not in [svg_of(other) for other in others]


def test_a_name_with_the_signs_of_formulas_is_drawn_as_it_is():
    assert panels(svg_of(trajectory(**{"params['w$_{']": STEPS}))) == 2
