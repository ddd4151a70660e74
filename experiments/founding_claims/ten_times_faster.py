"""Does batch normalization of the hidden layers make training ten times faster?

The paper that made it known reached an accuracy in a fourteenth of the steps, at a learning rate that the
network without it could not bear. So each network is taken at the rate that is fastest for it.
"""

from collections.abc import Mapping, Sequence

from bnact.studies.claim import Claim, Costs, Figure, Quantity, Scale, Table, Verdict
from bnact.studies.comparison import Comparison, Decision, decision_from
from bnact.studies.report.figures import learning_curves
from bnact.studies.report.ratio_forest import ratio_forest
from bnact.studies.report.wording import interval_notes, percent, significant
from bnact.studies.rows import Rows
from bnact.studies.tuned_cell import Pair, TunedCell, pair_of
from bnact.training.setting import Setting
from experiments.claims.activations import REPRESENTATIVES
from experiments.claims.chosen import (
    BEFORE,
    NONE,
    ActivationAt,
    depth_label,
    lines_by_depth,
)
from experiments.claims.scale import settings_of
from experiments.claims.timed import TIMED_NETWORK, is_timed, network_name
from experiments.claims.verdict_words import EDGE_NOTE, rate_in_words, verdict_of_decision, with_outcome

from .sources.documents import QUESTION
from .sources.literature import IOFFE
from .speed.fastest_rate import RATE_NOTE, RATE_RULE
from .speed.hidden_norms import deciding_target, found_speedups
from .speed.speedup import (
    BOUNDS_RULE,
    EFFECT_RULE,
    OPEN_RULE,
    Speedup,
    certainty,
    compared,
    interval_in_times,
    times_in_words,
)
from .speed.time_to_target import TARGET_RULE, mean_steps, steps_in_words

ID = "ten_times_faster"
TEXT = "normalizing hidden layers trains 10 times faster or better"

TIMES = 10.0

BOUNDS = BOUNDS_RULE.format(
    slow="the run without the norm", with_slow="without", fast="the one with it", with_fast="with the norm"
)

RULE = (
    f"Compared are the steps to a target without a norm and with batch norm before the activation, for each "
    f"of {', '.join(REPRESENTATIVES)} at every depth, paired by seed, as a ratio; {RATE_RULE}. There "
    f"{TARGET_RULE.format(networks='these networks')}. The ratio is bounded by "
    f"seed: {BOUNDS}; {OPEN_RULE}. Supported if at every comparison "
    "the lower bounds are above 10 (the whole interval of their geometric mean, and an exact sign-flip test "
    "of their logarithms with Holm's correction over all); refuted if at any the upper bounds are below 10 "
    f"in the same way; else undecided, also where there is nothing to compare. {EFFECT_RULE}"
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


def settings(scale: Scale) -> tuple[Setting, ...]:
    """Four activations without a norm and with batch norm before."""
    return settings_of(scale, REPRESENTATIVES, norms=("none", "batch"), orders=("before",))


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
        "What decides: the ratio of the steps to the target, and its interval; where runs never "
        "reach the target the mark is a bound, and an interval without an end ends in an arrow. Dashed: 1 "
        "(grey) and 10 times (black).",
    )
    curves = (
        learning_curves(
            lines_by_depth(rows, [Pair(name, *place) for place in (NONE, BEFORE)]),
            f"Validation accuracy of {name} through training, each at the rate that is best in the end.",
        )
        for name in REPRESENTATIVES
    )
    return (decisive, *(curve for curve in curves if curve.panels))


def table(rows: Rows) -> Table:
    """Steps without and with, their ratio, and what decides."""
    target, found = deciding_target(rows), found_speedups(rows)
    comparisons = compared(found, TIMES)
    lines = tuple(_line(*both, target) for both in zip(found, comparisons, strict=True))
    notes = (
        f"Steps: mean over seeds to {percent(target)} validation accuracy at the fastest rate, a run that "
        "never gets there counting with all its steps; in brackets how many got there. At least: some "
        "without the norm never did; at most: some with it never did; –: neither bound is known.",
        RATE_NOTE,
        EDGE_NOTE,
        *interval_notes(min((each.n for each in comparisons), default=0)),
    )
    return Table("Steps to the target without and with batch norm", COLUMNS, lines, notes)


