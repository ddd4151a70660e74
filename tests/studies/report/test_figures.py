import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import numpy as np
import pytest

from bnact import activations
from bnact.studies import Rows
from bnact.studies.comparison import compare
from bnact.studies.report import figures
from bnact.studies.report.distribution import (
    Density,
    distribution_panel,
    input_edges,
    output_histogram,
    share_between,
)
from bnact.studies.report.figures import (
    Line,
    accuracy_against_depth,
    dead_through_training,
    gradient_by_layer,
    learning_curves,
)
from bnact.studies.report.forest import forest
from bnact.studies.report.palette import ACTIVATION_COLOURS, COLOURS, numbered_style, style_of
from bnact.studies.tuned_cell import Pair, tuned_cell
from bnact.training.setting import Setting
from tests.studies.plausible_rows import diverged, plausible_rows

PAIR = Pair("relu")


def cell(depth=4, change=lambda row: row):
    rows = plausible_rows(Setting(depth=depth, seed=seed) for seed in range(3))
    found = tuned_cell(Rows(tuple(change(row) for row in rows)))
    assert found is not None
    return found


def groups(found):
    return {"4 hidden layers": [Line("relu", style_of(PAIR), found)]}


MAKERS = {
    "learning_curves": lambda found: learning_curves(groups(found), "caption."),
    "dead_through_training": lambda found: dead_through_training(groups(found), "caption."),
    "gradient_by_layer": lambda found: gradient_by_layer(groups(found), "caption."),
    "accuracy_against_depth": lambda found: accuracy_against_depth(
        {("relu", style_of(PAIR)): [found]}, "caption."
    ),
}


@pytest.mark.parametrize("name", MAKERS)
def test_a_figure_is_sound_svg_and_the_same_every_time(name):
    first, again = MAKERS[name](cell()), MAKERS[name](cell())
    assert first == again
    (panel,) = first.panels
    assert ElementTree.fromstring(panel.svg).tag.endswith("svg")
    assert "metadata" not in panel.svg
    assert not re.search(r"\d{4}-\d\d-\d\d", panel.svg)


@pytest.mark.parametrize("name", MAKERS)
def test_a_figure_is_told_in_words_with_its_numbers(name):
    (panel,) = MAKERS[name](cell()).panels
    assert re.search(r"relu: \S*\d\S* and \S*\d", panel.alternative)


@pytest.mark.parametrize("name", MAKERS)
def test_diverged_runs_leave_a_figure(name):
    def one(row):
        return diverged(row) if row.setting.seed == 0 else row

    for found in (cell(change=diverged), cell(change=one)):
        assert ElementTree.fromstring(MAKERS[name](found).panels[0].svg).tag.endswith("svg")


@pytest.mark.parametrize(
    "architecture, depth_axis, site_axis",
    [("mlp", "hidden layers", "hidden layer (1"), ("residual_mlp", "residual blocks", "site (1")],
)
def test_axes_say_what_the_architecture_has(architecture, depth_axis, site_axis, monkeypatch):
    looks = []
    drawn = figures.line_panel
    monkeypatch.setattr(figures, "line_panel", lambda *given: looks.append(given[-1]) or drawn(*given))
    found = cell(change=lambda row: row._replace(setting=replace(row.setting, architecture=architecture)))
    MAKERS["accuracy_against_depth"](found)
    MAKERS["gradient_by_layer"](found)
    assert looks[0].x_label == depth_axis
    assert looks[1].x_label.startswith(site_axis)


def test_a_users_own_matplotlib_settings_change_nothing():
    import matplotlib

    expected = MAKERS["learning_curves"](cell())
    with matplotlib.rc_context({"font.size": 30.0, "svg.hashsalt": "other", "axes.grid": False}):
        assert MAKERS["learning_curves"](cell()) == expected
        assert matplotlib.rcParams["font.size"] == 30.0


def test_colours_are_distinct_and_a_norms_place_is_told_by_more_than_colour():
    assert len(set(COLOURS)) == len(COLOURS)
    assert len(set(ACTIVATION_COLOURS.values())) == len(ACTIVATION_COLOURS)
    places = [
        style_of(Pair("relu", *place))
        for place in (("none", "before"), ("batch", "before"), ("batch", "after"))
    ]
    assert len({(style.dashes, style.marker) for style in places}) == 3
    assert len({numbered_style(position) for position in range(14)}) == 14


def test_a_forest_names_every_comparison_with_its_outcome():
    comparisons = compare(
        {"depth 2": np.linspace(0.01, 0.03, 10), "depth 8": np.linspace(-0.1, 0.1, 10)}, 0.0, 0.01
    )
    outcomes = {"above": "better", "below": "worse", "equal": "equal", "unclear": "cannot tell"}
    figure = forest({"all": comparisons}, outcomes, (0.0,), "difference (points)", "caption")
    assert [entry.label for entry in figure.legend] == ["better", "cannot tell"]
    assert re.search(
        r"depth 2: \+2.0, interval .* better; depth 8: 0.0, .* cannot tell", figure.panels[0].alternative
    )


def test_the_share_between_edges_is_counted():
    counts = np.zeros(64)
    counts[[31, 32, 35, 36, 63]] = [1, 2, 3, 4, 10]
    assert share_between(counts, 0.0, 1.0) == 0.25
    assert share_between(counts, -8.0, 8.0) == 1.0
    assert np.isnan(share_between(np.zeros(64), 0.0, 1.0))
    with pytest.raises(
        ValueError, match=r"must be edges of the histogram's bins; got 0.1 and 1.0; use multiples of 0.25"
    ):
        share_between(counts, 0.1, 1.0)


def test_the_histogram_of_outputs_keeps_its_mass_and_follows_the_exact_density():
    draws = np.clip(np.random.RandomState(0).standard_normal(400_000), -7.99, 7.99)
    measured = output_histogram(np.histogram(draws, input_edges())[0], activations.get("sigmoid"))
    assert (measured.density * np.diff(measured.x)).sum() == pytest.approx(1.0)
    middle = int(np.searchsorted(measured.x, 0.5))
    # Without the change of variables it would be the normal's 0.4; at 0.5 sigmoid's slope is 1/4.
    assert measured.density[middle] == pytest.approx(4 * 0.3989, rel=0.03)


def test_the_distribution_is_told_in_words():
    edges = np.linspace(0.0, 1.0, 11)
    panel = distribution_panel("now", Density(edges, np.ones(10)), Density(edges, np.ones(11)), (0.5, 0.7))
    assert "20.0% lie between 0.50 and 0.70" in panel.alternative
