"""Figures, table and words that follow from a decision: what a claim shows that brings none of its own."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from bnact.studies.claim import Claim, Figure, Quantity, Scale, Table, Verdict
from bnact.studies.comparison import Decision
from bnact.studies.counted import counted
from bnact.studies.rows import Rows
from bnact.studies.tuned_cell import Pair, TunedCell, pair_of, tuned_cells
from bnact.training.setting import Setting

from .figures import accuracy_against_depth
from .forest import forest
from .palette import style_of
from .wording import interval_in_points, interval_notes, listed, signed

OUTCOMES: Mapping[str, str] = {"above": "above", "below": "below", "equal": "equal", "unclear": "unclear"}


class Asserted(NamedTuple):
    """A sentence about accuracy, in words.

    Attributes:
      id: name of the claim: small letters, digits and underscores.
      text, source: the words as they were said, and where.
      why: why it matters.
      rule: how the runs decide, written before them.
      compared: what is compared, for example "test accuracy of GELU minus that of ReLU".
      turns: what would change the verdict.
    """

    id: str
    text: str
    source: str
    why: str
    rule: str
    compared: str
    turns: str = ""


def claim_by_decision(
    asserted: Asserted,
    settings: Callable[[Scale], tuple[Setting, ...]],
    decision_of: Callable[[Rows], Decision],
) -> Claim:
    """The claim whose verdict, figures and table follow from its decision.

    Args:
      asserted: its words.
      settings: the runs it needs at a scale.
      decision_of: what these runs decide, by `works_better`, `works_as_well` or `share_lies_above`.

    Returns:
      The claim: its effect is the difference, in points, of the comparison that decides.
    """
    return Claim(
        id=asserted.id,
        text=asserted.text,
        source=asserted.source,
        why=asserted.why,
        rule=asserted.rule,
        quantity=Quantity(f"{asserted.compared}, at the comparison that decides", "points", 100.0),
        settings=settings,
        decide=lambda rows: _verdict(asserted, decision_of(rows)),
        figures=lambda rows: decision_figures(decision_of(rows), rows, asserted.compared),
        table=lambda rows: decision_table(decision_of(rows), asserted.compared),
        turns=asserted.turns,
    )


def decision_figures(decision: Decision, rows: Rows, compared: str) -> tuple[Figure, ...]:
    """Every comparison with its interval, and the accuracy of every network against its depth.

    Args:
      decision: what was decided.
      rows: from which runs.
      compared: what is compared, in words.

    Returns:
      The figures; that of comparisons is left out where there is none.
    """
    decisive = forest(
        {"What decides": decision.comparisons},
        OUTCOMES,
        (0.0,),
        "difference (points)",
        f"What decides: {compared}, and its interval at the level Holm's correction leaves it.",
    )
    caption = "Test accuracy of every network, each at its best learning rate."
    against = accuracy_against_depth(
        {(pair.label, style_of(pair)): cells for pair, cells in _by_pair(rows).items()}, caption
    )
    return (decisive, against) if decision.comparisons else (against,)


def decision_table(decision: Decision, compared: str) -> Table:
    """Every comparison: difference, interval, p-value, seeds and outcome."""
    lines = tuple(
        (
            each.label,
            interval_in_points(each.effect, each.low, each.high),
            f"{each.p_value:.3f}",
            str(each.n),
            OUTCOMES[each.outcome],
        )
        for each in decision.comparisons
    )
    columns = ("comparison", "difference (points)", "p (Holm)", "seeds", "outcome")
    caption = f"{compared[:1].upper()}{compared[1:]}"
    return Table(
        caption, columns, lines, interval_notes(min((each.n for each in decision.comparisons), default=0))
    )


def _by_pair(rows: Rows) -> Mapping[Pair, list[TunedCell]]:
    found: dict[Pair, list[TunedCell]] = {}
    for cell in tuned_cells(rows).values():
        found.setdefault(pair_of(cell.setting), []).append(cell)
    return found


def _verdict(asserted: Asserted, decision: Decision) -> Verdict:
    deciding, nan = decision.deciding, float("nan")
    numbers = (
        (nan, nan, nan, 0) if deciding is None else (deciding.effect, deciding.low, deciding.high, deciding.n)
    )
    sentence = _sentence(asserted, decision)
    return Verdict(asserted.id, asserted.text, asserted.source, decision.answer, *numbers, sentence)


def _sentence(asserted: Asserted, decision: Decision) -> str:
    if decision.deciding is None:
        return "There is nothing to decide from: no comparison has runs of both sides."
    begin = {"supported": "Yes", "refuted": "No", "undecided": "Not clear"}[decision.answer]
    deciding = decision.deciding
    outcomes = [each.outcome for each in decision.comparisons]
    counts = [f"{outcome} in {outcomes.count(outcome)}" for outcome in OUTCOMES if outcome in outcomes]
    return (
        f"{begin}: {asserted.compared} is {signed(100 * deciding.effect)} points at {deciding.label}; of "
        f"{counted(len(outcomes), 'comparison')}, {listed(counts)}."
    )
