"""Does a sigmoid unit always saturate, so that it never learns?

A slope near 0 is what saturation is. Whether a deep sigmoid network learns is another question: even at its
steepest point sigmoid has a slope of a quarter, and small slopes multiply over layers without any unit being
saturated.
"""

from collections.abc import Sequence

import numpy as np

from bnact.probes.units import SATURATED_BELOW
from bnact.studies.claim import Claim, Figure, Quantity, Scale, Table, Verdict
from bnact.studies.comparison import Comparison, Decision, share_lies_above
from bnact.studies.report.figures import (
    Line,
    first_gradient_through_training,
    saturated_through_training,
)
from bnact.studies.report.forest import forest
from bnact.studies.report.palette import PLACEMENT_STYLES
from bnact.studies.report.wording import interval_notes, percent, plain, significant, span
from bnact.studies.rows import Rows
from bnact.studies.tuned_cell import Pair, TunedCell, has_diverged, test_accuracy
from bnact.training.log import Log
from bnact.training.setting import Setting
from experiments.claims.chosen import PLACES, Placed, cell_of, depth_label, depths_of
from experiments.claims.scale import settings_of
from experiments.claims.verdict_words import EDGE_NOTE, rate_in_words, verdict_of_decision, with_outcome

from .signal.activation_inputs import cells_of
from .sources.documents import QUESTION
from .units.sigmoid_slope import slope_figure, slope_note, slopes
from .units.unit_shares import through_training

ID = "sigmoid_never_learns"
TEXT = "a sigmoid unit always saturates and never enters its learning phase"

HALF = 0.5
DECIDING = ("no norm", "batch norm before")

RULE = (
    f"A unit is saturated on an example where its slope is below {percent(SATURATED_BELOW, 0)} of the "
    "largest slope of sigmoid, and in its learning phase where it is not. Measured is the share of "
    "saturated pairs of unit and example, over all layers and over training (the points that were looked at "
    "are denser early; between them a straight line is assumed), in sigmoid networks "
    "without a norm and with batch norm before the activation, at every depth, each at the learning rate "
    "that is best on validation data; a run that diverged counts none. Supported if the share is above half "
    "in every one of these networks (the whole interval, and an exact sign-flip test with Holm's correction "
    "over them); refuted if it is below half in any; else undecided. Accuracy, gradients, networks with the "
    "norm after the activation, and the rounding of the textbook's formula are shown and decide nothing."
)

OUTCOMES = {
    "above": "mostly saturated",
    "below": "mostly learning",
    "equal": "unclear",
    "unclear": "unclear",
}

COLUMNS = (
    "network",
    "depth",
    "saturated at the start (%)",
    "at the worst point (%)",
    "after training (%)",
    "mean through training (%)",
    "interval (Holm)",
    "outcome",
    "first layer's gradient at the start",
    "at its largest",
    "test accuracy (%)",
    "best learning rate",
    "diverged",
)


def settings(scale: Scale) -> tuple[Setting, ...]:
    """Sigmoid without a norm, and with batch norm before and after."""
    return settings_of(scale, ("sigmoid",), norms=("none", "batch"))


def decision_of(rows: Rows) -> Decision[Placed]:
    """Whether most pairs of unit and example are saturated, for every deciding network and depth."""
    found = {}
    for place in DECIDING:
        for cell in cells_of(rows, Pair("sigmoid", *PLACES[place])):
            shares = [_through_training(row.log) for row in cell.rows if not has_diverged(row.log)]
            if shares:
                found[Placed(place, cell.setting.depth)] = np.array(shares)
    return share_lies_above(found, HALF)


def decide(rows: Rows) -> Verdict:
    """The verdict by the rule above."""
    decision = decision_of(rows)
    if decision.answer == "supported" and len(decision.comparisons) < len(DECIDING) * len(depths_of(rows)):
        decision = decision._replace(answer="undecided")
    return verdict_of_decision(ID, TEXT, QUESTION, decision, _sentence(decision, rows))


def figures(rows: Rows) -> Sequence[Figure]:
    """What decides; saturation and the first layer's gradient through training; the derivative in float32."""
    groups = {f"{depth} layers": _lines(rows, depth) for depth in depths_of(rows)}
    return (
        forest(
            {"sigmoid networks": decision_of(rows).comparisons},
            OUTCOMES,
            (HALF,),
            "saturated (%)",
            "What decides: the share that is saturated, mean through training, and its interval. Dashed: "
            "half.",
        ),
        saturated_through_training(groups, "Saturated pairs of unit and example in sigmoid networks."),
        first_gradient_through_training(
            groups, "Gradient at the layer next to the input: what is left of it after all layers."
        ),
        slope_figure(slopes()),
    )


