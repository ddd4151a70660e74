"""Figures, table and words that follow from a decision: what a claim shows that brings none of its own."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from bnact.studies.claim import Claim, Figure, Quantity, Scale, Table, Verdict
from bnact.studies.comparison import Decision
from bnact.studies.counted import counted
from bnact.studies.rows import Rows
from bnact.studies.tuned_cell import Pair, TunedCell, pair_of, tuned_cells
from bnact.training.setting import Setting

from .figures import accuracy_against_depth
from .forest import forest
from .palette import Style, numbered_style, style_of
from .wording import interval_in_points, interval_notes, listed, signed

OUTCOMES: Mapping[str, str] = {"above": "above", "below": "below", "equal": "equal", "unclear": "unclear"}

_WORDS: Mapping[str, str] = {"data": "", "architecture": "", "kill": "injury "}
"""What stands before a field's value in a label; its name where nothing else is said."""

_NOT_SAID = {*Pair._fields, "depth", "learning_rate", "seed"}

OTHERS: Mapping[str, str] = {
    field.name: _WORDS.get(field.name, f"{field.name.replace('_', ' ')} ")
    for field in dataclasses.fields(Setting)
    if field.name not in _NOT_SAID
}
"""The fields that tell networks apart beside their pair, and what stands before their value in a label."""


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
    against = accuracy_against_depth(_lines(rows), caption)
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


def _lines(rows: Rows) -> Mapping[tuple[str, Style], list[TunedCell]]:
    """The cells of every network, one for each depth; a network is all of a cell but its depth."""
    networks: dict[Setting, list[TunedCell]] = {}
    for cell in tuned_cells(rows).values():
        networks.setdefault(dataclasses.replace(cell.setting, depth=0), []).append(cell)
    varying = [name for name in OTHERS if _varies(name, networks)]
    one_each = len({pair_of(network) for network in networks}) == len(networks)
    return {
        (_label(network, varying), style_of(pair_of(network)) if one_each else numbered_style(place)): cells
        for place, (network, cells) in enumerate(networks.items())
    }


def _varies(name: str, networks: Iterable[Setting]) -> bool:
    # Every activation has a gain of its own: it tells networks apart only where a pair has several.
    of_pair = {(pair_of(each) if name == "gain" else None, getattr(each, name)) for each in networks}
    return len(of_pair) > len({pair for pair, _ in of_pair})


def _label(network: Setting, varying: Sequence[str]) -> str:
    values = (f"{OTHERS[name]}{getattr(network, name)}" for name in varying)
    return ", ".join([pair_of(network).label, *values])


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
