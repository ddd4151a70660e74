"""Should features of very different scale be normalized, so that learning is faster?

One learning rate serves all weights. A feature a thousand times as large makes the loss a thousand times as
steep along its weights, and so bounds the rate for all the others.
"""

from collections.abc import Sequence

from bnact.studies.claim import Claim, Figure, Quantity, Scale, Table, Verdict
from bnact.studies.comparison import Comparison, Decision, decision_from
from bnact.studies.report.figures import Line, learning_curves
from bnact.studies.report.palette import numbered_style
from bnact.studies.report.ratio_forest import ratio_forest
from bnact.studies.report.wording import interval_notes, percent
from bnact.studies.rows import Rows
from bnact.studies.tuned_cell import has_diverged
from bnact.training.setting import Setting
from experiments.claims.scale import settings_of
from experiments.claims.verdict_words import EDGE_NOTE, rate_in_words, verdict_of_decision

from .sources.documents import QUESTION
from .speed.fastest_rate import RATE_NOTE, RATE_RULE
from .speed.input_networks import (
    DECIDING,
    FIRST_LAYER,
    MIXED,
    NETWORKS,
    PLAIN,
    RATES,
    common_target,
    fastest,
    found_speedups,
)
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
from .speed.time_to_target import TARGET_RULE, steps_in_words

ID = "input_scale"
TEXT = "features from 0 to 1 beside features from 1 to 1000 should be normalized to speed up learning"

FASTER = 1.1
"""How many times fewer steps count as faster."""

BOUNDS = BOUNDS_RULE.format(
    slow="the run on mixed features",
    with_slow="on mixed features",
    fast="the one on normalized features",
    with_fast="on normalized ones",
)

TARGET = TARGET_RULE.format(networks="the networks named here, also of those that decide nothing")

RULE = (
    "ReLU networks of the smallest depth are trained on the task with its features as they come (every "
    "feature from 0 to 1, every second one from 1 to 1000), and with features normalized beforehand. "
    "Compared are their steps to a target, without a norm, paired by seed, as a ratio; of the rates "
    f"{', '.join(f'{rate:g}' for rate in RATES)}, {RATE_RULE}. There {TARGET}. The ratio is bounded by "
    f"seed: {BOUNDS}; {OPEN_RULE}. Supported if the lower bounds are above {FASTER:g} (the whole interval of "
    "their geometric mean, and an exact sign-flip test of their logarithms); refuted if the upper bounds are "
    f"below it; else undecided, also where there is nothing to compare. {EFFECT_RULE} A batch norm as the "
    "first layer (of plain networks: residual ones have no such variant), and networks with batch norm in "
    "their hidden layers, are held against the same target, help to set it, and decide nothing else."
)

OUTCOMES = {"above": "faster", "below": "not faster", "equal": "unclear", "unclear": "unclear"}

COLUMNS = (
    "comparison",
    "steps, mixed features",
    "steps, the other",
    "times faster",
    "interval",
    "outcome",
    "fastest rates",
    "diverged at them",
)


def settings(scale: Scale) -> tuple[Setting, ...]:
    """Every network of the scale's architecture at the smallest depth and every rate."""
    base = scale._replace(learning_rates=RATES, depths=scale.depths[:1])
    mixed = base._replace(data=f"{scale.data}{MIXED}")
    found = (*_relu(base, "none", "batch"), *_relu(mixed, "none", "batch"))
    first = mixed._replace(architecture=FIRST_LAYER)
    return (*found, *_relu(first, "none")) if scale.architecture == PLAIN else found


def _relu(scale: Scale, *norms: str) -> tuple[Setting, ...]:
    return settings_of(scale, ("relu",), norms=norms, orders=("before",))


def decision_of(rows: Rows) -> Decision[str]:
    """Whether normalized features need fewer steps, without a norm."""
    return decision_from(compared([each for each in found_speedups(rows) if each.key == DECIDING], FASTER))


def decide(rows: Rows) -> Verdict:
    """The verdict by the rule above."""
    decision, found = decision_of(rows), found_speedups(rows)
    return verdict_of_decision(ID, TEXT, QUESTION, decision, _sentence(decision, found, common_target(rows)))


