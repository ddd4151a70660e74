"""One pair's accuracies as colours over depth and weight variance, with the predicted boundary over them."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import Normal, Stroke

from bnact.studies.claim import Figure, Panel
from bnact.studies.report.drawing import drawn, legend_entry
from bnact.studies.report.palette import Style

from .accuracy_map import AccuracyMap
from .comparison import Compared

COLOURS = "cividis"
"""Made for this by Nuñez, Anderton and Renslow, 2018: the same to all kinds of colour vision, and even in grey."""

# The middle of the map's accuracies, from which on dark letters are read better than light ones.
DARK_LETTERS_FROM = 0.55
PREDICTED, MEASURED = Style("#D55E00", (), "D"), Style("#000000", (1.0, 2.0), "o")


def heat_maps(maps: Sequence[AccuracyMap], settings: Sequence[Compared], chance: float) -> Figure:
    """A panel for each pair.

    Args:
      maps: what was measured.
      settings: their depths, predicted and measured.
      chance: the accuracy of guessing, where the colours begin.

    Returns:
      The figure.
    """
    panels = tuple(
        _panel(each, [setting for setting in settings if setting.pair == each.pair], chance) for each in maps
    )
    legend = (
        legend_entry("predicted trainable depth", PREDICTED),
        legend_entry("measured: accuracy half way between chance and the map's best", MEASURED),
    )
    caption = (
        "Test accuracy in percent (mean over the seeds, each network at its best learning rate), the brighter "
        "the better. A prediction beyond the depths that were trained is drawn at their edge."
    )
    return Figure(caption, legend, panels)


def _panel(each: AccuracyMap, settings: Sequence[Compared], chance: float) -> Panel:
    def draw(axes: Axes) -> None:
        axes.grid(visible=False)
        _draw_accuracies(axes, each, chance)
        variances = [setting.weight_variance for setting in settings]
        _draw_depths(axes, variances, [setting.measured for setting in settings], MEASURED)
        _draw_depths(axes, variances, [setting.visible for setting in settings], PREDICTED)
        axes.set(xlabel="weight variance × fan-in", ylabel="hidden layers")

    return Panel(each.pair.label, _in_words(each, settings), drawn(each.pair.label, draw))


def _draw_accuracies(axes: Axes, each: AccuracyMap, chance: float) -> None:
    axes.set(xscale="log", yscale="log")
    edges = _edges(each.weight_variances), _edges(each.depths)
    axes.pcolormesh(*edges, each.accuracy.T, cmap=COLOURS, vmin=chance, vmax=1.0)
    for (row, column), accuracy in np.ndenumerate(each.accuracy):
        if np.isfinite(accuracy):
            place = each.weight_variances[row], each.depths[column]
            letters = "#000000" if accuracy > DARK_LETTERS_FROM else "#ffffff"
            axes.text(*place, f"{100 * accuracy:.0f}", color=letters, ha="center", va="center", fontsize=6.5)
    axes.set_xticks(each.weight_variances, [f"{variance:g}" for variance in each.weight_variances])
    axes.set_yticks(each.depths, [str(depth) for depth in each.depths])
    axes.minorticks_off()


def _draw_depths(axes: Axes, variances: Sequence[float], depths: Sequence[float], style: Style) -> None:
    dashes = (0.0, style.dashes) if style.dashes else "solid"
    axes.plot(
        variances,
        depths,
        color=style.colour,
        linestyle=dashes,
        marker=style.marker,
        markeredgecolor="#ffffff",
        path_effects=[Stroke(linewidth=3.2, foreground="#ffffff"), Normal()],
        clip_on=False,
    )


def _edges(places: np.ndarray) -> np.ndarray:
    """Between the places, in the logarithm; one place by itself has a cell of a factor 2."""
    logarithms = np.log(places.astype(np.float64))
    if len(logarithms) == 1:
        return np.exp(logarithms[0] + np.log(2.0) * np.array([-0.5, 0.5]))
    middles = 0.5 * (logarithms[:-1] + logarithms[1:])
    ends = 2 * logarithms[[0, -1]] - middles[[0, -1]]
    return np.exp(np.concatenate((ends[:1], middles, ends[1:])))


def _in_words(each: AccuracyMap, settings: Sequence[Compared]) -> str:
    depths = "; ".join(
        f"{setting.weight_variance:g}: predicted {setting.predicted:.3g}, measured {setting.measured:.3g}"
        for setting in settings
    )
    return (
        f"Test accuracy over depth and weight variance, {each.pair.label}: from "
        f"{100 * np.nanmin(each.accuracy):.0f} to {100 * np.nanmax(each.accuracy):.0f} %. Trainable depth by "
        f"weight variance: {depths or 'not known'}."
    )
