import numpy as np

from bnact.studies.report.palette import Style
from bnact.studies.report.ranks import Ranking, rank_figure

BLUE, GREEN = ("relu", Style("#0072B2")), ("tanh", Style("#009E73", (5.0, 2.0), "s"))


def figure_of(first, second):
    ranks = {BLUE: np.array(first), GREEN: np.array(second)}
    return rank_figure({"Tasks": Ranking(["digits", "teacher"], ranks)}, "task", "A caption.")


def test_ranks_are_drawn_with_labels_and_told_in_words():
    figure = figure_of([1.0, 2.0], [2.0, 1.0])
    (panel,) = figure.panels
    assert panel.alternative == "Tasks; rank by accuracy at digits, teacher. relu: 1, 2. tanh: 2, 1."
    assert [entry.label for entry in figure.legend] == ["relu", "tanh"]
    for label in ("task", "digits", "teacher", "rank by accuracy (1 is best)"):
        assert f"<!-- {label} -->" in panel.svg


def test_lines_that_cross_are_not_drawn_as_lines_that_do_not():
    assert figure_of([1.0, 2.0], [2.0, 1.0]) != figure_of([1.0, 1.0], [2.0, 2.0])
    assert figure_of([1.0, 2.0], [2.0, 1.0]) == figure_of([1.0, 2.0], [2.0, 1.0])
