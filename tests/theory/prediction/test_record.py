"""The record that `predict` returns, and its text."""

import numpy as np
import pytest

from bnact import theory


@pytest.mark.parametrize("norm", ["none", "batch"])
def test_a_gradient_is_the_product_of_the_growths_behind_it(norm):
    layers = theory.predict("sigmoid", norm, depth=7).layers
    growths = np.array([layer.growth for layer in layers])
    assert growths[-1] == 1.0
    np.testing.assert_allclose([layer.gradient for layer in layers], np.cumprod(growths[::-1])[::-1])


def test_the_text_has_the_sentence_and_a_line_a_layer():
    prediction = theory.predict("relu", "none", depth=3, weight_variance=2.0, batch_size=8)
    sentence, head, *rows = prediction.to_text().splitlines()
    assert sentence == prediction.sentence
    assert head.split() == ["layer", *theory.LayerPrediction._fields]
    assert [row.split()[0] for row in rows] == ["1", "2", "3"]
    assert rows[0].split()[1:3] == ["2", "0"]
    assert {len(row) for row in (head, *rows)} == {len(head)}


def test_there_are_no_layers_behind_the_last_that_can_be_computed():
    prediction = theory.predict("square", "none", depth=50)
    assert len(prediction.layers) < 50
    assert len(prediction.to_text().splitlines()) == 2 + len(prediction.layers)
