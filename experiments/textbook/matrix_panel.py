"""A small matrix as colours with its numbers."""

import numpy as np
from matplotlib.axes import Axes

from bnact.studies.claim import Panel
from bnact.studies.report.drawing import drawn
from bnact.studies.report.wording import significant

COLOURS = "PuOr"
"""By Cynthia Brewer: two hues that all kinds of colour vision tell apart, white at 0."""

LETTERS = 7.5
DARK = 0.6
"""Share of the largest number from which on the letters are white."""


def matrix_panel(title: str, words: str, matrix: np.ndarray, labels: tuple[str, str]) -> Panel:
    """The matrix, rows downwards.

    Args:
      title: above it.
      words: the panel in words.
      matrix: (rows, columns).
      labels: of the columns and of the rows.

    Returns:
      The panel.
    """
    largest = float(np.abs(matrix).max())

    def draw(axes: Axes) -> None:
        axes.grid(visible=False)
        axes.imshow(matrix, cmap=COLOURS, vmin=-largest, vmax=largest, aspect="auto")
        for (row, column), number in np.ndenumerate(matrix):
            axes.text(
                column,
                row,
                significant(number, 2),
                ha="center",
                va="center",
                fontsize=LETTERS,
                color="#ffffff" if abs(number) > DARK * largest else "#000000",
            )
        rows, columns = (range(size) for size in matrix.shape)
        axes.set_xticks(columns, [str(column + 1) for column in columns])
        axes.set_yticks(rows, [str(row + 1) for row in rows])
        axes.set(xlabel=labels[0], ylabel=labels[1])

    return Panel(title, words, drawn(title, draw))
