"""Where gradient descent goes from an example's point, in the look of the reports."""

import numpy as np

from bnact.gradient_graph import Trajectory
from bnact.studies.claim import Figure, Panel
from bnact.studies.counted import counted
from bnact.studies.report.drawing import AxesLook, Series, legend_entry, line_panel
from bnact.studies.report.palette import COLOURS, Style
from bnact.studies.report.wording import significant

LOSS = Style("#000000", (), "")
POINTS = 200
"""Points that a line is drawn of at most."""

FAR = 1e30
"""A loss beyond which nothing more is drawn."""


def trajectory_figure(title: str, trajectory: Trajectory) -> Figure:
    """The loss over the steps, and every variable of one number.

    A panel each, in words too, and narrow enough for a telephone, where the one wide drawing of
    `Trajectory.to_svg` could not be read.

    Args:
      title: of the example.
      trajectory: where descent goes.

    Returns:
      The figure; it ends where the loss is beyond `FAR`, or no number.
    """
    steps = len(trajectory.values) - 1
    numbers = {name: along for name, along in trajectory.inputs.items() if along.ndim == 1}
    styles = {name: Style(COLOURS[i], ((), (5.0, 2.0))[i % 2], "") for i, name in enumerate(numbers)}
    panels = [_panel("Loss", "loss", {"loss": trajectory.values}, {"loss": LOSS}, trajectory)]
    if numbers:
        panels.append(_panel("Variables", "value", numbers, styles, trajectory))
    legend = [legend_entry("loss", LOSS), *(legend_entry(name, style) for name, style in styles.items())]
    caption = (
        f"Gradient descent of {title}: {steps} steps at learning rate {trajectory.learning_rate:g}."
        f"{_diverged(trajectory)}"
    )
    return Figure(caption, tuple(legend), tuple(panels))


def _drawn(trajectory: Trajectory) -> int:
    """How many points come before the first whose loss is beyond `FAR`; one at least."""
    near = np.abs(trajectory.values) <= FAR
    return len(near) if near.all() else max(1, int(np.argmin(near)))


def _diverged(trajectory: Trajectory) -> str:
    points = _drawn(trajectory)
    diverged = points < len(trajectory.values)
    return f" It diverges: after {counted(points, 'step')} the loss is beyond {FAR:g}." if diverged else ""


def _panel(
    title: str,
    quantity: str,
    lines: dict[str, np.ndarray],
    styles: dict[str, Style],
    trajectory: Trajectory,
) -> Panel:
    points = _drawn(trajectory)
    shown = np.unique(np.linspace(0, points - 1, min(points, POINTS)).round().astype(int))
    series = [
        Series(name, styles[name], shown.astype(float), *(along[shown],) * 3) for name, along in lines.items()
    ]
    words = "; ".join(
        f"{name} from {significant(float(along[0]))} to {significant(float(along[points - 1]))}"
        for name, along in lines.items()
    )
    positive = quantity == "loss" and bool(np.all(trajectory.values[shown] > 0.0))
    look = AxesLook("step", quantity, "numbers", "powers" if positive else "numbers")
    return line_panel(title, f"{title} over {counted(points - 1, 'step')}: {words}.", series, look)
