"""Does the answer depend on the application?

If it does, networks that are ranked one way on one task are ranked another way on another. But two rankings
never agree wholly, as seeds alone change them; so the question is whether applications order the same two
networks contrary, by more than seeds do.
"""

from collections.abc import Sequence

import numpy as np

from bnact.studies.claim import Answer, Claim, Figure, Quantity, Scale, Table, Verdict
from bnact.studies.comparison import Comparison, Decision, compare
from bnact.studies.report.forest import forest
from bnact.studies.report.ranks import rank_figure
from bnact.studies.report.wording import interval_notes, listed, plain, points, significant, with_interval
from bnact.studies.rows import Rows
from bnact.training.setting import Setting
from experiments.claims.scale import TASKS, WIDTH
from experiments.claims.verdict_words import verdict_of_decision, with_outcome

from .applications.applications import (
    NARROW,
    NETWORKS,
    VARIED,
    Ranked,
    found_in,
    groups_of,
    ranked_groups,
    settings_at,
)
from .applications.rank_agreement import LEAST_SEEDS, agreements, lost_by_seed, reliability
from .applications.ranks import mean_accuracies, ranking_of, ranks_of
from .sources.documents import QUESTION

ID = "depends_on_application"
TEXT = "the answer depends on the application"

CLEAR, ENOUGH = 0.1, 0.2
"""In Kendall's tau: what counts as a loss of agreement, and the agreement of seeds that can show a loss."""

RULE = (
    f"Ranked by test accuracy are {len(NETWORKS)} networks ({', '.join(pair.label for pair in NETWORKS)}), "
    f"each at the learning rate that is best on validation data, on the tasks {', '.join(TASKS)} at the "
    f"smallest depth, and on {TASKS[0]} also at the largest depth and at width {NARROW} in the place of "
    f"{WIDTH}, whatever the study's own task. A difference within 1 point is a tie and orders nothing. For "
    "tasks, for depths and for widths: agreement (Kendall's tau) is lost by every pair of networks that two "
    "applications both order, and contrary. All seeds but one say which pairs these are, and that one how "
    "often it orders them contrary minus how often alike, twice over all pairs of networks; the loss is the "
    "mean over seeds and pairs of applications. Noise of seeds cannot make a loss, nor can ties. Supported "
    "if for any of the three the loss is above 0.1 (the whole interval over seeds, and an exact sign-flip "
    "test with Holm's correction over the three); refuted if for all three it is below 0.1 and seeds agree "
    "by 0.2 or more on what both applications order (for each pair of networks the smaller agreement within "
    "the two), so that there is an order to lose; else undecided, also with fewer than three seeds or "
    "without the runs to compare. Whether the winner changes is not asked."
)

OUTCOMES = {
    "above": "ranked differently",
    "below": "ranked alike",
    "equal": "unclear",
    "unclear": "unclear",
}


def settings(scale: Scale) -> tuple[Setting, ...]:
    """Eight networks on every task, and on the first one at another depth and width as well."""
    return settings_at(scale)


def usable_groups(rows: Rows) -> tuple[Ranked, ...]:
    """The groups with enough seeds and networks to compare rankings."""
    return tuple(
        each
        for each in ranked_groups(rows)
        if each.accuracies.shape[1] >= LEAST_SEEDS and each.accuracies.shape[2] >= 2
    )


def decision_of(rows: Rows) -> Decision:
    """Whether rankings differ across tasks, depths or widths by more than seeds make them."""
    groups = usable_groups(rows)
    values = {f"across {each.varied}": lost_by_seed(each.accuracies) for each in groups}
    comparisons = compare(values, CLEAR, 0.0)
    return decision_from_any(comparisons, all(reliability(each.accuracies) >= ENOUGH for each in groups))


def decision_from_any(comparisons: Sequence[Comparison], rankable: bool) -> Decision:
    """The decision by the rule above: one that is lost is enough.

    Args:
      comparisons: the losses across tasks, depths and widths.
      rankable: whether the applications rank the networks reliably enough.

    Returns:
      The decision; the clearest loss decides a supported claim, the largest any other.
    """
    family = tuple(comparisons)
    lost = [each for each in family if each.outcome == "above"]
    if lost:
        return Decision("supported", family, max(lost, key=lambda each: each.low))
    alike = len(family) == len(VARIED) and {each.outcome for each in family} == {"below"}
    answer: Answer = "refuted" if alike and rankable else "undecided"
    return Decision(answer, family, max(family, key=lambda each: each.effect, default=None))


