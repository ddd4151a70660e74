"""Does the output of ReLU spread over 0 to 1 under batch normalization?

The thought behind it: normalized inputs lie between 0 and 1, and ReLU passes them on. Half of them are
negative, and there is no upper end.
"""

from collections.abc import Sequence

import numpy as np

from bnact import theory
from bnact.studies.claim import Claim, Figure, Panel, Quantity, Scale, Table, Verdict
from bnact.studies.report.distribution import share_between
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
from .signal.rectified_panel import rectified_panel
from .sources.documents import QUESTION

ID = "relu_spreads"
TEXT = "with BN, ReLU's output spreads over 0 to 1"

ONE = 1.0
INTERVAL = Interval("relu", HISTOGRAM_LOW, ONE)

RULE = (
    "Measured is the share of ReLU outputs inside [0, 1], over all layers, on the first "
    f"{HISTOGRAM_EXAMPLES} training examples, in networks with batch norm before each ReLU, at "
    "initialization and after training at the best learning rate, at every depth. Theory gives the exact "
    f"share for a standard normal input. To spread over 0 to 1 means that {percent(ENOUGH, 0)} or more lie "
    "there. Supported if the exact share is, and that of every run at both moments; refuted if the exact "
    "share is not, nor that of any run; else undecided. A run that diverged counts none. No test is needed "
    "where every single run agrees. The effect is the share after training, averaged over the depths; its "
    "interval is over seeds. The outputs that are exactly 0 count as inside; how many they are is shown, and "
    "decides nothing."
)

COLUMNS = (
    "network",
    "depth",
    "moment",
    "inside [0, 1] (%)",
    "lowest to highest seed",
    "exactly 0 (%)",
    "above 0, up to 1 (%)",
    "above 1 (%)",
)


def settings(scale: Scale) -> tuple[Setting, ...]:
    """ReLU with batch norm before it."""
    return settings_behind_norm(INTERVAL, scale)


def exact_shares() -> tuple[float, float, float]:
    """Probabilities that ReLU of a standard normal number is 0, above 0 and up to 1, and above 1."""
    zero, inside = (float(theory.output_mass("relu", 0.0, high)) for high in (0.0, ONE))
    return zero, inside - zero, 1.0 - inside


def decide(rows: Rows) -> Verdict:
    """The verdict by the rule above."""
    found = confinement_of(INTERVAL, rows)
    return Verdict(
        ID, TEXT, QUESTION, found.answer, found.effect, found.low, found.high, found.n, _sentence(found)
    )


def figures(rows: Rows) -> Sequence[Figure]:
    """The measured distribution of outputs beside the exact one, at every depth and moment."""
    caption = (
        "Outputs of ReLU behind batch norm, all layers and seeds. Bars: measured; the bar left of 0 is the "
        "share of outputs that are exactly 0, as an area. Dashed: the same for a standard normal input, "
        "exactly. Shaded: the interval the claim names."
    )
    legend = outputs_legend("exact, normal input", "claimed interval [0, 1]")
    return (outputs_figure(INTERVAL, rows, _panel, legend, caption),)


def table(rows: Rows) -> Table:
    """The shares of outputs that are 0, between 0 and 1, and above."""
    lines = tuple(
        _table_line(cell, moment) for cell in cells_behind_norm(INTERVAL, rows) for moment in MOMENTS
    )
    zero, between, above = exact_shares()
    _, highest = theory.output_bound("relu", BATCH_SIZE)
    note = (
        f"Exactly, of a standard normal input ReLU makes {percent(zero)} zeros, {percent(between)} outputs "
        f"above 0 and up to 1, and {percent(above)} above 1. What a batch of B standardized values does "
        f"guarantee is an output of at most √(B−1): {highest:.2f} for B = {BATCH_SIZE}."
    )
    return Table("Where the outputs of ReLU lie", COLUMNS, lines, (note,))


def _panel(title: str, counts: np.ndarray) -> Panel:
    return rectified_panel(title, counts, ONE)


def _table_line(cell: TunedCell, moment: str) -> tuple[str, ...]:
    counts = input_counts(cell, moment)
    return (
        *inside_columns(INTERVAL, cell, moment),
        plain(100 * share_between(counts, HISTOGRAM_LOW, 0.0)),
        plain(100 * share_between(counts, 0.0, ONE)),
        plain(100 * share_between(counts, ONE, HISTOGRAM_HIGH)),
    )


def _sentence(found: Confinement) -> str:
    if not found.n:
        return NOTHING
    if found.answer == "supported":
        return f"Yes: at least {percent(found.shares.min())} of the outputs lie between 0 and 1 in every run."
    if found.answer == "refuted":
        zero, _, above = exact_shares()
        return (
            f"No: for a normal input {percent(zero, 0)} of the outputs are exactly 0 and {percent(above)} "
            f"lie above 1; in these networks {found.range_in_words} lie between 0 and 1, "
            "the zeros counted in."
        )
    return f"Not clear: in these networks {found.range_in_words} of the outputs lie between 0 and 1."


CLAIM = Claim(
    id=ID,
    text=TEXT,
    source=QUESTION,
    why=(
        "If it held, batch norm would make of ReLU a unit as bounded as sigmoid, and half of its use as a "
        "switch that is off would be gone."
    ),
    rule=RULE,
    quantity=Quantity(
        "share of ReLU outputs inside [0, 1] after training, mean over the depths",
        "%",
        100.0,
        interval="95 % interval",
    ),
    settings=settings,
    decide=decide,
    figures=figures,
    table=table,
    turns=(
        "A norm that puts inputs between 0 and 1, as scaling by smallest and largest value does, would make "
        "it true by its definition. Under batch norm the share could change through the trained scale and "
        "shift alone: 95 % needs a scale below 0.61 at shift 0."
    ),
)