def figures(rows: Rows) -> Sequence[Figure]:
    """The ratios, and the learning curves of every network at its fastest rate."""
    found, target = found_speedups(rows), common_target(rows)
    forest = ratio_forest(
        {
            "Without a norm: decides": decision_of(rows).comparisons,
            "Other cures": _others(found),
        },
        OUTCOMES,
        FASTER,
        "steps, mixed / other (times)",
        "How many times fewer steps; where runs never reach the target the mark is a bound, and an interval "
        f"without an end ends in an arrow. Dashed: 1 (grey) and {FASTER:g} times (black).",
    )
    lines = [
        Line(name, numbered_style(position), cell)
        for position, (name, network) in enumerate(NETWORKS.items())
        if (cell := fastest(rows, network, target)) is not None
    ]
    curves = learning_curves(
        {"ReLU networks": lines}, "Validation accuracy through training, each at its fastest rate."
    )
    return (forest, curves) if lines else (forest,)


def table(rows: Rows) -> Table:
    """Steps of both networks of every comparison, and their ratio."""
    found, target = found_speedups(rows), common_target(rows)
    comparisons = (*decision_of(rows).comparisons, *_others(found))
    by_name = {each.key: each for each in comparisons}
    lines = tuple(_line(each, by_name[each.key], target) for each in found)
    notes = (
        f"Steps: mean over seeds to {percent(target)} validation accuracy at the fastest rate, a run that "
        "never gets there counting with all its steps; in brackets how many got there. At least: some "
        "on mixed features never did; at most: some of the other never did; –: neither bound is known. The "
        "first row decides; the others are corrected by Holm among themselves.",
        RATE_NOTE,
        EDGE_NOTE,
        *interval_notes(min((each.n for each in comparisons), default=0)),
    )
    return Table("Steps to the target on mixed and on normalized features", COLUMNS, lines, notes)


def _others(found: Sequence[Speedup[str]]) -> tuple[Comparison[str], ...]:
    return compared([each for each in found if each.key != DECIDING], FASTER)


def _line(found: Speedup[str], comparison: Comparison[str], target: float) -> tuple[str, ...]:
    cells = (found.plain, found.normed)
    lost = [sum(has_diverged(row.log) for row in cell.rows) for cell in cells]
    return (
        found.key,
        *(steps_in_words(cell, target) for cell in cells),
        f"{certainty(found)}{times_in_words(comparison.effect)}",
        interval_in_times(comparison),
        OUTCOMES[comparison.outcome],
        " / ".join(rate_in_words(cell) for cell in cells),
        " / ".join(map(str, lost)),
    )


def _sentence(decision: Decision[str], found: Sequence[Speedup[str]], target: float) -> str:
    if decision.deciding is None:
        return "There is nothing to decide from: not both kinds of features were trained on."
    certain = {each.key: certainty(each) for each in found}

    def in_words(comparison: Comparison[str]) -> str:
        return f"{certain[comparison.key]}{times_in_words(comparison.effect)} times"

    times = in_words(decision.deciding)
    first = next((each for each in _others(found) if each.key == "batch norm first"), None)
    cure = ""
    if first is not None and first.outcome == "above":
        cure = f"; with a batch norm as the first layer, on mixed ones, {in_words(first)}"
    if decision.answer == "supported":
        reached = f"reach {percent(target, 0)} accuracy {times} faster"
        return f"Yes: on normalized features ReLU networks {reached}{cure}."
    if decision.answer == "refuted":
        return (
            f"No: each at its own best rate, normalized features are not faster; to {percent(target, 0)} "
            f"accuracy mixed ones need {times} the steps of normalized ones."
        )
    if not decision.deciding.effect > 0.0:
        return "Not clear: some runs never reach the target on either kind of features."
    return (
        f"Not clear: mixed features need {times} the steps of normalized ones{cure}, but these runs cannot "
        "tell that from no gain."
    )


CLAIM = Claim(
    id=ID,
    text=TEXT,
    source=QUESTION,
    why=(
        "Raw tables have such features. Normalizing them costs one line; if a batch norm as the first layer "
        "does the same, not even that."
    ),
    rule=RULE,
    quantity=Quantity(
        "steps on mixed features over steps on normalized ones, to the same accuracy",
        "times",
        1.0,
    ),
    settings=settings,
    decide=decide,
    figures=figures,
    table=table,
    chosen="the learning rate that is fastest for most seeds, each seed's chosen by the others",
    turns=(
        "An optimizer with a rate for each weight, such as Adam, takes much of the difference away; here it "
        "is gradient descent with momentum. Rates below the smallest tried: an asterisk in the table says "
        "whether one of them may have been better."
    ),
)
