"""An audit as a drawing."""

from collections.abc import Sequence
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .row import Row

# Of the palette of Masataka Okabe and Kei Ito, "Color Universal Design", 2008.
_STYLES = {"value": ("#0072B2", "solid", "o"), "derivative": ("#D55E00", (0, (5.0, 2.0)), "x")}
_STRIPS = 300
_FLOOR = 0.1
"""Units below which an error is drawn on the axis."""

_CEILING = 1e9


class Strips(NamedTuple):
    """The inputs in narrow strips: the middle of each, the largest finite error, whether one is infinite."""

    middle: np.ndarray
    largest: np.ndarray
    not_finite: np.ndarray


def figure(name: str, reference: str, rows: Sequence[Row]) -> Figure:
    """One panel a dtype, value and derivative in it."""
    dtypes = list(dict.fromkeys(row.dtype for row in rows))
    sheet = Figure(figsize=(7.0, 0.9 + 1.9 * len(dtypes)), layout="constrained")
    sheet.suptitle(f"{name}, held against {reference}", fontsize=9, x=0.01, ha="left")
    panels = sheet.subplots(len(dtypes), 1, squeeze=False)[:, 0]
    for panel, dtype in zip(panels, dtypes, strict=True):
        _draw(panel, [row for row in rows if row.dtype == dtype])
    sheet.supylabel("error in units of the last place", fontsize=9)
    panels[-1].set_xlabel("input", fontsize=9)
    handles = {
        label: handle
        for panel in panels
        for handle, label in zip(*panel.get_legend_handles_labels(), strict=True)
    }
    sheet.legend(
        [*handles.values()], [*handles], loc="outside lower center", ncols=4, fontsize=8, frameon=False
    )
    return sheet


def _draw(panel: Axes, rows: Sequence[Row]) -> None:
    smallest = float(jnp.finfo(rows[0].dtype).smallest_normal)
    each = {row.quantity: strips(row, smallest) for row in rows}
    for row in rows:
        colour, dashes, _ = _STYLES[row.quantity]
        x, largest, _ = each[row.quantity]
        drawn = np.clip(largest, _FLOOR, _CEILING)
        panel.plot(x, drawn, color=colour, linestyle=dashes, linewidth=1.3, label=row.quantity)
        panel.axhline(row.limit, color=colour, linestyle=dashes, linewidth=0.6)
    for row, height in zip(rows, (3.0 * _CEILING, 30.0 * _CEILING), strict=True):
        colour, _, marker = _STYLES[row.quantity]
        x = each[row.quantity].middle[each[row.quantity].not_finite]
        style = {"color": colour, "markersize": 3, "fillstyle": "none"}
        label = f"{row.quantity} not finite" if x.size else None
        panel.plot(x, np.full(x.shape, height), marker, label=label, **style)
    _scale(panel, smallest, float(np.max(rows[0].x)))
    panel.set_title(rows[0].dtype, fontsize=9, loc="left")


def _scale(panel: Axes, smallest: float, largest: float) -> None:
    panel.set_xscale("symlog", linthresh=smallest, linscale=0.5)
    panel.set_yscale("log")
    panel.set_ylim(_FLOOR * 0.7, _CEILING * 100.0)
    panel.set_yticks([1.0, 1e3, 1e6, 1e9])
    panel.yaxis.minorticks_off()
    step = 2 if largest < 1e6 else 19
    decades = [10.0**power for power in range(-38, 39) if power % step == 0]
    shown = [size for size in decades if 10.0 * smallest < size <= largest]
    panel.set_xticks([*(-size for size in reversed(shown)), 0.0, *shown])
    panel.xaxis.minorticks_off()
    panel.tick_params(labelsize=8)
    panel.spines[["top", "right"]].set_visible(False)


def strips(row: Row, smallest: float) -> Strips:
    """The row's inputs in strips of equal width on an axis that is logarithmic on both sides of zero."""
    place = np.sign(row.x) * np.log10(1.0 + np.abs(row.x) / smallest)
    edges = np.linspace(place[0], place[-1], _STRIPS + 1)
    strip = np.clip(np.searchsorted(edges, place, side="right") - 1, 0, _STRIPS - 1)
    largest, not_finite = np.zeros(_STRIPS), np.zeros(_STRIPS, bool)
    finite = np.isfinite(row.error)
    np.maximum.at(largest, strip[finite], row.error[finite])
    not_finite[strip[~finite]] = True
    filled = np.isin(np.arange(_STRIPS), strip)
    centre = (edges[:-1] + edges[1:]) / 2.0
    middle = np.sign(centre) * smallest * (10.0 ** np.abs(centre) - 1.0)
    return Strips(middle[filled], largest[filled], not_finite[filled])
