"""The points along steps of gradient descent."""

import json
from pathlib import Path

import jax
import numpy as np
import pytest

from bnact.gradient_graph import trace

BOOK = json.loads((Path(__file__).parents[1] / "reference_cases.json").read_text())["backprop_book_example"]


def book(v):
    return (v * 2.0 - 5.0) ** 2


@pytest.fixture(scope="module")
def way():
    with jax.enable_x64(True):
        return trace(book, 0.0).descend(60, 0.01)


def test_the_way_of_the_book_is_its_closed_form(way):
    closed = 2.5 * (1 - 0.92 ** np.arange(61))
    np.testing.assert_allclose(way.inputs["v"], closed, rtol=0, atol=BOOK["analytic"])
    assert way.inputs["v"][1] == pytest.approx(BOOK["v_after_one_step"], abs=BOOK["analytic"])
    assert way.inputs["v"][10] == pytest.approx(BOOK["v_after_10"], abs=BOOK["analytic"])


def test_the_steps_to_one_percent_of_the_book(way):
    near = np.abs(way.inputs["v"] - 2.5) <= 0.01 * 2.5
    assert np.argmax(near) == BOOK["steps_to_1_percent"]


def test_the_values_are_those_of_the_points(way):
    np.testing.assert_allclose(way.values, (2 * way.inputs["v"] - 5) ** 2, rtol=1e-12)
    assert (way.values.shape, way.inputs["v"].shape, way.learning_rate) == ((61,), (61,), 0.01)
    assert np.all(np.diff(way.values) < 0)