def decide(rows: Rows) -> Verdict:
    """The verdict by the rule above."""
    decision = decision_of(rows)
    return verdict_of_decision(ID, TEXT, QUESTION, decision, _sentence(decision, usable_groups(rows)))


def figures(rows: Rows) -> Sequence[Figure]:
    """The agreement that is lost; the ranks of the networks in every application."""
    decisive = forest(
        {"Agreement lost": decision_of(rows).comparisons},
        OUTCOMES,
        (CLEAR,),
        "agreement lost (points of Kendall's tau)",
        "What decides: the agreement that networks ordered contrary take away, and its interval at the level "
        "Holm's correction leaves it. 200 points lead from one order to its reverse. Dashed: 10 points.",
    )
    ranks = rank_figure(
        {
            f"Across {varied}": ranking_of(rows, varied, group)
            for varied, group in groups_of(found_in(rows)).items()
        },
        "application",
        "Ranks by mean test accuracy, each network at its best learning rate: lines that cross are answers "
        "that depend on the application, if they cross by more than noise. Solid: batch norm before the "
        "activation; dashed: after.",
    )
    return (decisive, ranks)


def table(rows: Rows) -> Table:
    """Mean test accuracy and rank of every network in every application, and what decides."""
    applications = found_in(rows)
    means, ranks = mean_accuracies(rows, applications), ranks_of(rows, applications)
    lines = tuple(
        (
            pair.label,
            *(f"{plain(100 * mean)} ({significant(rank, 2)})" for mean, rank in zip(*both, strict=True)),
        )
        for pair, *both in zip(NETWORKS, means, ranks, strict=True)
        if np.isfinite(both[0]).any()
    )
    groups, comparisons = usable_groups(rows), decision_of(rows).comparisons
    notes = (
        *(_loss_in_words(*both) for both in zip(groups, comparisons, strict=True)),
        "Limit: the test set of a task is one sample; part of what differs between tasks may be its luck.",
        *interval_notes(min((each.n for each in comparisons), default=0)),
    )
    columns = ("network", *(f"{each.label}: accuracy in % (rank)" for each in applications))
    return Table("Networks in several applications", columns, lines, notes)


def _loss_in_words(group: Ranked, comparison: Comparison) -> str:
    found = agreements(group.accuracies)
    between = found[np.triu_indices(len(found), 1)].mean()
    within = "; ".join(
        f"{each.label} {plain(value, 2)}"
        for each, value in zip(group.applications, np.diag(found), strict=True)
    )
    loss = with_interval(comparison.effect, comparison.low, comparison.high, 2)
    return (
        f"Kendall's tau {comparison.label}: {plain(float(between), 2)} between different applications; "
        f"within, between seeds: {within}. Lost: {loss}, p (Holm) {comparison.p_value:.3f}, "
        f"{OUTCOMES[comparison.outcome]}."
    )


def _sentence(decision: Decision, groups: Sequence[Ranked]) -> str:
    deciding = decision.deciding
    if deciding is None:
        return "There is nothing to decide from: no two applications have three seeds of the same networks."
    much = f"{points(deciding.effect, 0)} of Kendall's tau {deciding.label}"
    if decision.answer == "supported":
        others = [each.label for each in with_outcome(decision, "above") if each != deciding]
        also = f"; so also {listed(others)}" if others else ""
        return f"Yes: how the networks rank changes with the application: contrary orders take {much}{also}."
    if decision.answer == "refuted":
        return f"No: what two applications order, they order alike; at most {much} are lost."
    unlike = [each.varied for each in groups if reliability(each.accuracies) < ENOUGH]
    if unlike and {each.outcome for each in decision.comparisons} == {"below"}:
        return f"Not clear: across {listed(unlike)} seeds alone change the order too much to see another."
    return (
        f"Not clear: the largest loss of agreement is {much}, and these runs cannot tell whether it is more "
        f"than {points(CLEAR, 0)}."
    )


CLAIM = Claim(
    id=ID,
    text=TEXT,
    source=QUESTION,
    why=(
        "If the answer depends on the application, no benchmark can choose the network for you, and trying "
        "is the only way. If it does not, one good study serves all."
    ),
    rule=RULE,
    quantity=Quantity(
        "agreement of rankings (Kendall's tau) lost by networks that two applications order contrary, where "
        "it decides",
        "points",
        100.0,
    ),
    settings=settings,
    decide=decide,
    figures=figures,
    table=table,
    quantifier="somewhere",
    turns=(
        "One group of applications, tasks, depths or widths, that ranks the networks clearly otherwise "
        "supports it; to refute it no group may order networks contrary beyond a tenth of tau. More tasks, "
        "and tasks less alike, can only add chances of a difference."
    ),
)
