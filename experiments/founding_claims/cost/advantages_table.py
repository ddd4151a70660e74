"""Accuracy, speed and cost of activations with batch norm before them, side by side."""

from bnact.studies.claim import Costs, Table
from bnact.studies.comparison import Comparison, Decision
from bnact.studies.report.wording import interval_in_points, interval_notes, percent, plain, signed
from bnact.studies.rows import Rows
from bnact.studies.tuned_cell import TunedCell, test_accuracy
from experiments.claims.activations import ALL
from experiments.claims.chosen import cell_of, depths_of, runs_of
from experiments.claims.verdict_words import EDGE_NOTE, rate_in_words
from experiments.founding_claims.accuracy.duels import Duel, before
from experiments.founding_claims.speed.fastest_rate import RATE_NOTE, fastest_cell
from experiments.founding_claims.speed.time_to_target import steps_in_words

from .activation_work import BATCH_SIZE
from .relu_savings import WIDTHS, layer_work, saving

OUTCOMES = {
    "above": "within a point or better",
    "below": "worse by more than a point",
    "equal": "unclear",
    "unclear": "unclear",
}

SPEED_OUTCOMES = {"above": "fewer", "below": "more", "equal": "unclear", "unclear": "unclear"}

COLUMNS = (
    "network",
    "depth",
    "test accuracy (%)",
    "ReLU − it (points)",
    "ReLU is",
    "steps to the target",
    "ReLU saves (steps)",
    "ReLU takes",
    "operations (1,000)",
    "ReLU saves (%)",
    "kept (bytes)",
    "best rate / fastest",
)


def advantages_table(rows: Rows, price: Decision[Duel], speed: Decision[Duel], target: float) -> Table:
    """A row for each activation and depth.

    Args:
      rows: of the claim.
      price: differences in accuracy that decide.
      speed: differences in steps that decide.
      target: validation accuracy to which steps are counted.

    Returns:
      The table; columns of comparisons are empty where nothing is decided.
    """
    in_points = {each.key[1:]: each for each in price.comparisons}
    in_steps = {each.key[1:]: each for each in speed.comparisons}
    lines = tuple(
        (
            *_accuracy_columns(name, cell, in_points.get((name, depth))),
            *_speed_columns(fastest, target, in_steps.get((name, depth))),
            *_cost_columns(name),
            f"{rate_in_words(cell)} / {rate_in_words(fastest)}",
        )
        for depth in depths_of(rows)
        for name in ALL
        if (cell := cell_of(rows, before(name), depth)) is not None
        if (fastest := fastest_cell(runs_of(rows, before(name), depth), target)) is not None
    )
    notes = (
        f"Steps: mean over seeds to {percent(target)} validation accuracy at the fastest rate, a run that "
        "never gets there counting with all its steps; in brackets how many got there.",
        RATE_NOTE,
        f"Operations: of a training step of a layer of {WIDTHS[-1]} units (dense map, batch norm, "
        f"activation) on {BATCH_SIZE} examples, before the program is optimized. Kept: bytes kept for "
        "the way back.",
        EDGE_NOTE,
        *interval_notes(min((each.n for each in price.comparisons), default=0)),
    )
    return Table("Accuracy, speed and cost with batch norm before the activation", COLUMNS, lines, notes)


def seconds_table(costs: Costs) -> Table:
    """Measured time of each activation, and ReLU's share of it.

    Args:
      costs: measured on the machine at hand.

    Returns:
      The table; it decides nothing.
    """
    lines = tuple(
        (
            name,
            *(
                column
                for seconds in (costs.value, costs.gradient)
                for column in (
                    f"{1e6 * seconds[name]:.2f}",
                    f"{seconds[name] / seconds['relu']:.2f}" if "relu" in seconds else "–",
                )
            ),
        )
        for name in ALL
        if name in costs.value and name in costs.gradient
    )
    columns = (
        "activation",
        "value (µs)",
        "value, times ReLU's",
        "value and gradient (µs)",
        "both, times ReLU's",
    )
    return Table("Measured time on (64, 64) numbers; it decides nothing", columns, lines)


def _accuracy_columns(name: str, cell: TunedCell, compared: Comparison | None) -> tuple[str, ...]:
    shown = before(name).label, str(cell.setting.depth), f"{100 * cell.over_seeds(test_accuracy).mean():.1f}"
    if compared is None:
        return (*shown, "", "")
    return (
        *shown,
        interval_in_points(compared.effect, compared.low, compared.high),
        OUTCOMES[compared.outcome],
    )


def _speed_columns(cell: TunedCell, target: float, compared: Comparison | None) -> tuple[str, ...]:
    steps = steps_in_words(cell, target)
    if compared is None:
        return (steps, "", "")
    return (steps, signed(compared.effect, 0), SPEED_OUTCOMES[compared.outcome])


def _cost_columns(name: str) -> tuple[str, ...]:
    work = layer_work(name, WIDTHS[-1])
    saved = "" if name == "relu" else signed(100.0 * saving(name, WIDTHS[-1]).operations)
    return (plain(work.operations / 1000.0, 0), saved, f"{work.kept:,}")
