"""What ReLU saves of a layer's training step against other activations, counted and drawn."""

import functools
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes

from bnact.studies.claim import Panel
from bnact.studies.report.drawing import drawn
from bnact.studies.report.palette import Style
from bnact.studies.report.wording import listed, percent, plain
from experiments.claims.activations import ALL, OTHERS

from .activation_work import BATCH_SIZE, Work, alone, in_layer

WIDTHS = (64, 512)
ADVANTAGE = 0.05


class Saving(NamedTuple):
    """What a layer of ReLU takes less than one of another activation, as a share of the other's."""

    operations: float
    kept: float

    @property
    def is_advantage(self) -> bool:
        """Whether either is large enough to count."""
        return max(self) >= ADVANTAGE

    @property
    def is_counted(self) -> bool:
        """Whether no count is missing."""
        return bool(np.all(np.isfinite(self)))


Savings = Mapping[tuple[str, int], Saving]
"""By the other activation and the width."""


def savings() -> Savings:
    """What ReLU saves against every other activation at every width."""
    return {(name, width): saving(name, width) for width in WIDTHS for name in OTHERS}


def saving(other: str, width: int) -> Saving:
    """What a layer with ReLU saves against one with another activation; NaN where a count is missing."""
    works = layer_work("relu", width), layer_work(other, width)
    return Saving(
        1.0 - works[0].operations / works[1].operations,
        1.0 - works[0].kept / works[1].kept,
    )


@functools.cache
def layer_work(activation: str, width: int) -> Work:
    """What a layer's training step takes, counted once a process."""
    return in_layer(activation, width)


def a_number(count: float) -> float:
    """Of a count for a whole layer of the smaller width, the part of one number."""
    return count / (BATCH_SIZE * WIDTHS[0])


def alone_panel() -> Panel:
    """What value and gradient of every activation alone take."""
    counts = {name: a_number(alone(name, WIDTHS[0]).operations) for name in ALL}
    title = "The activation alone"

    def draw(axes: Axes) -> None:
        axes.barh(range(len(counts)), list(counts.values()), color="#6b6b6b")
        axes.set_yticks(range(len(counts)), list(counts))
        axes.set(xlabel="operations a number, value and gradient")
        axes.invert_yaxis()
        axes.grid(visible=False, axis="y")

    words = ", ".join(f"{name} {plain(count, 0)}" for name, count in counts.items())
    return Panel(title, f"Operations a number for value and gradient: {words}.", drawn(title, draw))


def saving_panel(found: Savings, styles: Sequence[Style]) -> Panel:
    """The savings in operations, in the style of each width."""
    title = "What ReLU saves of a layer"

    def draw(axes: Axes) -> None:
        axes.axvline(100 * ADVANTAGE, color="#000000", linewidth=0.9, linestyle=(0.0, (4.0, 2.0)))
        for width, style in zip(WIDTHS, styles, strict=True):
            shares = [100 * found[name, width].operations for name in OTHERS]
            axes.plot(shares, range(len(OTHERS)), linestyle="none", marker=style.marker, color=style.colour)
        axes.set_yticks(range(len(OTHERS)), OTHERS)
        axes.set(xlabel="operations saved (%)", xlim=(-0.5, None))
        axes.invert_yaxis()

    words = "; ".join(
        f"against {name} "
        f"{listed([f'{percent(found[name, width].operations)} at {width}' for width in WIDTHS])}"
        for name in OTHERS
    )
    return Panel(title, f"Operations that ReLU saves in a layer, by its units: {words}.", drawn(title, draw))
