"""Does batch normalization confine sigmoid to [0.5, 0.73]?

The thought behind it: normalized inputs lie between 0 and 1. They have mean 0 and variance 1, which is
another thing.
"""

from collections.abc import Sequence

import numpy as np

from bnact import activations, theory
from bnact.studies.claim import Claim, Figure, LegendEntry, Panel, Quantity, Scale, Table, Verdict
from bnact.studies.report.distribution import (
    CLAIMED,
    EXACT,
    MEASURED,
    Density,
    distribution_panel,
    output_histogram,
    share_between,
)
from bnact.studies.report.drawing import legend_entry
from bnact.studies.report.palette import Style
from bnact.studies.report.wording import percent, plain
from bnact.studies.rows import Rows
from bnact.studies.statistics import share_interval
from bnact.studies.tuned_cell import Pair, TunedCell
from bnact.training.log import HISTOGRAM_HIGH, HISTOGRAM_LOW
from bnact.training.setting import Setting
from experiments.claims.chosen import BEFORE
from experiments.claims.scale import BATCH_SIZE, settings_of

from .signal.activation_inputs import MOMENTS, cells_of, input_counts, input_shares, mean_share
from .sources.documents import QUESTION

ID = "sigmoid_confined"
TEXT = "BN confines sigmoid to [sigmoid(0), sigmoid(1)] = [0.5, 0.73]"

LOW, HIGH = 0.0, 1.0
"""Inputs whose outputs are the ends of the claimed interval."""

CONFINED = 0.95

RULE = (
    "Measured is the share of sigmoid outputs inside [0.5, 0.73], over all layers, on the first 128 "
    "training examples, in networks with batch norm before each sigmoid, at initialization and after "
    "training at the best learning rate, at every depth. Theory gives the exact share for a standard "
    "normal input. Confined means 95 % or more. Supported if the exact share and that of every run, at "
    "both moments, are; refuted if the exact share and that of every run are not; else undecided. A run that "
    "diverged counts none. No test is needed where every single run agrees. The effect is the share after "
    "training, averaged over the depths; its interval is over seeds."
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
    return settings_of(scale, ("sigmoid",), orders=("before",))


def decide(rows: Rows) -> Verdict:
    """The verdict by the rule above."""
    trained = mean_share(_cells(rows), "after training", LOW, HIGH)
    if not len(trained):
        sentence = (
            "There is nothing to decide from: at no seed did the networks of every depth train to the end."
        )
        return Verdict(ID, TEXT, QUESTION, "undecided", float("nan"), float("nan"), float("nan"), 0, sentence)
    shares = np.concatenate(
        [input_shares(cell, moment, LOW, HIGH) for cell in _cells(rows) for moment in MOMENTS]
    )
    confined = np.append(shares, exact_share()) >= CONFINED
    answer = "supported" if confined.all() else "undecided" if confined.any() else "refuted"
    low, high = share_interval(trained)
    return Verdict(
        ID, TEXT, QUESTION, answer, float(trained.mean()), low, high, len(trained), _sentence(answer, shares)
    )


def exact_share() -> float:
    """Probability that sigmoid of a standard normal number lies in the claimed interval."""
    return float(theory.output_mass("sigmoid", *claimed_outputs()))


def claimed_outputs() -> tuple[float, float]:
    """The claimed interval of outputs: sigmoid(0) and sigmoid(1)."""
    low, high = np.asarray(activations.get("sigmoid")(np.array([LOW, HIGH], np.float32)), np.float64)
    return float(low), float(high)


def figures(rows: Rows) -> Sequence[Figure]:
    """The measured histogram of outputs over the exact density, at every depth and moment."""
    panels = tuple(
        _panel(cell, moment)
        for moment in MOMENTS
        for cell in _cells(rows)
        if input_counts(cell, moment).sum() > 0
    )
    caption = (
        "Outputs of sigmoid behind batch norm, all layers and seeds. Bars: measured. Dashed: the exact "
        "density for a standard normal input. Shaded: the interval the claim names."
    )
    return (Figure(caption, _legend(), panels),)


def table(rows: Rows) -> Table:
    """The share of outputs inside the claimed interval, below it, and above it."""
    lines = tuple(_table_line(cell, moment) for cell in _cells(rows) for moment in MOMENTS)
    low, high = theory.output_bound("sigmoid", BATCH_SIZE)
    note = (
        f"Exactly, a standard normal input puts {percent(exact_share())} of the outputs inside the "
        "interval. What a batch of B standardized values does guarantee is sigmoid(±√(B−1)): for B = "
        f"{BATCH_SIZE}, [{low:.4f}, {high:.4f}]."
    )
    return Table("Where the outputs of sigmoid lie", COLUMNS, lines, (note,))


def _cells(rows: Rows) -> tuple[TunedCell, ...]:
    return cells_of(rows, Pair("sigmoid", *BEFORE))


def _panel(cell: TunedCell, moment: str) -> Panel:
    measured = output_histogram(input_counts(cell, moment), activations.get("sigmoid"))
    places = np.linspace(0.001, 0.999, 499)
    exact = Density(places, np.asarray(theory.output_density("sigmoid", places)))
    return distribution_panel(f"depth {cell.setting.depth}, {moment}", measured, exact, claimed_outputs())


def _legend() -> tuple[LegendEntry, ...]:
    return (
        legend_entry("measured", Style(MEASURED, (), "s")),
        legend_entry("exact density, normal input", Style(EXACT, (4.0, 1.5), "")),
        legend_entry("claimed interval [0.5, 0.73]", Style(CLAIMED, (), "")),
    )


def _table_line(cell: TunedCell, moment: str) -> tuple[str, ...]:
    shares, counts = input_shares(cell, moment, LOW, HIGH), input_counts(cell, moment)
    return (
        Pair("sigmoid", *BEFORE).label,
        str(cell.setting.depth),
        moment,
        f"{100 * shares.mean():.1f}" if len(shares) else "–",
        f"{100 * shares.min():.1f} to {100 * shares.max():.1f}" if len(shares) else "–",
        f"{100 * exact_share():.1f}",
        plain(100 * share_between(counts, HISTOGRAM_LOW, LOW)),
        plain(100 * share_between(counts, HIGH, HISTOGRAM_HIGH)),
    )


def _sentence(answer: str, shares: np.ndarray) -> str:
    measured = f"from {percent(shares.min(), 0)} to {percent(shares.max(), 0)}"
    if answer == "supported":
        return f"Yes: at least {percent(shares.min())} of the outputs lie between 0.5 and 0.73 in every run."
    if answer == "refuted":
        return (
            f"No: for a normal input {percent(exact_share())} of the outputs lie between 0.5 and 0.73, and "
            f"in these networks {measured}."
        )
    return f"Not clear: in these networks {measured} of the outputs lie between 0.5 and 0.73."


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
