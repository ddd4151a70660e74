"""Does a norm after the activation leave the activation alone?

It does not touch what its own activation is given. But the next layer works on what it puts out, and so does
every later activation; and the weights before it are trained through it.
"""

from collections.abc import Sequence

import numpy as np

from bnact.studies.claim import Claim, Figure, Quantity, Scale, Table, Verdict
from bnact.studies.comparison import MARGIN, Comparison, Decision
from bnact.studies.no_effect import has_no_effect
from bnact.studies.report.figures import Line, dead_through_training, saturated_through_training
from bnact.studies.report.forest import forest
from bnact.studies.report.palette import PLACEMENT_STYLES
from bnact.studies.report.wording import interval_in_points, interval_notes, listed, plain, points, signed
from bnact.studies.rows import Rows
from bnact.studies.tuned_cell import Pair, TunedCell, has_diverged, paired_differences
from bnact.training.setting import Setting
from experiments.claims.chosen import AFTER, NONE, PLACES, cell_of, depths_of
from experiments.claims.scale import settings_of
from experiments.claims.verdict_words import EDGE_NOTE, rate_in_words, verdict_of_decision, with_outcome

from .signal.input_histograms import input_histograms
from .sources.documents import QUESTION
from .units.unit_shares import MEASURES, Measure, Share, through_training

ID = "after_leaves_activation_alone"
TEXT = "if BN comes after, it has no effect on the activation"

ACTIVATIONS = tuple(dict.fromkeys(activation for activation, _ in MEASURES))

RULE = (
    "Compared is, with batch norm after the activation minus without a norm, paired by seed, each at the "
    "learning rate that is best on validation data, at every depth: for ReLU the share of dead units and "
    "the share of pairs of unit and example that are switched off, for tanh and sigmoid the share of pairs "
    "that are saturated (slope below 5 % of the largest); each over all layers, mean over training, "
    "with straight lines between the points that were looked at, which are denser early. A seed of which "
    "either run diverged is left out. No effect is a difference within "
    f"±{points(MARGIN, 0)}. Supported if every difference lies inside the margin; refuted if any lies "
    "beyond it (the whole interval, and exact sign-flip tests against both ends of the margin with Holm's "
    "correction over all of them); else, and where a comparison is left without a seed, undecided. Networks "
    "with the norm before the activation, and the distributions of what the activations are given, are "
    "shown and decide nothing."
)

OUTCOMES = {"above": "more with it", "below": "less with it", "equal": "no effect", "unclear": "unclear"}

COLUMNS = (
    "activation",
    "share of",
    "depth",
    "norm",
    "at the start, first layer (%)",
    "later layers (%)",
    "after training, first layer (%)",
    "later layers (%)",
    "mean through training (%)",
    "minus no norm (points)",
    "outcome",
    "best learning rate",
    "diverged",
)


def settings(scale: Scale) -> tuple[Setting, ...]:
    """ReLU, tanh and sigmoid without a norm, and with batch norm before and after."""
    return settings_of(scale, ACTIVATIONS, norms=("none", "batch"))


def decision_of(rows: Rows) -> Decision[Share]:
    """Whether the norm after makes no difference, for every activation, measure and depth."""
    found = {
        Share(activation, kind, depth): _differences(rows, activation, measure, depth)
        for (activation, kind), measure in MEASURES.items()
        for depth in depths_of(rows)
    }
    decision = has_no_effect({share: values for share, values in found.items() if len(values)}, MARGIN)
    if decision.answer == "supported" and len(decision.comparisons) < len(found):
        return decision._replace(answer="undecided")
    return decision


def decide(rows: Rows) -> Verdict:
    """The verdict by the rule above."""
    decision = decision_of(rows)
    return verdict_of_decision(ID, TEXT, QUESTION, decision, _sentence(decision))


def figures(rows: Rows) -> Sequence[Figure]:
    """What decides; saturated and dead shares through training; what the activations are given."""
    groups = _groups(rows, ACTIVATIONS)
    return (
        forest(
            {"norm after − no norm": decision_of(rows).comparisons},
            OUTCOMES,
            (-MARGIN, MARGIN),
            "share, after − none (points)",
            "What decides: the difference and its interval. Dashed: the margin within which it counts as "
            "none.",
        ),
        saturated_through_training(
            groups, "Saturated pairs of unit and example; for ReLU those that are switched off."
        ),
        dead_through_training(_groups(rows, ("relu",)), "Dead ReLU units."),
        input_histograms(groups, "What the activations of all layers are given after training."),
    )


