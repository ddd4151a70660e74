"""Does a step go where the page says, and do the steps approach the optimum?"""

import functools
from collections.abc import Sequence
from typing import NamedTuple

import jax
import numpy as np

from bnact.gradient_graph import GradientGraph
from bnact.studies.claim import Claim, Figure, Table, Verdict
from bnact.studies.report.drawing import AxesLook, Series, legend_entry, line_panel
from bnact.studies.report.palette import Style
from bnact.studies.report.wording import significant
from bnact.studies.rows import Rows
from experiments.claims.scale import no_runs
from experiments.textbook.examples import graph_of

from .sources.documents import TEXTBOOK
from .textbook.exactly import BOUND_IN_WORDS, UNDECIDED, Compared, Words, exact_quantity, exact_verdict

RATE, FIRST, OPTIMUM = 0.01, 0.2, 2.5
"""The page's learning rate, where its step leads, and where the loss is 0."""

FACTOR = 0.92
"""What a step leaves of the distance: 1 - RATE times the curvature 2 x^2 = 8."""

STEPS, NEAR = 100, 0.01
SHOWN = (0, 1, 2, 5, 10, 20, 50, 55, 56, 100)

WORDS = Words(
    "one_step",
    "learning rate 0.01 moves v from 0 to 0.2; the optimum is 2.5 and steps approach it",
    {
        "supported": "Yes: the step leads to 0.2, every step leaves 92 % of the distance to 2.5, and after "
        "56 it is below 1 %.",
        "refuted": "No: the steps of the traced function are not those of v = 2.5 (1 − 0.92ⁿ).",
        "undecided": "Not decided: a step of the traced function is not a finite number.",
    },
)

RULE = (
    "The page's graph is traced, and descended from v = 0 at learning rate 0.01. Supported if the first "
    f"step leads to 0.2 and the first {STEPS} are those of v = 2.5 (1 − 0.92ⁿ), all to {BOUND_IN_WORDS}, and "
    f"the distance falls at every one; else refuted. {UNDECIDED} The effect is the largest deviation from "
    "the formula, relative where numbers are above 1."
)


class Steps(NamedTuple):
    """Steps of gradient descent.

    Attributes:
      first: where one step leads.
      v: (steps + 1,) the points.
      loss: (steps + 1,) the loss there.
    """

    first: float
    v: np.ndarray
    loss: np.ndarray


def steps_of(graph: GradientGraph) -> Steps:
    """The steps that a graph of one variable v takes at the page's learning rate."""
    with jax.enable_x64(True):
        (first,) = graph.step(RATE)
        trajectory = graph.descend(STEPS, RATE)
    return Steps(float(first), trajectory.inputs["v"], trajectory.values)


@functools.cache
def _steps() -> Steps:
    return steps_of(graph_of("product"))


def said() -> np.ndarray:
    """(STEPS + 1,) where the steps lead by the formula, 2.5 (1 - 0.92^n)."""
    return OPTIMUM * (1.0 - FACTOR ** np.arange(STEPS + 1.0))


def decide(_: Rows) -> Verdict:
    """The verdict by the rule above."""
    return verdict_on(_steps())


@np.errstate(invalid="ignore")
def verdict_on(steps: Steps) -> Verdict:
    """What steps say of the page's formula."""
    approach = bool(np.all(np.diff(np.abs(steps.v - OPTIMUM)) < 0.0))
    points = [Compared(v, formula) for v, formula in zip(steps.v, said(), strict=True)]
    return exact_verdict(WORDS, [Compared(steps.first, FIRST), *points[1:]], approach)


def steps_until_near(v: np.ndarray) -> int:
    """The first step after which the distance to the optimum is at most 1 % of it."""
    return int(np.argmax(np.abs(v - OPTIMUM) <= NEAR * OPTIMUM))


TRACED, FORMULA, GOAL = (
    Style("#0072B2", (), "o"),
    Style("#D55E00", (4.0, 2.0), ""),
    Style("#6b6b6b", (1.0, 2.0), ""),
)


def figures(_: Rows) -> Sequence[Figure]:
    """The points, and their distance to the optimum."""
    steps, every = _steps(), np.arange(0, STEPS + 1, 5)
    number = every.astype(float)
    formula = said()[every]
    near = np.full(len(every), NEAR)
    distance, exact = np.abs(steps.v[every] / OPTIMUM - 1.0), np.abs(formula / OPTIMUM - 1.0)
    points = line_panel(
        "Where the steps lead",
        f"v over the steps: 0, then {steps.first:.4g}, {steps.v[10]:.4g} after 10 and {steps.v[-1]:.4g} "
        f"after {STEPS}; the formula's line lies on it, and the optimum is {OPTIMUM}.",
        (
            _series("steps of the traced graph", TRACED, number, steps.v[every]),
            _series("formula", FORMULA, number, formula),
            _series("the optimum, or 1 % from it", GOAL, number, np.full(len(every), OPTIMUM)),
        ),
        AxesLook("step", "v", "numbers"),
    )
    distances = line_panel(
        "Distance to the optimum",
        f"Distance over the steps, as a share of the optimum: 1 at first, {distance[-1]:.2g} after {STEPS}, "
        f"a straight line on a scale of powers of ten; below 1 % after {steps_until_near(steps.v)} steps.",
        (
            _series("steps of the traced graph", TRACED, number, distance),
            _series("formula", FORMULA, number, exact),
            _series("the optimum, or 1 % from it", GOAL, number, near),
        ),
        AxesLook("step", "distance / optimum", "numbers", "powers"),
    )
    legend = (
        legend_entry("steps of the traced graph", TRACED),
        legend_entry("formula 2.5 (1 − 0.92ⁿ)", FORMULA),
        legend_entry("the optimum, or 1 % from it", GOAL),
    )
    caption = "Gradient descent on the page's example from v = 0 at rate 0.01; every fifth step is marked."
    return (Figure(caption, legend, (points, distances)),)


def _series(label: str, style: Style, x: np.ndarray, y: np.ndarray) -> Series:
    return Series(label, style, x, y, y, y)


def table(_: Rows) -> Table:
    """Some steps: the point, the formula's, and the loss."""
    steps, formula = _steps(), said()
    rows = tuple(
        (
            str(n),
            f"{steps.v[n]:.12f}",
            f"{formula[n]:.12f}",
            significant(abs(steps.v[n] - formula[n]), 2),
            f"{100 * abs(steps.v[n] / OPTIMUM - 1):.2f} %",
            significant(steps.loss[n], 4),
        )
        for n in SHOWN
    )
    columns = ("step", "v, traced", "2.5 (1 − 0.92ⁿ)", "deviation", "distance / optimum", "loss")
    note = f"The distance is at most 1 % from step {steps_until_near(steps.v)} on."
    return Table("Steps of gradient descent", columns, rows, (note,))


CLAIM = Claim(
    id=WORDS.id,
    text=WORDS.text,
    source=TEXTBOOK,
    why=(
        "A gradient says where to go, a learning rate how far. On a parabola both are known exactly, and so "
        "is the number of steps that a rate costs."
    ),
    rule=RULE,
    quantity=exact_quantity("largest deviation of a step from the formula", "step"),
    settings=no_runs,
    decide=decide,
    figures=figures,
    table=table,
    turns=(
        "A first step that leads elsewhere than to 0.2, or one step off 2.5 (1 − 0.92ⁿ) by more than 1e-12, "
        "refutes it; so does a distance that does not fall."
    ),
)
