"""The gradient by layer in fresh networks, measured and by theory, as a drawing."""

from collections.abc import Sequence

import numpy as np

from bnact.studies.claim import Panel
from bnact.studies.report.drawing import AxesLook, Series, line_panel
from bnact.studies.report.palette import ACTIVATION_COLOURS, Style
from bnact.studies.report.wording import significant
from experiments.claims.activations import REPRESENTATIVES

from .fresh_gradients import DEPTH, Growth, Growths, Kind

THEORY = Style("#000000", (4.0, 1.5), "")
"""The line of what theory says."""


def measured_style(activation: str) -> Style:
    """The line of an activation, as it is drawn and in the legend."""
    return Style(ACTIVATION_COLOURS[activation], (), "")


def growth_panel(growths: Growths, norm: str) -> Panel:
    """All activations without a norm, or with batch norm; the zone in which a gradient counts as kept."""
    layers = np.arange(1.0, DEPTH + 1.0)
    zone = Series("kept", Style("#999999", (), ""), layers, *(np.full(DEPTH, size) for size in (1, 0.1, 10)))
    series, words = [zone], []
    for activation in REPRESENTATIVES:
        growth = growths[Kind(activation, norm)]
        found = growth.measured
        middle = np.exp(np.log(found).mean(axis=0))
        style = measured_style(activation)
        series.append(Series(activation, style, layers, middle, found.min(axis=0), found.max(axis=0)))
        words.append(
            f"{activation}: {size_in_words(float(middle[0]))} measured, "
            f"{size_in_words(float(growth.predicted[0]))} predicted"
        )
    for activation in REPRESENTATIVES:
        exact = growths[Kind(activation, norm)].predicted
        series.append(Series("theory", THEORY, layers, exact, exact, exact))
    alternative = (
        f"Gradient at the first of {DEPTH} layers over that at the last, {norm}. {'; '.join(words)}. "
        f"{_agreement_in_words([growths[Kind(name, norm)] for name in REPRESENTATIVES])}"
    )
    look = AxesLook("layer (1 is next to the input)", "gradient over the last layer's", "numbers", "powers")
    return line_panel(norm[0].upper() + norm[1:], alternative, series, look)


def _agreement_in_words(shown: Sequence[Growth]) -> str:
    """How far the means of the networks are from theory, at the layer where they are farthest."""
    apart = [np.abs(np.log(each.measured).mean(axis=0) - np.log(each.predicted)).max() for each in shown]
    farthest = float(np.exp(np.max(apart)))
    if not np.isfinite(farthest):
        return "A line is not finite, and cannot be held against theory."
    return f"Theory and the means of the networks differ by a factor of {size_in_words(farthest)} at most."


def size_in_words(value: float, digits: int = 3) -> str:
    """A number with so many significant digits, and without an exponent where it is large."""
    return f"{float(f'{value:.{digits}g}'):,g}" if value >= 1.0 else significant(value, digits)
