"""The derivative of sigmoid in float32: by the textbook's formula, and as it is."""

from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes

from bnact.activations import get
from bnact.studies.claim import Figure, LegendEntry, Panel
from bnact.studies.report.drawing import drawn, legend_entry
from bnact.studies.report.palette import Style
from bnact.studies.report.wording import significant

TEXTBOOK, OURS, TRUE = (
    Style("#D55E00", (5.0, 2.0), ""),
    Style("#0072B2", (), ""),
    Style("#000000", (1.0, 2.0), ""),
)
TO, STEPS_A_UNIT = 30, 64


class Slopes(NamedTuple):
    """The derivative of sigmoid on a grid; all arrays are (points,).

    Attributes:
      x: places from 0 on.
      textbook: s (1 - s) in float32, s = 1 / (1 + exp(-x)).
      ours: the derivative of the registered activation, in float32.
      true: exp(-x) / (1 + exp(-x))^2 in float64.
    """

    x: np.ndarray
    textbook: np.ndarray
    ours: np.ndarray
    true: np.ndarray

    @property
    def lost(self) -> int:
        """Index of the first place at which the textbook's formula gives exactly 0."""
        return int(np.argmax(self.textbook == 0.0))


def slopes() -> Slopes:
    """The derivative of sigmoid from 0 to 30, in steps of 1/64."""
    x = np.arange(TO * STEPS_A_UNIT + 1, dtype=np.float32) / np.float32(STEPS_A_UNIT)
    sigmoid = np.float32(1.0) / (np.float32(1.0) + np.exp(-x))
    decay = np.exp(-x.astype(np.float64))
    return Slopes(
        x, sigmoid * (1.0 - sigmoid), np.asarray(get("sigmoid").derivative(x)), decay / (1.0 + decay) ** 2
    )


def slope_note(found: Slopes) -> str:
    """Where the textbook's formula is lost, in a sentence."""
    at = found.lost
    return (
        f"In float32 the textbook's formula s·(1−s) is exactly 0 from x = {found.x[at]:.1f} on, for s has "
        f"been rounded to 1; the true derivative there is {significant(float(found.true[at]), 2)}, and bnact "
        f"gives {significant(float(found.ours[at]), 2)}. A gradient that stops there stops by its formula "
        "and not by the function."
    )


def slope_figure(found: Slopes) -> Figure:
    """The three derivatives against x, in powers of ten."""
    title = "Derivative of sigmoid in float32"

    def draw(axes: Axes) -> None:
        shown = np.where(found.textbook > 0.0, found.textbook, np.nan)
        for style, values in ((OURS, found.ours), (TEXTBOOK, shown), (TRUE, found.true)):
            dashes = (0.0, style.dashes) if style.dashes else "solid"
            axes.plot(found.x, values, color=style.colour, linestyle=dashes)
        axes.axvline(float(found.x[found.lost]), color=TEXTBOOK.colour, linewidth=0.8)
        axes.set(yscale="log", xlabel="x", ylabel="derivative")

    caption = (
        "The derivative of sigmoid far from 0. The textbook's formula ends at the vertical line: from there "
        "it is exactly 0."
    )
    panel = Panel(title, f"{title}, from x = 0 to {TO}. {slope_note(found)}", drawn(title, draw))
    return Figure(caption, _legend(), (panel,))


def _legend() -> tuple[LegendEntry, ...]:
    return (
        legend_entry("bnact", OURS),
        legend_entry("s·(1−s)", TEXTBOOK),
        legend_entry("true, in float64", TRUE),
    )