def table(rows: Rows) -> Table:
    """Saturation, gradient and accuracy of every network."""
    decision = decision_of(rows)
    compared = {each.key: each for each in decision.comparisons}
    lines = tuple(
        _table_line(place, cell, compared.get(Placed(place, depth)))
        for depth in depths_of(rows)
        for place in PLACES
        if (cell := _cell(rows, place, depth)) is not None
    )
    notes = (
        slope_note(slopes()),
        "Shares and gradients: mean over the runs that did not diverge. Gradient: root mean square over "
        "units and examples of the derivative of the batch's mean loss by the first layer's linear output.",
        EDGE_NOTE,
        *interval_notes(min((each.n for each in decision.comparisons), default=0)),
    )
    return Table("Sigmoid through training; the rows with an outcome decide", COLUMNS, lines, notes)


def _cell(rows: Rows, place: str, depth: int) -> TunedCell | None:
    return cell_of(rows, Pair("sigmoid", *PLACES[place]), depth)


def _lines(rows: Rows, depth: int) -> list[Line]:
    cells = {place: _cell(rows, place, depth) for place in PLACES}
    return [Line(place, PLACEMENT_STYLES[place], cell) for place, cell in cells.items() if cell is not None]


def _saturated(log: Log) -> np.ndarray:
    """(points,) share over all layers."""
    return np.asarray(log.saturated, np.float64).mean(axis=-1)


def _through_training(log: Log) -> float:
    return through_training(log, _saturated(log))


def _first_gradient(log: Log) -> np.ndarray:
    """(points,) of the layer next to the input."""
    return np.asarray(log.gradient_norm, np.float64)[:, 0]


def _table_line(place: str, cell: TunedCell, found: Comparison | None) -> tuple[str, ...]:
    decided = ("", "") if found is None else (span(found.low, found.high, percent), OUTCOMES[found.outcome])
    return (
        place,
        str(cell.setting.depth),
        plain(100 * cell.mean_of_finished(lambda log: _saturated(log)[0])),
        plain(100 * cell.mean_of_finished(lambda log: _saturated(log).max())),
        plain(100 * cell.mean_of_finished(lambda log: _saturated(log)[-1])),
        plain(100 * cell.mean_of_finished(_through_training)),
        *decided,
        significant(cell.mean_of_finished(lambda log: _first_gradient(log)[0]), 2),
        significant(cell.mean_of_finished(lambda log: _first_gradient(log).max()), 2),
        f"{100 * cell.over_seeds(test_accuracy).mean():.1f}",
        rate_in_words(cell),
        f"{cell.diverged} of {len(cell.rows)}",
    )


def _sentence(decision: Decision, rows: Rows) -> str:
    if decision.deciding is None:
        return "There is nothing to decide from: no sigmoid network trained to the end."
    least, most = (
        percent(end(each.effect for each in decision.comparisons), 0).removesuffix(" %") for end in (min, max)
    )
    range_in_words = f"{least} to {most} %"
    learning = with_outcome(decision, "below")
    if decision.answer == "supported":
        return f"Yes: through training {range_in_words} of the pairs of unit and example are saturated."
    if decision.answer == "refuted":
        most_there = max(learning, key=lambda each: each.effect)
        networks = f"{len(learning)} of {len(decision.comparisons)} networks"
        return (
            f"No: in {networks} at most {percent(most_there.effect)} of the pairs of unit and example are "
            f"saturated through training.{_stuck(rows)}"
        )
    return (
        f"Not clear: in these networks {range_in_words} of the pairs of unit and example are saturated; "
        "the noise of seeds, or a network that is missing, leaves open on which side of half."
    )


def _stuck(rows: Rows) -> str:
    """What the deepest networks learn: whether they do is not a matter of saturation alone."""
    found = {
        place: [cell.over_seeds(test_accuracy).mean() for cell in cells_of(rows, Pair("sigmoid", *where))]
        for place, where in PLACES.items()
        if place in DECIDING
    }
    if not all(found.values()):
        return ""
    none, before = (100.0 * float(accuracies[-1]) for accuracies in found.values())
    deepest = depth_label(max(depths_of(rows)))
    return (
        f" At {deepest} the test accuracy is {none:.0f} % without a norm and {before:.0f} % with batch norm."
    )


CLAIM = Claim(
    id=ID,
    text=TEXT,
    source=QUESTION,
    why=(
        "Saturation is the usual reason given against sigmoid. If units are hardly ever saturated, what "
        "keeps deep sigmoid networks from learning is something else, and so is its cure."
    ),
    rule=RULE,
    quantity=Quantity(
        "share of saturated pairs of unit and example, mean through training, in the network that decides",
        "%",
        100.0,
    ),
    settings=settings,
    decide=decide,
    figures=figures,
    table=table,
    turns=(
        "Larger weights: sigmoid of a normal input of standard deviation 6.5 or more is saturated on half of "
        "the examples. A higher bar for saturation would count more pairs; at 5 % of the largest slope it "
        "begins at |x| = 4.4."
    ),
)
