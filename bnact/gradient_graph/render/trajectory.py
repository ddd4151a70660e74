"""A descent as a drawing: the function's value, and its inputs, over the steps."""

import io
from collections.abc import Mapping
from typing import Any

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from bnact.gradient_graph.trajectory import Trajectory

from .numbers import wide

# One for each input that is drawn, the first ones of one number.
_MARKERS = "osx^vD"

# matplotlib's own look, with colours for all eyes; a fixed salt: the same bytes on every machine.
_STYLES: list[Any] = ["tableau-colorblind10", {"svg.hashsalt": "bnact", "text.parse_math": False}]
_NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))


def svg_of(trajectory: Trajectory) -> str:
    """The function's value over the steps, and beside it the inputs of one number.

    Args:
      trajectory: as `GradientGraph.descend` returns it.

    Returns:
      An <svg> element, the same bytes for the same trajectory.
    """
    numbers = {name: path.reshape(-1) for name, path in trajectory.inputs.items() if path.size == len(path)}
    drawn = dict(list(numbers.items())[: len(_MARKERS)])
    panels = 2 if drawn else 1
    with matplotlib.style.context(_STYLES, after_reset=True):
        sheet = Figure(figsize=(3.6 * panels, 2.7), layout="constrained")
        FigureCanvasSVG(sheet)
        axes = sheet.subplots(1, panels, squeeze=False)[0]
        _draw(axes[0], "Value", {"value": trajectory.values}, "value of the function")
        if drawn:
            _draw(axes[1], "Inputs", drawn, "value of the input")
            axes[1].legend(frameon=False)
        sheet.suptitle(f"Gradient descent, learning rate {trajectory.learning_rate:g}", fontsize=10.0)
        buffer = io.StringIO()
        sheet.savefig(buffer, format="svg", metadata=_NO_METADATA)
    text = buffer.getvalue()
    return text[text.index("<svg") :]


def _draw(axes: Axes, title: str, lines: Mapping[str, np.ndarray], label: str) -> None:
    for place, (name, path) in enumerate(lines.items()):
        values = np.real(wide(path)).astype(np.float64)
        shown = np.where(np.isfinite(values), values, np.nan)
        # A line of many steps has a marker now and then only.
        every = max(1, len(shown) // 12)
        axes.plot(shown, marker=_MARKERS[place], markevery=every, markersize=3.5, label=name)
    axes.set(xlabel="step", ylabel=label)
    axes.set_title(title)
    axes.locator_params(axis="x", integer=True)
