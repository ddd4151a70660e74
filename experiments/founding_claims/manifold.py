"""Does a network represent the data in more dimensions, and does it depend on the activation how well?"""

from collections.abc import Sequence

import numpy as np

from bnact.studies.claim import Answer, Claim, Figure, Quantity, Scale, Table, Verdict
from bnact.studies.comparison import MARGIN, Comparison
from bnact.studies.report.forest import forest
from bnact.studies.report.ratio_forest import ratio_forest
from bnact.studies.report.wording import interval_notes, plain, points, signed, span
from bnact.studies.rows import Rows
from bnact.studies.tuned_cell import TunedCell, pair_of
from bnact.training.representation import REPRESENTED_EXAMPLES
from bnact.training.setting import Setting
from experiments.claims.activations import REPRESENTATIVES
from experiments.claims.chosen import ActivationAt
from experiments.claims.scale import settings_of
from experiments.claims.verdict_words import EDGE_NOTE, rate_in_words, with_outcome

from .representation.circle_figure import circle_figure
from .representation.decisions import Decisions, decisions_of
from .representation.last_layer import (
    NO_DIMENSIONS,
    Network,
    dimensions_of_inputs,
    first_participation,
    first_separability,
    last_dimension,
    last_participation,
    last_separability,
    network_of,
    representing_cells,
)
from .sources.documents import QUESTION

ID = "manifold"
TEXT = (
    "a network is a large, deep composition that represents the data's manifold in more dimensions; how good "
    "that is depends on the functions chosen"
)

RULE = (
    f"Networks of {', '.join(REPRESENTATIVES)} without a norm and with batch norm before the activation are "
    "looked at after training, at every depth, each at the learning rate that is best on validation data, on "
    f"the first {REPRESENTED_EXAMPLES} training examples; a run that diverged counts none. Two questions. "
    "First, dimensions: the participation ratio of the last hidden layer over that of the inputs; a layer "
    f"that is the same for every example has none, and counts {NO_DIMENSIONS:g} of one, as zero has no "
    "logarithm. Second, functions: separability, the share of examples whose nearest neighbour in that layer "
    "has their label, of each activation minus that of ReLU with the same norm, paired by seed; they differ "
    f"where it is beyond ±{points(MARGIN, 0)}. Supported if the ratio is above 1 in every network (the whole "
    "interval of its geometric mean, and an exact sign-flip test of its logarithm with Holm's correction "
    "over them) and a function differs from ReLU anywhere (against both ends of the margin, with Holm's "
    "correction of their own); refuted if the ratio is below 1 in any network, or no function differs "
    "anywhere, by the same tests; else undecided, also where a network that every run lost leaves open that "
    "all have more, or that none differs. The effect is the ratio that decides the first question. Intrinsic "
    "dimension, and the circle in fresh networks with its theory, are shown and decide nothing."
)

DIMENSION_OUTCOMES = {"above": "more", "below": "fewer", "equal": "unclear", "unclear": "unclear"}
FUNCTION_OUTCOMES = {"above": "better than ReLU", "below": "worse", "equal": "as good", "unclear": "unclear"}

COLUMNS = (
    "network",
    "depth",
    "participation ratio, inputs",
    "last layer at the start",
    "after training",
    "after / inputs",
    "interval",
    "outcome",
    "intrinsic dimension after training",
    "separability at the start (%)",
    "after training (%)",
    "minus ReLU (points)",
    "differs",
    "best learning rate",
)


def settings(scale: Scale) -> tuple[Setting, ...]:
    """Four activations without a norm and with batch norm before."""
    return settings_of(scale, REPRESENTATIVES, norms=("none", "batch"), orders=("before",))


def decide(rows: Rows) -> Verdict:
    """The verdict by the rule above."""
    decisions = decisions_of(rows)
    deciding = decisions.dimensions.deciding
    if deciding is None:
        nothing, sentence = float("nan"), "There is nothing to decide from: no network trained to the end."
        return Verdict(ID, TEXT, QUESTION, "undecided", nothing, nothing, nothing, 0, sentence)
    answer = _answer(decisions)
    ratio = _as_ratio(deciding)
    sentence = _sentence(answer, decisions)
    return Verdict(ID, TEXT, QUESTION, answer, ratio.effect, ratio.low, ratio.high, ratio.n, sentence)


def _answer(decisions: Decisions) -> Answer:
    # Equality refuted is a difference that was found, equality supported that there is none.
    more, equal = decisions.dimensions.answer, decisions.equality.answer
    if more == "refuted" or equal == "supported":
        return "refuted"
    return "supported" if (more, equal) == ("supported", "refuted") else "undecided"


def figures(rows: Rows) -> Sequence[Figure]:
    """Both questions, and a circle in the layers of fresh networks."""
    decisions = decisions_of(rows)
    return (
        ratio_forest(
            _by_norm(tuple(map(_as_ratio, decisions.dimensions.comparisons))),
            DIMENSION_OUTCOMES,
            1.0,
            "participation ratio (times)",
            "First question: participation ratio of the last hidden layer over that of the inputs, that is "
            "in how many times the dimensions it varies. Dashed: once.",
        ),
        forest(
            _by_norm(decisions.equality.comparisons),
            FUNCTION_OUTCOMES,
            (-MARGIN, MARGIN),
            "separability − relu's (points)",
            "Second question: how much better or worse the nearest neighbour tells the class than in a "
            "network of ReLU. Dashed: the margin within which they are as good.",
        ),
        circle_figure(),
    )


