"""How a circle fares in the layers of fresh networks, drawn: theory beside measurement."""

from collections.abc import Mapping

import numpy as np

from bnact.studies.claim import Figure, Panel
from bnact.studies.report.drawing import AxesLook, Series, legend_entry, line_panel
from bnact.studies.report.palette import ACTIVATION_COLOURS, Style
from bnact.studies.report.wording import significant
from experiments.claims.activations import REPRESENTATIVES

from .carried_circle import BATCH_SIZE, LAYERS, NORMS, SEEDS, WIDTH, Carried, carried_circles

THEORY = Style("#000000", (4.0, 1.5), "")

QUANTITIES = {
    "length": "length over the circle's",
    "curvature": "curvature over the circle's",
    "correlation": "cosine a quarter of the way round",
}


def circle_figure() -> Figure:
    """Length, curvature and correlation by layer, without a norm and with batch norm."""
    found = carried_circles()
    legend = (
        *(legend_entry(name, _style(name)) for name in REPRESENTATIVES),
        legend_entry("theory", THEORY),
    )
    caption = (
        f"A circle carried through {LAYERS} layers of {WIDTH} units: what each activation is given of it. "
        f"Lines with bands: mean and range over {SEEDS} fresh networks. Dashed: theory of wide layers. "
        f"Under batch norm the circle takes the statistics of {BATCH_SIZE} independent examples. At the "
        "kink of ReLU the circle has corners, so that it has no curvature; nor is one shown where the "
        "length has shrunk below 1 %."
    )
    panels = tuple(_panel(found, quantity, norm) for norm in NORMS for quantity in QUANTITIES)
    return Figure(caption, legend, panels)


def _panel(found: Mapping[tuple[str, str], Carried], quantity: str, norm: str) -> Panel:
    layers = np.arange(LAYERS + 1.0)
    measured, theory, words = [], [], []
    for activation in REPRESENTATIVES:
        carried = found[activation, norm]
        exact = np.array(getattr(carried.predicted, quantity))
        values = np.array(getattr(carried.measured, quantity))
        if quantity == "curvature":
            hidden = ~np.isfinite(exact) | (carried.predicted.length < 0.01)
            exact[hidden], values[:, hidden] = np.nan, np.nan
            if hidden[1]:
                continue
        last = int(np.flatnonzero(np.isfinite(exact))[-1])
        middle = values.mean(axis=0)
        measured.append(
            Series(activation, _style(activation), layers, middle, values.min(axis=0), values.max(axis=0))
        )
        theory.append(Series("theory", THEORY, layers, exact, exact, exact))
        words.append(
            f"{activation}: {significant(float(middle[last]), 2)} measured and "
            f"{significant(float(exact[last]), 2)} predicted in layer {last}"
        )
    alternative = f"{QUANTITIES[quantity][0].upper()}{QUANTITIES[quantity][1:]}, {norm}. {'; '.join(words)}."
    kind = "numbers" if quantity == "correlation" else "powers"
    look = AxesLook("layer (0 is the circle itself)", QUANTITIES[quantity], "numbers", kind)
    return line_panel(f"{quantity.capitalize()}, {norm}", alternative, (*measured, *theory), look)


def _style(activation: str) -> Style:
    return Style(ACTIVATION_COLOURS[activation], (), "")
