"""Does batch normalization confine sigmoid to [0.5, 0.73]?

The thought behind it: normalized inputs lie between 0 and 1. They have mean 0 and variance 1, which is
another thing.
"""

from collections.abc import Sequence

import numpy as np

from bnact import activations, theory
from bnact.studies.claim import Claim, Figure, Panel, Quantity, Scale, Table, Verdict
from bnact.studies.report.distribution import Density, distribution_panel, output_histogram, share_between
from bnact.studies.report.wording import percent, plain
from bnact.studies.rows import Rows
from bnact.studies.tuned_cell import TunedCell
from bnact.training.log import HISTOGRAM_HIGH, HISTOGRAM_LOW
from bnact.training.observation import HISTOGRAM_EXAMPLES
from bnact.training.setting import Setting
from experiments.claims.scale import BATCH_SIZE

from .signal.activation_inputs import MOMENTS, input_counts
from .signal.confinement import (
    ENOUGH,
    NOTHING,
    Confinement,
    Interval,
    cells_behind_norm,
    confinement_of,
    inside_columns,
    outputs_figure,
    outputs_legend,
    settings_behind_norm,
)
from .sources.documents import QUESTION

ID = "sigmoid_confined"
TEXT = "BN confines sigmoid to [sigmoid(0), sigmoid(1)] = [0.5, 0.73]"

INTERVAL = Interval("sigmoid", 0.0, 1.0)

RULE = (
    "Measured is the share of sigmoid outputs inside [0.5, 0.73], over all layers, on the first "
    f"{HISTOGRAM_EXAMPLES} training examples, in networks with batch norm before each sigmoid, at "
    "initialization and after training at the best learning rate, at every depth. Theory gives the exact "
    f"share for a standard normal input. Confined means {percent(ENOUGH, 0)} or more. Supported if the exact "
    "share and that of every run, at both moments, are; refuted if the exact share and that of every run are "
    "not; else undecided. A run that diverged counts none. No test is needed where every single run agrees. "
    "The effect is the share after training, averaged over the depths; its interval is over seeds."
)

COLUMNS = (
    "network",
    "depth",
    "moment",
    "inside [0.5, 0.73] (%)",
    "lowest to highest seed",
    "exact, normal input (%)",
    "below 0.5 (%)",
    "above 0.73 (%)",
)


def settings(scale: Scale) -> tuple[Setting, ...]:
    """Sigmoid with batch norm before it."""
    return settings_behind_norm(INTERVAL, scale)


def decide(rows: Rows) -> Verdict:
    """The verdict by the rule above."""
    found = confinement_of(INTERVAL, rows)
    return Verdict(
        ID, TEXT, QUESTION, found.answer, found.effect, found.low, found.high, found.n, _sentence(found)
    )


def figures(rows: Rows) -> Sequence[Figure]:
    """The measured histogram of outputs over the exact density, at every depth and moment."""
    caption = (
        "Outputs of sigmoid behind batch norm, all layers and seeds. Bars: measured. Dashed: the exact "
        "density for a standard normal input. Shaded: the interval the claim names."
    )
    legend = outputs_legend("exact density, normal input", "claimed interval [0.5, 0.73]")
    return (outputs_figure(INTERVAL, rows, _panel, legend, caption),)


def table(rows: Rows) -> Table:
    """The share of outputs inside the claimed interval, below it, and above it."""
    lines = tuple(
        _table_line(cell, moment) for cell in cells_behind_norm(INTERVAL, rows) for moment in MOMENTS
    )
    low, high = theory.output_bound("sigmoid", BATCH_SIZE)
    note = (
        f"Exactly, a standard normal input puts {percent(INTERVAL.exact_share)} of the outputs inside the "
        "interval. What a batch of B standardized values does guarantee is sigmoid(±√(B−1)): for B = "
        f"{BATCH_SIZE}, [{low:.4f}, {high:.4f}]."
    )
    return Table("Where the outputs of sigmoid lie", COLUMNS, lines, (note,))


def _panel(title: str, counts: np.ndarray) -> Panel:
    measured = output_histogram(counts, activations.get("sigmoid"))
    places = np.linspace(0.001, 0.999, 499)
    exact = Density(places, np.asarray(theory.output_density("sigmoid", places)))
    return distribution_panel(title, measured, exact, INTERVAL.outputs)


def _table_line(cell: TunedCell, moment: str) -> tuple[str, ...]:
    counts = input_counts(cell, moment)
    return (
        *inside_columns(INTERVAL, cell, moment),
        f"{100 * INTERVAL.exact_share:.1f}",
        plain(100 * share_between(counts, HISTOGRAM_LOW, INTERVAL.low)),
        plain(100 * share_between(counts, INTERVAL.high, HISTOGRAM_HIGH)),
    )


def _sentence(found: Confinement) -> str:
    if not found.n:
        return NOTHING
    if found.answer == "supported":
        least = percent(found.shares.min())
        return f"Yes: at least {least} of the outputs lie between 0.5 and 0.73 in every run."
    if found.answer == "refuted":
        return (
            f"No: for a normal input {percent(INTERVAL.exact_share)} of the outputs lie between 0.5 and "
            f"0.73, and in these networks {found.range_in_words}."
        )
    return f"Not clear: in these networks {found.range_in_words} of the outputs lie between 0.5 and 0.73."


CLAIM = Claim(
    id=ID,
    text=TEXT,
    source=QUESTION,
    why=(
        "If batch norm did this, sigmoid would be used only on a nearly straight half of its curve, and a "
        "network of it would hardly be more than linear."
    ),
    rule=RULE,
    quantity=Quantity(
        "share of sigmoid outputs inside [0.5, 0.73] after training, mean over the depths",
        "%",
        100.0,
        interval="95 % interval",
    ),
    settings=settings,
    decide=decide,
    figures=figures,
    table=table,
    turns=(
        "Theory's 34.1 % is exact, so that nothing can support it for normal inputs. A single run with 95 % "
        "or more of its outputs inside the interval would leave it undecided, and mean that the inputs "
        "behind the norm are far from normal."
    ),
)
