"""Value and derivatives of an activation as one small picture."""

import io
import re

import matplotlib
import numpy as np
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from bnact.activations import Activation
from bnact.activations.facts.sampling import sampled
from bnact.studies.report.drawing import LOOK
from bnact.studies.report.palette import COLOURS

REACH = 5.0
HEIGHT = 3.0
LINES = (("value", "-", 2.0), ("derivative", "--", 1.4), ("second derivative", ":", 1.4))


def picture(activation: Activation) -> str:
    """An SVG element: value solid, derivative dashed, second derivative dotted, over [-5, 5].

    The same bytes for the same activation. Lines are interrupted at jumps.
    """
    x = np.linspace(-REACH, REACH, 1001)
    with matplotlib.rc_context(LOOK):
        sheet = Figure(figsize=(3.4, 2.4), layout="constrained")
        axes = sheet.add_subplot()
        for values, (label, dashes, width), colour in zip(
            sampled(activation.curve, x), LINES, COLOURS, strict=False
        ):
            axes.plot(x, _interrupted(values), dashes, color=colour, lw=width, label=label)
        axes.axhline(0.0, color="#888888", lw=0.6)
        axes.axvline(0.0, color="#888888", lw=0.6)
        axes.set_xlim(-REACH, REACH)
        axes.set_ylim(*_shown(sampled(activation.curve, x)[0]))
        return _svg(sheet, activation.name)


def _interrupted(values: np.ndarray) -> np.ndarray:
    steps = np.abs(np.diff(values, prepend=values[0]))
    return np.where(steps > 0.2, np.nan, values)


def _shown(values: np.ndarray) -> tuple[float, float]:
    low, high = max(values.min(), -HEIGHT), min(values.max(), HEIGHT)
    return min(low, -1.0) - 0.2, max(high, 1.0) + 0.2


def _svg(sheet: Figure, name: str) -> str:
    text = io.StringIO()
    FigureCanvasSVG(sheet).print_svg(text, metadata={"Date": None, "Creator": None})
    body = text.getvalue()
    body = body[body.index("<svg") :]
    # Two pictures on a page must not share the names of their parts.
    body = re.sub(r'((?:id="|href="#|url\(#))', rf"\g<1>{name}-", body)
    return re.sub(r"[ \t]*\n[ \t]*", "\n", body).strip()
