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
"""By Nuñez, Anderton and Renslow, 2018: almost the same to all kinds of colour vision, and in grey."""

# The middle of the map's accuracies, from which on dark letters are read better than light ones.
DARK_LETTERS_FROM = 0.55
PREDICTED, MEASURED = Style("#D55E00", (), ""), Style("#000000", (1.0, 1.5), "")
LETTERS, TICKS = 6.5, 7.0


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
        "Test accuracy in percent (mean over the seeds, each network at its best learning rate), the "
        "brighter the better. A prediction beyond the depths that were trained is drawn at their edge."
    )
    return Figure(caption, legend, panels)


def _panel(each: AccuracyMap, settings: Sequence[Compared], chance: float) -> Panel:
    def draw(axes: Axes) -> None:
        axes.grid(visible=False)
        _draw_accuracies(axes, each, chance)
        _draw_depths(axes, settings, [setting.measured for setting in settings], MEASURED)
        _draw_depths(axes, settings, [setting.visible for setting in settings], PREDICTED)
        axes.set(xlabel="weight variance × fan-in", ylabel="hidden layers")

    return Panel(each.pair.label, _in_words(each, settings), drawn(each.pair.label, draw))


def _draw_accuracies(axes: Axes, each: AccuracyMap, chance: float) -> None:
    axes.set(xscale="log", yscale="log")
    edges = _edges(each.weight_variances), _edges(each.depths)
    axes.pcolormesh(*edges, each.accuracy.T, cmap=COLOURS, vmin=chance, vmax=1.0)
    for (row, column), accuracy in np.ndenumerate(each.accuracy):
        if np.isfinite(accuracy):
            place = float(each.weight_variances[row]), float(each.depths[column])
            colours = ("#000000", "#ffffff") if accuracy > DARK_LETTERS_FROM else ("#ffffff", "#000000")
            # Above the lines, and outlined against them.
            outline = [Stroke(linewidth=1.0, foreground=colours[1], alpha=0.6), Normal()]
            axes.text(
                *place,
                f"{100 * accuracy:.0f}",
                color=colours[0],
                ha="center",
                va="center",
                fontsize=LETTERS,
                zorder=4,
                path_effects=outline,
            )
    axes.set_xticks(
        each.weight_variances, [f"{variance:g}" for variance in each.weight_variances], fontsize=TICKS
    )
    axes.set_yticks(each.depths, [str(depth) for depth in each.depths])
    axes.minorticks_off()


def _draw_depths(axes: Axes, settings: Sequence[Compared], depths: Sequence[float], style: Style) -> None:
    """A line through the middles of the columns, carried on to the edges of the map."""
    if not settings:
        return
    variances = np.array([setting.weight_variance for setting in settings])
    ends = _edges(variances)[[0, -1]]
    axes.plot(
        [ends[0], *variances, ends[1]],
        [depths[0], *depths, depths[-1]],
        color=style.colour,
        linestyle=(0.0, style.dashes) if style.dashes else "solid",
        path_effects=[Stroke(linewidth=3.0, foreground="#ffffff"), Normal()],
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
