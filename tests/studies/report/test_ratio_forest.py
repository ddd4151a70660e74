import re

import pytest

from bnact.studies.comparison import Comparison
from bnact.studies.report.ratio_forest import ratio_forest

WORDS = {"above": "ten times", "below": "less", "equal": "unclear", "unclear": "unclear"}
MADE = (
    Comparison("relu, depth 2", 1.5, 1.2, 1.8, 0.01, 10, "below"),
    Comparison("relu, depth 8", 20.0, 15.0, 30.0, 0.01, 10, "above"),
    Comparison("tanh, depth 8", 5.0, float("nan"), float("nan"), 1.0, 3, "unclear"),
)


def figure_of(comparisons):
    return ratio_forest({"Ratios": comparisons, "None": ()}, WORDS, 10.0, "ratio (times)", "A caption.")


def test_every_ratio_is_told_in_words_with_its_interval_and_outcome():
    figure = figure_of(MADE)
    (panel,) = figure.panels
    assert panel.alternative == (
        "ratio (times). relu, depth 2: 1.5, interval 1.2 to 1.8, less; relu, depth 8: 20, interval 15 to "
        "30, ten times; tanh, depth 8: 5, interval –, unclear."
    )
    assert {entry.label for entry in figure.legend} == {"ten times", "less", "unclear"}
    assert "<!-- ratio (times) -->" in panel.svg


def test_twice_and_half_are_as_far_from_one():
    assert figure_of(MADE).panels[0].svg == figure_of(MADE).panels[0].svg
    ratios = (0.5, 1.0, 2.0)
    made = [Comparison(f"{ratio}", ratio, ratio, ratio, 1.0, 10, "unclear") for ratio in ratios]
    (panel,) = figure_of(made).panels
    points = re.findall(r'<use xlink:href="#\w+" x="([\d.]+)" y="[\d.]+" style="fill: #6b6b6b', panel.svg)
    low, middle, high = map(float, points)
    assert high - middle == pytest.approx(middle - low, rel=1e-3)
    assert high > middle


@pytest.mark.parametrize("low, high, arrows", [(4.0, 6.0, 0), (4.0, float("inf"), 1), (0.0, float("inf"), 2)])
def test_a_side_without_an_end_is_an_arrow(low, high, arrows):
    made = (Comparison("relu", 5.0, low, high, 1.0, 10, "unclear"),)
    (panel,) = figure_of(made).panels
    assert len(re.findall(r'<use xlink:href="#\w+"[^>]*style="fill: #6b6b6b', panel.svg)) == 1 + arrows