def table(rows: Rows) -> Table:
    """Every share in the first layer and the later ones, and the differences that decide."""
    compared = {each.key: each for each in decision_of(rows).comparisons}
    lines = tuple(
        _line(cell, (activation, kind), place, compared.get(Share(activation, kind, depth)))
        for activation, kind in MEASURES
        for depth in depths_of(rows)
        for place in PLACES
        if (cell := _cell(rows, activation, place, depth)) is not None
    )
    notes = (
        "Shares: mean over the runs that did not diverge. A norm after the activation comes after the first "
        "layer's activation too: at the start it cannot change what that one is given.",
        EDGE_NOTE,
        *interval_notes(min((each.n for each in compared.values()), default=0)),
    )
    return Table("The activation with and without a norm behind it", COLUMNS, lines, notes)


def _cell(rows: Rows, activation: str, place: str, depth: int) -> TunedCell | None:
    return cell_of(rows, Pair(activation, *PLACES[place]), depth)


def _groups(rows: Rows, activations: Sequence[str]) -> dict[str, list[Line]]:
    return {
        f"{activation}, {depth} layers": _lines(rows, activation, depth)
        for activation in activations
        for depth in depths_of(rows)
    }


def _lines(rows: Rows, activation: str, depth: int) -> list[Line]:
    cells = {place: _cell(rows, activation, place, depth) for place in PLACES}
    return [Line(place, PLACEMENT_STYLES[place], cell) for place, cell in cells.items() if cell is not None]


def _differences(rows: Rows, activation: str, measure: Measure, depth: int) -> np.ndarray:
    """(n,) after minus none, mean through training, of every seed at which neither run diverged."""
    cells = [cell_of(rows, Pair(activation, *place), depth) for place in (AFTER, NONE)]
    after, none = (
        {
            row.setting.seed: through_training(row.log, measure(row.log))
            for row in (cell.rows if cell is not None else ())
            if not has_diverged(row.log)
        }
        for cell in cells
    )
    return paired_differences(after, none)


def _line(cell: TunedCell, what: tuple[str, str], place: str, found: Comparison | None) -> tuple[str, ...]:
    measure = MEASURES[what]
    through = cell.mean_of_finished(lambda log: through_training(log, measure(log)))
    decided = ("", "")
    if found is not None and PLACES[place] == AFTER:
        decided = interval_in_points(found.effect, found.low, found.high), OUTCOMES[found.outcome]
    return (
        *what,
        str(cell.setting.depth),
        place,
        *_by_layer(cell, measure, 0),
        *_by_layer(cell, measure, -1),
        plain(100.0 * through),
        *decided,
        rate_in_words(cell),
        f"{cell.diverged} of {len(cell.rows)}",
    )


def _by_layer(cell: TunedCell, measure: Measure, at: int) -> tuple[str, str]:
    """The share at a point of training in the first layer, and in the later ones."""

    def mean(layers: slice) -> str:
        return plain(100.0 * cell.mean_of_finished(lambda log: float(measure(log)[at, layers].mean())))

    deeper = measure(cell.rows[0].log).shape[1] > 1
    return mean(slice(0, 1)), mean(slice(1, None)) if deeper else "–"


def _sentence(decision: Decision[Share]) -> str:
    deciding = decision.deciding
    if deciding is None:
        return "There is nothing to decide from: no activation was trained both ways to the end."
    if decision.answer == "supported":
        return (
            "Yes: a norm after the activation changes how many units are dead or saturated by less than "
            f"{points(MARGIN, 0)} everywhere; most by {points(deciding.effect)} ({deciding.label})."
        )
    if decision.answer == "refuted":
        changed = with_outcome(decision, "above", "below")
        most = sorted(changed, key=lambda each: -abs(each.effect))[:3]
        words = listed([f"{each.label}: {signed(100 * each.effect)} points" for each in most])
        return (
            "No: the norm after one activation shapes what the next is given. Against no norm it changes the "
            f"share that is dead, off or saturated by more than a point in {len(changed)} of "
            f"{len(decision.comparisons)} comparisons; most {words}."
        )
    kept = with_outcome(decision, "equal")
    return (
        "Not clear: these runs cannot tell whether the norm after the activation changes the share of dead "
        f"or saturated units by a point; it does not in {len(kept)} of {len(decision.comparisons)} "
        "comparisons."
    )


CLAIM = Claim(
    id=ID,
    text=TEXT,
    source=QUESTION,
    why=(
        "If it held, a norm after the activation could neither cause nor cure saturation, and where it "
        "stands would matter for something else only."
    ),
    rule=RULE,
    quantity=Quantity(
        "share of dead, switched off or saturated units with the norm after minus that without one, at the "
        "comparison that decides",
        "points",
        100.0,
    ),
    settings=settings,
    decide=decide,
    figures=figures,
    table=table,
    turns=(
        "In a network of one layer it holds before the first step, for nothing stands behind the norm but "
        "the output. A wider margin would let smaller changes pass: the figure shows how wide it would have "
        "to be."
    ),
)