def clock(rows: Rows, costs: Costs) -> Table:
    """The same in seconds: steps times the measured seconds of a step, of the networks that were timed.

    Args:
      rows: of the claim.
      costs: measured on the machine at hand.

    Returns:
      The table, without rows where the runs are of another task, architecture or depth than those timed; it
      decides nothing.
    """
    target = deciding_target(rows)
    lines = tuple(
        _seconds(each, costs, target) for each in found_speedups(rows) if is_timed(each.plain.setting)
    )
    columns = ("activation", "depth", "seconds without", "seconds with", "times faster")
    note = (
        "Mean steps times the measured seconds of one step. Timed, and so shown, is only the "
        f"{TIMED_NETWORK}; it decides nothing. –: noise was larger than what was measured, or it was not."
    )
    return Table("Seconds to the target without and with batch norm", columns, lines, (note,))


def _seconds(speedup: Speedup[ActivationAt], costs: Costs, target: float) -> tuple[str, ...]:
    without, with_norm = (
        mean_steps([row.log for row in cell.rows], target)
        * costs.step.get(network_name(pair_of(cell.setting)), float("nan"))
        for cell in (speedup.plain, speedup.normed)
    )
    ratio = without / with_norm
    bound = certainty(speedup) if ratio > 0.0 else ""
    return (
        speedup.key.activation,
        str(speedup.key.depth),
        significant(without),
        significant(with_norm),
        f"{bound}{times_in_words(ratio)}",
    )


def _line(
    speedup: Speedup[ActivationAt], comparison: Comparison[ActivationAt], target: float
) -> tuple[str, ...]:
    cells: tuple[TunedCell, TunedCell] = (speedup.plain, speedup.normed)
    return (
        speedup.key.activation,
        str(speedup.key.depth),
        *(steps_in_words(cell, target) for cell in cells),
        f"{certainty(speedup)}{times_in_words(comparison.effect)}",
        interval_in_times(comparison),
        f"{comparison.p_value:.3f}",
        OUTCOMES[comparison.outcome],
        " / ".join(rate_in_words(cell) for cell in cells),
    )


def _sentence(decision: Decision[ActivationAt], found: Sequence[Speedup[ActivationAt]]) -> str:
    if decision.deciding is None:
        return "There is nothing to decide from: no activation was run both with batch norm and without."
    bounds = {each.key: certainty(each) for each in found}
    known = [each for each in decision.comparisons if each.effect > 0.0]
    if not known:
        return "Not clear: in every comparison some runs never reach the target, with the norm and without."
    most = f"the most is {_times(max(known, key=lambda each: each.effect), bounds)}"
    least = _times(decision.deciding, bounds)
    if decision.answer == "supported":
        return f"Yes: batch norm trains ten times faster or better everywhere; least clearly {least}."
    if decision.answer == "refuted":
        less, total = len(with_outcome(decision, "below")), len(decision.comparisons)
        return f"No, not in general: it trains {least}, and less than 10 in {less} of {total} cases; {most}."
    return f"Not clear: these runs cannot tell whether it is ten times everywhere; {most}."


def _times(comparison: Comparison[ActivationAt], bounds: Mapping[ActivationAt, str]) -> str:
    """A speed-up in words: "at least 5.2 times as fast with sigmoid at depth 8"."""
    activation, depth = comparison.key
    times = f"{bounds[comparison.key]}{times_in_words(comparison.effect)}"
    return f"{times} times as fast with {activation} at {depth_label(depth)}"


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
    chosen="the learning rate that is fastest for most seeds, each seed's chosen by the others",
    turns=(
        "It takes ten times at every activation and depth to support it, and one case that is clearly below "
        "to refute it. Longer runs turn lower bounds into numbers; deeper networks, which hardly train "
        "without a norm, bring the ratio up."
    ),
    literature=(IOFFE,),
    clock=clock,
)
