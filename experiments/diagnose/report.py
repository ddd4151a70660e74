"""The diagnosis as a table and as one page."""

import itertools
import shlex
from collections.abc import Sequence

import numpy as np

from bnact.studies.claim import Figure, Panel, Table
from bnact.studies.report import Page, Section
from bnact.studies.report.drawing import AxesLook, Series, legend_entry, line_panel
from bnact.studies.report.palette import Style
from bnact.studies.report.wording import signed
from bnact.theory import Prediction

from .comparison import Compared
from .fresh import Fresh

PREDICTED, MEASURED = Style("#0072B2", (), "x"), Style("#D55E00", (5.0, 2.0), "o")

MEANINGS = {
    "variance": "mean square of the linear map's outputs",
    "correlation": "of two examples, after the linear map",
    "growth": "squared gradient by a layer / by the next, 1 for the last",
    "gradient": "squared gradient / the last layer's",
    "dead": "share of units without slope on the batch",
    "saturated": "share of slopes below 1/20 of the largest",
}

HOW = (
    "Theory: mean fields of wide layers, bnact.theory.predict. Networks: fresh random ones on fresh standard "
    "normal inputs, nothing trained. Deviation: the mean over networks minus theory, in standard errors; for "
    "dead units in those of a binomial count. Theory is exact for infinite width. At a finite one it is off "
    "by terms of the order of depth over width, and enough networks always show them."
)

AXES = {
    "variance": "mean square",
    "correlation": "of two examples",
    "growth": "ratio to the next layer's",
    "gradient": "ratio to the last layer's",
    "dead": "share of units",
    "saturated": "share of slopes",
}
"""What stands beside an axis of a small panel."""

GROUPS = {
    "The signal": ("variance", "correlation"),
    "The gradient": ("growth", "gradient"),
    "The units": ("dead", "saturated"),
}
"""The quantities of each table of the page, which a narrow screen can show."""

DECADES = 30.0
"""What varies by more is drawn on a scale of powers of ten."""


def summary_table(parts: Sequence[Compared], most: int) -> Table:
    """Every quantity in a column, for a terminal.

    Args:
      parts: of `compared`.
      most: layers to show, chosen evenly.
    """
    depth = parts[0].predicted.size
    chosen = np.unique(np.linspace(0, depth - 1, min(depth, most)).round().astype(int))
    rows = tuple((str(layer + 1), *(_cell(part, layer) for part in parts)) for layer in chosen.tolist())
    return Table(
        "Theory | fresh networks (deviation in standard errors)",
        ("layer", *(part.name for part in parts)),
        rows,
        ("Layer 1 is next to the input.",),
    )


def _cell(part: Compared, layer: int) -> str:
    return f"{part.predicted[layer]:.4g} | {part.measured[layer]:.4g} ({_deviation(part, layer)})"


def _deviation(part: Compared, layer: int) -> str:
    return signed(float(part.deviation[layer]))


def tables(parts: Sequence[Compared]) -> tuple[Table, ...]:
    """Theory, networks and deviation of all layers, two quantities a table."""
    named = {part.name: part for part in parts}
    return tuple(_table(caption, [named[name] for name in names]) for caption, names in GROUPS.items())


def _table(caption: str, parts: Sequence[Compared]) -> Table:
    columns = [(f"{part.name}: theory", "networks", "deviation") for part in parts]
    rows = [
        (str(layer + 1), *itertools.chain.from_iterable(_cells(part, layer) for part in parts))
        for layer in range(parts[0].predicted.size)
    ]
    notes = tuple(f"{part.name[0].upper()}{part.name[1:]}: {MEANINGS[part.name]}." for part in parts)
    return Table(caption, ("layer", *itertools.chain.from_iterable(columns)), tuple(rows), notes)


def _cells(part: Compared, layer: int) -> tuple[str, str, str]:
    return f"{part.predicted[layer]:.4g}", f"{part.measured[layer]:.4g}", _deviation(part, layer)


def page(network: Fresh, prediction: Prediction, parts: Sequence[Compared], seeds: int) -> Page:
    """The page: the sentence, the figure, the table, and how to do it again."""
    section = Section(
        id="layers",
        heading="Layer by layer",
        paragraphs=(("How it is compared", HOW),),
        figures=(figure(parts),),
        tables=tables(parts),
        command=command_of(network, seeds),
    )
    return Page(
        title="Will it train? Theory and fresh networks",
        question=prediction.sentence[0].upper() + prediction.sentence[1:],
        summary=(
            f"Measured in {seeds} fresh networks of {network.depth} layers of {network.width} units, on "
            f"batches of {network.batch_size}, weight variance {network.weight_variance:g}, bias variance "
            f"{network.bias_variance:g}."
        ),
        sections=(section,),
        methods=(),
    )


def figure(parts: Sequence[Compared]) -> Figure:
    """A panel for each quantity: theory's line, and that of the networks with its band."""
    legend = (legend_entry("theory", PREDICTED), legend_entry("fresh networks", MEASURED))
    caption = "Lines: theory, and the mean over fresh networks; band: from the lowest to the highest network."
    return Figure(caption, legend, tuple(_panel(part) for part in parts))


def _panel(part: Compared) -> Panel:
    layers = np.arange(1.0, part.predicted.size + 1.0)
    series = (
        Series("fresh networks", MEASURED, layers, part.measured, part.low, part.high),
        Series("theory", PREDICTED, layers, part.predicted, part.predicted, part.predicted),
    )
    words = (
        f"{part.name}, {MEANINGS[part.name]}: in the first layer {part.predicted[0]:.3g} predicted and "
        f"{part.measured[0]:.3g} measured, in the last {part.predicted[-1]:.3g} and {part.measured[-1]:.3g}"
    )
    kind = "powers" if _spans_decades(part) else "numbers"
    look = AxesLook("layer (1 is next to the input)", AXES[part.name], "numbers", kind)
    return line_panel(part.name, words, series, look)


def _spans_decades(part: Compared) -> bool:
    values = np.concatenate([part.predicted, part.low, part.high])
    return bool(np.all(values > 0.0) and values.max() > DECADES * values.min())


def command_of(network: Fresh, seeds: int) -> str:
    """The command that makes this diagnosis."""
    given = " ".join(f"--{name}={shlex.quote(str(value))}" for name, value in network._asdict().items())
    return f".venv/bin/python -m experiments.diagnose --workdir=DIR {given} --seeds={seeds}"
