import numpy as np

from bnact.studies.report.palette import Style
from bnact.studies.report.ranks import rank_figure

RANKS = {
    ("relu", Style("#0072B2")): np.array([1.0, 2.0]),
    ("tanh", Style("#009E73", (5.0, 2.0), "s")): np.array([2.0, 1.0]),
}


def test_ranks_are_drawn_with_labels_and_told_in_words():
    figure = rank_figure(["digits, depth 8", "teacher, depth 8"], RANKS, "Ranks", "A caption.")
    (panel,) = figure.panels
    assert panel.alternative == (
        "Rank by test accuracy at digits, depth 8; teacher, depth 8. relu: 1, 2. tanh: 2, 1."
    )
    assert [entry.label for entry in figure.legend] == ["relu", "tanh"]
    assert "<!-- application -->" in panel.svg
    assert "<!-- rank by test accuracy (1 is best) -->" in panel.svg


def test_the_best_is_on_top():
    best = {
        ("best", Style("#0072B2")): np.array([1.0, 1.0]),
        ("worst", Style("#D55E00")): np.array([2.0, 2.0]),
    }
    (panel,) = rank_figure(["a", "b"], best, "Ranks", "A caption.").panels
    assert panel.svg.index("#0072b2") < panel.svg.index("#d55e00")