def table(rows: Rows) -> Table:
    """Dimensions and separability of every network's last layer."""
    decisions = decisions_of(rows)
    compared = {each.key: _as_ratio(each) for each in decisions.dimensions.comparisons}
    differing = {each.key: each for each in decisions.equality.comparisons}
    lines = tuple(
        _line(cell, compared.get(network_of(cell)), differing.get(network_of(cell)))
        for cell in representing_cells(rows)
    )
    notes = (
        "Participation ratio: (tr C)² / tr C², C the covariance over examples: in how many directions they "
        "vary. Intrinsic dimension: TwoNN, from the distances to the two nearest neighbours. Separability: "
        "leave-one-out accuracy of the nearest neighbour's label.",
        EDGE_NOTE,
        *interval_notes(min((each.n for each in compared.values()), default=0)),
    )
    return Table("The data in the last hidden layer", COLUMNS, lines, notes)


def _as_ratio(comparison: Comparison[Network]) -> Comparison[Network]:
    """From the mean of logarithms to the geometric mean."""
    effect, low, high = (float(np.exp(each)) for each in (comparison.effect, comparison.low, comparison.high))
    return comparison._replace(effect=effect, low=low, high=high)


def _line(
    cell: TunedCell, ratio: Comparison[Network] | None, difference: Comparison[Network] | None
) -> tuple[str, ...]:
    setting = cell.setting
    return (
        pair_of(setting).label,
        str(setting.depth),
        plain(dimensions_of_inputs(setting.data)),
        plain(cell.mean_of_finished(first_participation)),
        plain(cell.mean_of_finished(last_participation)),
        *(("–",) * 3 if ratio is None else _ratio_columns(ratio)),
        plain(cell.mean_of_finished(last_dimension)),
        plain(100 * cell.mean_of_finished(first_separability)),
        plain(100 * cell.mean_of_finished(last_separability)),
        *(("", "") if difference is None else _difference_columns(difference)),
        rate_in_words(cell),
    )


def _by_norm(comparisons: Sequence[Comparison[Network]]) -> dict[str, tuple[Comparison[ActivationAt], ...]]:
    """A panel for each place of the norm; what its title says is left out of the labels."""
    found: dict[str, list[Comparison[ActivationAt]]] = {}
    for each in comparisons:
        pair, depth = each.key
        named = Comparison(ActivationAt(pair.activation, depth), *each[1:])
        found.setdefault(pair.placement.capitalize(), []).append(named)
    return {title: tuple(family) for title, family in found.items()}


def _ratio_columns(ratio: Comparison[Network]) -> tuple[str, str, str]:
    number = f"{ratio.effect:.2f}"
    return number, span(ratio.low, ratio.high, lambda end: f"{end:.2f}"), DIMENSION_OUTCOMES[ratio.outcome]


def _difference_columns(difference: Comparison[Network]) -> tuple[str, str]:
    return signed(100 * difference.effect), FUNCTION_OUTCOMES[difference.outcome]


def _sentence(answer: str, decisions: Decisions) -> str:
    dimensions, functions = decisions
    ratios = [_as_ratio(each).effect for each in dimensions.comparisons]
    extent = f"{min(ratios):.1f} to {max(ratios):.1f} times the dimensions of the inputs"
    fewer, more = (len(with_outcome(dimensions, word)) for word in ("below", "above"))
    count = f"more in {more} of {len(ratios)} networks and fewer in {fewer}"
    beyond = with_outcome(functions, "above", "below")
    depends = "how well the classes separate there does not differ beyond a point between functions"
    if functions.answer != "supported":
        depends = "whether functions differ in how well the classes separate there is not clear"
    if beyond:
        best = max(beyond, key=lambda each: abs(each.effect))
        depends = (
            "how well the classes separate there does depend on the function, by up to "
            f"{points(best.effect)} against ReLU ({best.label})"
        )
    opening = {"supported": "Yes", "refuted": "No", "undecided": "Not clear"}[answer]
    return f"{opening}: the last layer varies in {extent}, {count}; {depends}."


CLAIM = Claim(
    id=ID,
    text=TEXT,
    source=QUESTION,
    why=(
        "It is the picture many people have of a deep network: data unfolded in more dimensions until "
        "classes come apart. Where training folds them into fewer instead, the picture misleads."
    ),
    rule=RULE,
    quantity=Quantity(
        "participation ratio of the last hidden layer over that of the inputs, in the network that decides",
        "",
        1.0,
    ),
    settings=settings,
    decide=decide,
    figures=figures,
    table=table,
    turns=(
        "Inputs of fewer dimensions than classes take to be told apart, or wider layers, leave more room to "
        "unfold. Another measure of dimension may count otherwise: the intrinsic one, in the table, cannot "
        "grow in layers that only carry a manifold along."
    ),
)
