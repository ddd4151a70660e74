"""The figures of a study, each made from cells at their best learning rate."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from bnact.studies.claim import Figure, Panel
from bnact.studies.tuned_cell import TunedCell, test_accuracy
from bnact.training.log import Log

from .architecture_words import layer_noun, site_noun
from .drawing import AxesLook, Series, legend_entry, line_panel
from .palette import Style

BAND = "Lines: mean over seeds; bands: from the lowest to the highest seed."

PERCENT = (-3.0, 103.0)


class Line(NamedTuple):
    """One line of a figure: its name, its look, and the cell it shows."""

    label: str
    style: Style
    cell: TunedCell


Groups = Mapping[str, Sequence[Line]]
"""For each panel's title, its lines."""


def learning_curves(groups: Groups, caption: str) -> Figure:
    """Validation accuracy through training, a panel for each group."""
    look = AxesLook("step", "validation accuracy (%)", "steps", "accuracy")
    return _through_training(groups, caption, look, lambda log: 100.0 * np.asarray(log.validation_accuracy))


def dead_through_training(groups: Groups, caption: str) -> Figure:
    """Share of dead units over all layers through training, a panel for each group.

    A run whose values are no longer finite has none to count: it is left out from there on, and the
    caption says so.
    """
    caption = f"{caption} A run that diverges is left out from there on."
    look = AxesLook("step", "dead units (%)", "steps", y_limits=PERCENT)
    return _through_training(groups, caption, look, lambda log: 100.0 * np.asarray(log.dead).mean(axis=-1))


def saturated_through_training(groups: Groups, caption: str) -> Figure:
    """Share of saturated (unit, example) pairs over all layers through training, a panel for each group.

    A diverged run is left out from there on, as in `dead_through_training`.
    """
    caption = f"{caption} A run that diverges is left out from there on."
    look = AxesLook("step", "saturated (%)", "steps", y_limits=PERCENT)
    return _through_training(
        groups, caption, look, lambda log: 100.0 * np.asarray(log.saturated).mean(axis=-1)
    )


def first_gradient_through_training(groups: Groups, caption: str) -> Figure:
    """Root mean square gradient at the site next to the input through training, a panel for each group."""
    look = AxesLook("step", f"first {_site(groups)}'s gradient", "steps", "powers")
    return _through_training(groups, caption, look, lambda log: np.asarray(log.gradient_norm)[:, 0], "{:.1e}")


def gradient_by_layer(groups: Groups, caption: str) -> Figure:
    """Root mean square gradient at each site before the first step, a panel for each group."""
    site = _site(groups)
    look = AxesLook(f"{site} (1 is next to the input)", "gradient, root mean square", "numbers", "powers")

    def series(line: Line) -> Series:
        gradients = line.cell.stacked(lambda log: np.asarray(log.gradient_norm)[0])
        return _banded(line, np.arange(1.0, gradients.shape[1] + 1.0), gradients)

    return _figure(groups, f"{caption} {BAND}", look, series, f"in the first and the last {site}", "{:.1e}")


def accuracy_against_depth(lines: Mapping[tuple[str, Style], Sequence[TunedCell]], caption: str) -> Figure:
    """Test accuracy against depth, one line for each name and style.

    Args:
      lines: for each line, its cells; each cell is one depth.
      caption: what to see.

    Returns:
      A figure of one panel.
    """
    series = [_against_depth(label, style, cells) for (label, style), cells in lines.items() if cells]
    names = {cell.setting.architecture for cells in lines.values() for cell in cells}
    look = AxesLook(f"{layer_noun(names, 'layer or block')}s", "test accuracy (%)", "numbers", "accuracy")
    words = _in_words("Test accuracy in percent, at the smallest and the largest depth", series, "{:.1f}")
    panel = line_panel("Accuracy against depth", words, series, look)
    legend = tuple(legend_entry(label, style) for label, style in lines)
    return Figure(f"{caption} {BAND}", legend, (panel,))


def _site(groups: Groups) -> str:
    return site_noun({line.cell.setting.architecture for lines in groups.values() for line in lines})


def _against_depth(label: str, style: Style, cells: Sequence[TunedCell]) -> Series:
    ordered = sorted(cells, key=lambda cell: cell.setting.depth)
    accuracies = [100.0 * cell.over_seeds(test_accuracy) for cell in ordered]
    return Series(
        label,
        style,
        x=np.array([float(cell.setting.depth) for cell in ordered]),
        middle=np.array([each.mean() for each in accuracies]),
        low=np.array([each.min() for each in accuracies]),
        high=np.array([each.max() for each in accuracies]),
    )


def _through_training(
    groups: Groups,
    caption: str,
    look: AxesLook,
    measure: Callable[[Log], np.ndarray],
    number: str = "{:.1f}",
) -> Figure:
    def series(line: Line) -> Series:
        return _banded(line, np.asarray(line.cell.rows[0].log.step, np.float64), line.cell.stacked(measure))

    return _figure(groups, f"{caption} {BAND}", look, series, "at the start and the end", number)


def _figure(
    groups: Groups, caption: str, look: AxesLook, series: Callable[[Line], Series], when: str, number: str
) -> Figure:
    def panel(title: str, lines: Sequence[Line]) -> Panel:
        drawn = [series(line) for line in lines]
        words = _in_words(f"{look.y_label}, {title}; {when}", drawn, number)
        return line_panel(title, words, drawn, look)

    styles = {line.label: line.style for lines in groups.values() for line in lines}
    legend = tuple(legend_entry(label, style) for label, style in styles.items())
    panels = tuple(panel(title, lines) for title, lines in groups.items() if lines)
    return Figure(caption, legend, panels)


def _banded(line: Line, x: np.ndarray, values: np.ndarray) -> Series:
    """Mean and range over seeds; where every seed diverged there is no line."""
    finite = np.isfinite(values)
    known = finite.any(axis=0)
    count = np.maximum(finite.sum(axis=0), 1)
    mean = np.where(known, np.where(finite, values, 0.0).sum(axis=0) / count, np.nan)
    low = np.where(known, np.where(finite, values, np.inf).min(axis=0), np.nan)
    high = np.where(known, np.where(finite, values, -np.inf).max(axis=0), np.nan)
    return Series(line.label, line.style, x, mean, low, high)


def _in_words(subject: str, series: Sequence[Series], number: str) -> str:
    """The panel in a sentence: first and last value of each line."""

    def words(value: float) -> str:
        return number.format(value) if np.isfinite(value) else "diverged"

    lines = (f"{each.label}: {words(each.middle[0])} and {words(each.middle[-1])}" for each in series)
    return f"{subject}. {'; '.join(lines)}."
