"""A descent as a drawing: the function's value, and its inputs, over the steps."""

import io
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from bnact.gradient_graph.trajectory import Trajectory

from .numbers import wide

LINES = 6
"""So many inputs are drawn, the first ones of one number."""

# The palette of Masataka Okabe and Kei Ito, "Color Universal Design", 2008, and a marker for each.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
_MARKERS = "osx^vD"

# Letters as outlines and a fixed salt: the same bytes on every machine.
_LOOK: dict[Any, object] = {
    "svg.fonttype": "path",
    "svg.hashsalt": "bnact",
    "font.family": ["DejaVu Sans"],
    "font.size": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e3e3e3",
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.titlesize": 10.0,
    "text.parse_math": False,
}


def svg_of(trajectory: Trajectory) -> str:
    """The function's value over the steps, and beside it the inputs of one number.

    Args:
      trajectory: as `GradientGraph.descend` returns it.

    Returns:
      An <svg> element, the same bytes for the same trajectory.
    """
    numbers = {name: path.reshape(-1) for name, path in trajectory.inputs.items() if path.size == len(path)}
    drawn = dict(list(numbers.items())[:LINES])
    panels = 2 if drawn else 1
    with _look():
        sheet = Figure(figsize=(3.6 * panels, 2.7), layout="constrained")
        FigureCanvasSVG(sheet)
        axes = sheet.subplots(1, panels, squeeze=False)[0]
        _draw(axes[0], "Value", {"value": trajectory.values}, "value of the function")
        if drawn:
            _draw(axes[1], "Inputs", drawn, "value of the input")
            axes[1].legend(frameon=False)
        sheet.suptitle(f"Gradient descent, learning rate {trajectory.learning_rate:g}", fontsize=10.0)
        buffer = io.StringIO()
        sheet.savefig(buffer, format="svg", metadata={"Date": None})
    text = buffer.getvalue()
    return re.sub(r"<metadata>.*?</metadata>\s*", "", text[text.index("<svg") :], flags=re.DOTALL)


def _draw(axes: Axes, title: str, lines: Mapping[str, np.ndarray], label: str) -> None:
    for place, (name, path) in enumerate(lines.items()):
        values = np.real(wide(path)).astype(np.float64)
        shown = np.where(np.isfinite(values), values, np.nan)
        # A line of many steps has a marker now and then only.
        every = max(1, len(shown) // 12)
        axes.plot(
            shown, color=_COLOURS[place], marker=_MARKERS[place], markevery=every, markersize=3.5, label=name
        )
    axes.set(xlabel="step", ylabel=label)
    axes.set_title(title)
    axes.locator_params(axis="x", integer=True)


@contextmanager
def _look() -> Iterator[None]:
    """The look of every drawing, whatever the user's own settings of matplotlib are."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_LOOK)
        yield
