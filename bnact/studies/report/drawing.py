"""Lines on paper: one panel as SVG, the same bytes for the same data."""

import io
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal, NamedTuple

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Sheet

from bnact.studies.claim import LegendEntry, Panel

from .palette import Style

SIZE = (3.5, 2.5)
"""Inches of a panel; the page scales it to its column."""

ACCURACY_TICKS = (0, 50, 80, 90, 95, 98, 100)

LOOK: dict[Any, object] = {
    # Letters as outlines: the page looks the same with any fonts. A fixed salt: the same bytes every time.
    "svg.fonttype": "path",
    "svg.hashsalt": "bnact",
    "font.family": ["DejaVu Sans"],
    "font.size": 8.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#555555",
    "axes.grid": True,
    "grid.color": "#e3e3e3",
    "grid.linewidth": 0.6,
    "axes.titlesize": 9.5,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "lines.linewidth": 1.6,
    "lines.markersize": 4.0,
}


class Series(NamedTuple):
    """One line: what it is called, how it looks, and (points,) arrays of its place, middle and band."""

    label: str
    style: Style
    x: np.ndarray
    middle: np.ndarray
    low: np.ndarray
    high: np.ndarray


class AxesLook(NamedTuple):
    """What stands on the axes: labels with units, and the kinds of scale.

    Attributes:
      x_label, y_label: quantity and unit.
      x_kind: "steps" (a power scale that shows 0), "numbers" (a tick for each value).
      y_kind: "numbers", "powers" (of ten), or "accuracy" (percent, the more spread the nearer to 100).
      y_limits: low and high, or None to fit the data.
    """

    x_label: str
    y_label: str
    x_kind: Literal["steps", "numbers"]
    y_kind: Literal["numbers", "powers", "accuracy"] = "numbers"
    y_limits: tuple[float, float] | None = None


def line_panel(title: str, alternative: str, series: Sequence[Series], look: AxesLook) -> Panel:
    """Lines with bands.

    Args:
      title: above the panel.
      alternative: the panel in words.
      series: the lines; later ones are on top and thinner, so that equal ones are all seen.
      look: of the axes.

    Returns:
      The panel.
    """

    def draw(axes: Axes) -> None:
        for position, each in enumerate(series):
            _draw_series(axes, each, max(1.1, 2.8 - 0.4 * position))
        axes.set(xlabel=look.x_label, ylabel=look.y_label)
        _scale_x(axes, series, look)
        _scale_y(axes, series, look)

    return Panel(title, alternative, drawn(title, draw))


def drawn(title: str, draw: Callable[[Axes], None], size: tuple[float, float] = SIZE) -> str:
    """SVG of one pair of axes, without a date, a document type, or metadata.

    Args:
      title: above the axes.
      draw: puts the content on the axes.
      size: inches.

    Returns:
      The <svg> element as text.
    """
    with _look():
        sheet = Sheet(figsize=size, layout="constrained")
        FigureCanvasSVG(sheet)
        axes = sheet.add_subplot()
        draw(axes)
        axes.set_title(title)
        buffer = io.StringIO()
        sheet.savefig(buffer, format="svg", metadata={"Date": None})
    text = buffer.getvalue()
    return re.sub(r"<metadata>.*?</metadata>\s*", "", text[text.index("<svg") :], flags=re.DOTALL)


def legend_entry(label: str, style: Style) -> LegendEntry:
    """The swatch of a line: drawn by hand, for it is three shapes."""
    dashes = (
        f' stroke-dasharray="{" ".join(f"{each * 1.6:g}" for each in style.dashes)}"' if style.dashes else ""
    )
    line = f'<path d="M1 6H33" stroke="{style.colour}" stroke-width="2.2"{dashes}/>'
    marks = {
        "o": f'<circle cx="17" cy="6" r="3.4" fill="{style.colour}"/>',
        "s": f'<rect x="14" y="3" width="6" height="6" fill="{style.colour}"/>',
        "x": f'<path d="M14 3l6 6M20 3l-6 6" stroke="{style.colour}" stroke-width="2"/>',
        "^": f'<path d="M17 2l4 7h-8z" fill="{style.colour}"/>',
        "v": f'<path d="M17 10l4-7h-8z" fill="{style.colour}"/>',
        "D": f'<path d="M17 2l4 4-4 4-4-4z" fill="{style.colour}"/>',
    }
    head = '<svg xmlns="http://www.w3.org/2000/svg" width="34" height="12" viewBox="0 0 34 12">'
    return LegendEntry(label, f"{head}{line}{marks.get(style.marker, '')}</svg>")


@contextmanager
def _look() -> Iterator[None]:
    """The look of every panel, whatever the user's own settings of matplotlib are."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(LOOK)
        yield


def _draw_series(axes: Axes, each: Series, width: float) -> None:
    style = each.style
    dashes = (0.0, style.dashes) if style.dashes else "solid"
    axes.fill_between(each.x, each.low, each.high, color=style.colour, alpha=0.15, linewidth=0)
    axes.plot(each.x, each.middle, color=style.colour, linestyle=dashes, marker=style.marker, linewidth=width)


def _scale_x(axes: Axes, series: Sequence[Series], look: AxesLook) -> None:
    places = sorted({float(place) for each in series for place in each.x})
    if not places:
        return
    if look.x_kind == "steps":
        axes.set_xscale("symlog", linthresh=1.0, linscale=0.4)
        decades = [10.0**power for power in range(9) if 10.0**power < 0.6 * places[-1]]
        ticks = [0.0, *decades, places[-1]]
    else:
        ticks = places[:: -(-len(places) // 8)]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()


def _scale_y(axes: Axes, series: Sequence[Series], look: AxesLook) -> None:
    if look.y_kind == "accuracy":
        lowest = min((_lowest(each) for each in series), default=0.0)
        ticks = [tick for tick in ACCURACY_TICKS if tick >= lowest] or [100]
        below = [tick for tick in ACCURACY_TICKS if tick < lowest]
        axes.set_yscale("function", functions=(_spread, _gathered))
        axes.set_yticks(below[-1:] + ticks, [str(tick) for tick in below[-1:] + ticks])
        axes.set_ylim(min(lowest, *below[-1:], 100.0) - 0.5, 100.3)
    elif look.y_kind == "powers" and any(np.any(each.middle > 0.0) for each in series):
        axes.set_yscale("log")
    if look.y_limits is not None:
        axes.set_ylim(*look.y_limits)


def _lowest(series: Series) -> float:
    values = np.concatenate((series.low, series.middle))
    return float(values.min(initial=100.0, where=np.isfinite(values)))


def _spread(accuracy: np.ndarray) -> np.ndarray:
    """Where an accuracy in percent stands: halving the error is the same way everywhere, down to 1 %."""
    return -np.log10(np.maximum(101.0 - np.asarray(accuracy), 1e-3))


def _gathered(place: np.ndarray) -> np.ndarray:
    return 101.0 - 10.0 ** -np.asarray(place)
