"""What the claims that set one activation against ReLU under batch norm have in common."""

from collections.abc import Mapping, Sequence

from bnact.studies.claim import Figure, Scale, Table
from bnact.studies.comparison import Comparison, Decision
from bnact.studies.report.figures import accuracy_against_depth, gradient_by_layer, learning_curves
from bnact.studies.report.forest import forest
from bnact.studies.report.palette import style_of
from bnact.studies.report.wording import interval_in_points, interval_notes, listed, signed, span
from bnact.studies.rows import Rows
from bnact.studies.statistics import share_interval
from bnact.studies.tuned_cell import Pair, TunedCell, test_accuracy
from bnact.training.setting import Setting
from experiments.claims.chosen import (
    AFTER,
    BEFORE,
    NONE,
    AtDepth,
    cell_of,
    cells_by_pair,
    depths_of,
    lines_by_depth,
)
from experiments.claims.scale import settings_of
from experiments.claims.verdict_words import EDGE_NOTE, rate_in_words

COLUMNS = (
    "network",
    "depth",
    "test accuracy (%)",
    "95 % interval",
    "minus ReLU (points)",
    "p (Holm)",
    "outcome",
    "best learning rate",
    "diverged",
)


def pairs_with_relu(activation: str) -> tuple[Pair, ...]:
    """The activation and ReLU, each under batch norm before, after, and without a norm."""
    return tuple(Pair(name, *place) for place in (BEFORE, AFTER, NONE) for name in (activation, "relu"))


def settings_with_relu(activation: str, scale: Scale) -> tuple[Setting, ...]:
    """The runs of `pairs_with_relu` at a scale."""
    return settings_of(scale, (activation, "relu"), norms=("batch", "none"))


def figures_with_relu(
    activation: str, rows: Rows, decision: Decision[AtDepth], outcomes: Mapping[str, str], mark: float
) -> tuple[Figure, ...]:
    """The comparisons, accuracy against depth, learning curves, and the gradient at the start by layer.

    Args:
      activation: what is set against ReLU.
      rows: of the claim.
      decision: with a comparison for each depth.
      outcomes: the words for a comparison's outcome.
      mark: the difference that a comparison is held against.

    Returns:
      The figures.
    """
    pairs = pairs_with_relu(activation)
    cells = cells_by_pair(rows, pairs)
    return (
        forest(
            {f"{activation} against ReLU": decision.comparisons},
            outcomes,
            (mark,),
            f"test accuracy, {activation} − relu (points)",
            "What decides: the difference with batch norm before the activation, and its interval at the "
            f"level Holm's correction leaves it. Dashed: {signed(100 * mark, 0)} points.",
        ),
        accuracy_against_depth(
            {(pair.label, style_of(pair)): cells[pair] for pair in pairs},
            f"Test accuracy of {activation} and ReLU networks, each at its best learning rate.",
        ),
        learning_curves(
            lines_by_depth(rows, pairs),
            "Validation accuracy through training, each at its best learning rate.",
        ),
        gradient_by_layer(
            lines_by_depth(rows, pairs),
            "Gradient of the loss by each layer's linear output before the first step: "
            "a falling line to the left vanishes, a rising one explodes.",
        ),
    )


def table_with_relu(
    activation: str, rows: Rows, decision: Decision[AtDepth], outcomes: Mapping[str, str]
) -> Table:
    """Every network's accuracy, and beside the compared ones the difference that decides.

    Args:
      activation: what is set against ReLU.
      rows: of the claim.
      decision: with a comparison for each depth.
      outcomes: the words for a comparison's outcome.

    Returns:
      The table.
    """
    compared = {each.key: each for each in decision.comparisons}
    decided = Pair(activation, *BEFORE)
    lines, seeds = [], []
    for depth in depths_of(rows):
        for pair in pairs_with_relu(activation):
            cell = cell_of(rows, pair, depth)
            if cell is not None:
                comparison = compared.get(AtDepth(depth)) if pair == decided else None
                columns = difference_columns(comparison, outcomes)
                lines.append((*accuracy_columns(pair, cell), *columns, *rate_columns(cell)))
                seeds.append(len(cell.rows))
    caption = f"{activation} against ReLU; the rows with a difference decide"
    notes = (EDGE_NOTE, *interval_notes(min(seeds, default=0)))
    return Table(caption, COLUMNS, tuple(lines), notes)


def shown_accuracy(cell: TunedCell) -> float:
    """Mean test accuracy in percent, to the place that tables show."""
    return round(100.0 * float(cell.over_seeds(test_accuracy).mean()), 1)


def accuracy_columns(pair: Pair, cell: TunedCell) -> tuple[str, ...]:
    """Network, depth, test accuracy and its interval."""
    accuracy = cell.over_seeds(test_accuracy)
    low, high = share_interval(accuracy)
    return (
        pair.label,
        str(cell.setting.depth),
        f"{shown_accuracy(cell):.1f}",
        span(100 * low, 100 * high),
    )


def rate_columns(cell: TunedCell) -> tuple[str, ...]:
    """Best learning rate, and how many of its seeds diverged."""
    return (rate_in_words(cell), f"{cell.diverged} of {len(cell.rows)}")


def difference_columns(comparison: Comparison | None, outcomes: Mapping[str, str]) -> tuple[str, ...]:
    """A comparison's difference with its interval, its p-value and its outcome; empty without one."""
    if comparison is None:
        return ("", "", "")
    effect = interval_in_points(comparison.effect, comparison.low, comparison.high)
    return (effect, f"{comparison.p_value:.3f}", outcomes[comparison.outcome])


def at_depths(comparisons: Sequence[Comparison[AtDepth]]) -> str:
    """Where: "at depth 8", "at depths 2 and 8"."""
    numbers = [str(each.key.depth) for each in comparisons]
    return f"at depth{'s' if len(numbers) > 1 else ''} {listed(numbers)}"


def at_worst(comparison: Comparison) -> str:
    """A difference with its sign: "−0.3 points at depth 8"."""
    return f"{signed(100 * comparison.effect)} points at {comparison.label}"
