"""Does batch normalization of the hidden layers make training ten times faster?

The paper that made it known reached an accuracy in a fourteenth of the steps, at a learning rate that the
network without it could not bear. So each network is taken at the rate that is fastest for it.
"""

from collections.abc import Sequence

from bnact.studies.claim import Claim, Costs, Figure, Quantity, Scale, Table, Verdict
from bnact.studies.comparison import Comparison, Decision, decision_from
from bnact.studies.report.figures import learning_curves
from bnact.studies.report.ratio_forest import ratio_forest
from bnact.studies.report.wording import interval_notes, percent, significant, span
from bnact.studies.rows import Rows
from bnact.studies.tuned_cell import Pair, TunedCell
from bnact.training.setting import Setting

from .chosen import BEFORE, NONE, lines_by_depth
from .literature import IOFFE
from .scale import settings_of
from .sources import QUESTION
from .speedup import Speedup, certainty, compared, speedups, times_in_words
from .time_to_target import TARGET_RULE, mean_steps, steps_in_words, target_of
from .verdict_words import EDGE_NOTE, rate_in_words, verdict_of_decision, with_outcome

ID = "ten_times_faster"
TEXT = "normalizing hidden layers trains 10 times faster or better"

ACTIVATIONS = ("relu", "gelu", "tanh", "sigmoid")
TIMES = 10.0

RULE = (
    f"Compared are the steps to a target without a norm and with batch norm before the activation, for each "
    f"of {', '.join(ACTIVATIONS)} at every depth, paired by seed, as a ratio; each network at the learning "
    f"rate with the fewest mean steps, a run that never gets there counting with all its S steps. There "
    f"{TARGET_RULE}. The ratio of a seed whose run never gets there is only bounded: it is at least S / "
    "(steps with the norm) where the one without the norm never does, at most (steps without) / S where the "
    "one with it never does, and otherwise taken as the least or the greatest that S steps can show, 1 / S "
    "or S. Supported if at every comparison the lower bounds are above 10 (the whole interval of their "
    "geometric mean, and an exact sign-flip test of their logarithms with Holm's correction over all); "
    "refuted if at any the upper bounds are below 10 in the same way; else undecided, also where there is "
    "nothing to compare. The effect is the geometric mean of the lower bounds."
)

OUTCOMES = {
    "above": "10 times or more",
    "below": "less than 10 times",
    "equal": "unclear",
    "unclear": "unclear",
}

COLUMNS = (
    "activation",
    "depth",
    "steps without",
    "steps with",
    "times faster",
    "interval",
    "p (Holm)",
    "outcome",
    "fastest rates",
)

PAIRS = tuple(Pair(name, *place) for name in ACTIVATIONS for place in (NONE, BEFORE))


def settings(scale: Scale) -> tuple[Setting, ...]:
    """Four activations without a norm and with batch norm before."""
    return settings_of(scale, ACTIVATIONS, norms=("none", "batch"), orders=("before",))


def found_speedups(rows: Rows) -> tuple[Speedup, ...]:
    """The speed-up of every activation and depth, to the rows' own target."""
    return speedups(rows, ACTIVATIONS, target_of(rows, PAIRS))


def decide(rows: Rows) -> Verdict:
    """The verdict by the rule above."""
    found = found_speedups(rows)
    decision = decision_from(compared(found, TIMES))
    return verdict_of_decision(ID, TEXT, QUESTION, decision, _sentence(decision, found))


def figures(rows: Rows) -> Sequence[Figure]:
    """The ratios against 10, and the learning curves of each activation."""
    comparisons = compared(found_speedups(rows), TIMES)
    decisive = ratio_forest(
        {"Times faster with batch norm": comparisons},
        OUTCOMES,
        TIMES,
        "steps without / with norm (times)",
        "What decides: the ratio of the steps to the target, and its interval; where runs without the norm "
        "never reach the target the mark is a lower bound. Dashed: 1 (grey) and 10 times (black).",
    )
    curves = (
        learning_curves(
            lines_by_depth(rows, [Pair(name, *place) for place in (NONE, BEFORE)]),
            f"Validation accuracy of {name} through training, each at the rate that is best in the end.",
        )
        for name in ACTIVATIONS
    )
    return (decisive, *(curve for curve in curves if curve.panels))


