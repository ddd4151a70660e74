"""How the networks do in each application: mean accuracies and ranks."""

from collections.abc import Sequence

import numpy as np
import scipy.stats

from bnact.studies.report.palette import style_of
from bnact.studies.report.ranks import Ranking
from bnact.studies.rows import Rows
from bnact.studies.tuned_cell import test_accuracy

from .applications import NETWORKS, Application, cells_in


def mean_accuracies(rows: Rows, applications: Sequence[Application]) -> np.ndarray:
    """(networks, applications) mean test accuracy; NaN where a network was not run."""
    cells = [cells_in(rows, each) for each in applications]
    return np.array(
        [
            [float(own[pair].over_seeds(test_accuracy).mean()) if pair in own else np.nan for own in cells]
            for pair in NETWORKS
        ]
    )


def ranks_of(rows: Rows, applications: Sequence[Application]) -> np.ndarray:
    """(networks, applications) ranks by mean test accuracy, from 1, the mean of equal ones."""
    return scipy.stats.rankdata(-mean_accuracies(rows, applications), axis=0, nan_policy="omit")


def ranking_of(rows: Rows, varied: str, group: Sequence[Application]) -> Ranking:
    """The ranks of the networks in a group, each place named by what is varied."""
    names = {
        "tasks": [each.data for each in group],
        "depths": [f"depth {each.depth}" for each in group],
        "widths": [f"width {each.width}" for each in group],
    }
    ranks = {
        (pair.label, style_of(pair)): values
        for pair, values in zip(NETWORKS, ranks_of(rows, group), strict=True)
        if np.isfinite(values).any()
    }
    return Ranking(names[varied], ranks)