def table(rows: Rows) -> Table:
    """Steps without and with, their ratio, and what decides."""
    target, found = target_of(rows, PAIRS), found_speedups(rows)
    comparisons = compared(found, TIMES)
    lines = tuple(_line(*both, target) for both in zip(found, comparisons, strict=True))
    notes = (
        f"Steps: mean over seeds to {percent(target)} validation accuracy at the fastest rate, a run that "
        "never gets there counting with all its steps; in brackets how many got there. At least: a "
        "lower bound, since some without the norm never did; about: some with it never did.",
        EDGE_NOTE,
        *interval_notes(min((each.n for each in comparisons), default=0)),
    )
    return Table("Steps to the target without and with batch norm", COLUMNS, lines, notes)


def clock(rows: Rows, costs: Costs) -> Table:
    """The same in seconds: steps times the measured seconds of a step, at the largest depth.

    Args:
      rows: of the claim.
      costs: measured on the machine at hand, for networks of eight layers.

    Returns:
      The table; it decides nothing.
    """
    target, found = target_of(rows, PAIRS), found_speedups(rows)
    deepest = max((each.plain.setting.depth for each in found), default=0)
    lines = tuple(
        line
        for each in found
        if each.plain.setting.depth == deepest and (line := _seconds(each, costs, target)) is not None
    )
    columns = ("activation", "depth", "seconds without", "seconds with", "times faster")
    note = (
        "Mean steps times the measured seconds of one step of a network of eight layers; it decides nothing."
    )
    return Table("Seconds to the target without and with batch norm", columns, lines, (note,))


def _seconds(speedup: Speedup, costs: Costs, target: float) -> tuple[str, ...] | None:
    cells = speedup.plain, speedup.normed
    names = [f"{each.activation}, {each.norm}, {each.order}" for each in (cell.setting for cell in cells)]
    if not all(name in costs.step for name in names):
        return None
    without, with_norm = (
        mean_steps([row.log for row in cell.rows], target) * costs.step[name]
        for cell, name in zip(cells, names, strict=True)
    )
    activation, depth = speedup.plain.setting.activation, str(speedup.plain.setting.depth)
    ratio = f"{certainty(speedup)}{times_in_words(without / with_norm)}"
    return (activation, depth, significant(without), significant(with_norm), ratio)


def _line(speedup: Speedup, comparison: Comparison, target: float) -> tuple[str, ...]:
    cells: tuple[TunedCell, TunedCell] = (speedup.plain, speedup.normed)
    return (
        speedup.plain.setting.activation,
        str(speedup.plain.setting.depth),
        *(steps_in_words(cell, target) for cell in cells),
        f"{certainty(speedup)}{times_in_words(comparison.effect)}",
        span(comparison.low, comparison.high, times_in_words),
        f"{comparison.p_value:.3f}",
        OUTCOMES[comparison.outcome],
        " / ".join(rate_in_words(cell) for cell in cells),
    )


def _sentence(decision: Decision, found: Sequence[Speedup]) -> str:
    if decision.deciding is None:
        return "There is nothing to decide from: no activation was run both with batch norm and without."
    by_label = {each.label: each for each in found}
    fastest = max(decision.comparisons, key=lambda each: each.effect)
    most = f"the most is {_times(fastest, by_label)}"
    least = _times(decision.deciding, by_label)
    if decision.answer == "supported":
        return f"Yes: batch norm trains ten times faster or better everywhere; least clearly {least}."
    if decision.answer == "refuted":
        less, total = len(with_outcome(decision, "below")), len(decision.comparisons)
        return f"No, not in general: it trains {least}, and less than 10 in {less} of {total} cases; {most}."
    return f"Not clear: these runs cannot tell whether it is ten times everywhere; {most}."


def _times(comparison: Comparison, found: dict[str, Speedup]) -> str:
    """A speed-up in words: "at least 5.2 times as fast with sigmoid at depth 8"."""
    activation, depth = comparison.label.split(", ")
    bound = certainty(found[comparison.label])
    return f"{bound}{times_in_words(comparison.effect)} times as fast with {activation} at {depth}"


CLAIM = Claim(
    id=ID,
    text=TEXT,
    source=QUESTION,
    why=(
        "Ten times fewer steps is a day in the place of a week and a half. It was said of deep networks for "
        "images; who adds batch norm elsewhere should know what to expect."
    ),
    rule=RULE,
    quantity=Quantity(
        "steps to the target without a norm over steps with it, at the comparison that decides", "times", 1.0
    ),
    settings=settings,
    decide=decide,
    figures=figures,
    table=table,
    turns=(
        "It takes ten times at every activation and depth to support it, and one case that is clearly below "
        "to refute it. Longer runs turn lower bounds into numbers; deeper networks, which hardly train "
        "without a norm, bring the ratio up."
    ),
    literature=(IOFFE,),
    clock=clock,
)
