"""Does batch normalization cure dead ReLUs?

A ReLU unit is dead when its input is negative on every example: its gradient is zero, so it cannot come
back by itself. Batch norm centres each unit's input, so that some of it is positive, unless the norm's own
shift is in the way.
"""

from collections.abc import Sequence

import numpy as np

from bnact.studies.claim import Claim, Figure, Quantity, Scale, Table, Verdict
from bnact.studies.comparison import Decision, share_lies_above
from bnact.studies.report.forest import forest
from bnact.studies.report.wording import listed, percent
from bnact.studies.rows import Rows
from bnact.training.architectures import ARCHITECTURES
from bnact.training.setting import Kill, Setting
from experiments.claims.chosen import depths_of
from experiments.claims.scale import settings_of
from experiments.claims.verdict_words import verdict_of_decision

from .sources.documents import QUESTION
from .units.injured_relu import (
    FEW,
    INJURIES,
    Injured,
    dead_shares,
    injured_cell,
    injured_figure,
    injured_table,
    revived,
)

ID = "norm_cures_dead_relu"
TEXT = "BN's zero mean sends activations negative; does it solve the dying ReLU?"

HALF = 0.5

RULE = (
    "Counted are units whose slope is zero on every example of the training set. Each injury hits ReLU "
    f"networks of the largest depth at the start: {'; '.join(INJURIES.values())} (the first two on every "
    "second unit; where a pair stands on a residual stream, only the last). Revived "
    "is 1 − (dead after training) / (dead at the worst point of the run), where less than 1 % dead counts "
    "as 1 %, so that an injury that kills nobody is cured; a diverged run has revived nobody. With batch "
    "norm before the activation: supported if without an injury no run diverges and less than 1 % of units "
    "are dead at every point of training and every depth, and after every kind of injury more than half "
    "revive (the whole interval, and an exact sign-flip test with Holm's correction); refuted if after any "
    "the revived share is below half; else undecided. Networks without a norm and with the norm after are "
    "shown and decide nothing."
)

OUTCOMES = {"above": "most revive", "below": "most stay dead", "equal": "unclear", "unclear": "unclear"}


def settings(scale: Scale) -> tuple[Setting, ...]:
    """ReLU without a norm, before and after it, unharmed at every depth, injured at the largest."""
    deepest = scale._replace(depths=scale.depths[-1:])
    unharmed = settings_of(scale, ("relu",), norms=("none", "batch"))
    if not ARCHITECTURES[scale.architecture].pairs_follow_maps:
        return (*unharmed, *settings_of(deepest, ("relu",), norms=("none", "batch"), kills=("step",)))
    return (
        *unharmed,
        *settings_of(deepest, ("relu",), norms=("none", "batch"), kills=("bias", "step")),
        *settings_of(deepest, ("relu",), kills=("shift",)),  # a shift takes a norm to injure
    )


def decision_of(rows: Rows) -> Decision[Injured]:
    """Whether more than half revive, for every injury and depth, with batch norm before."""
    cells = {
        Injured(injury, depth): injured_cell(rows, "batch norm before", depth, injury)
        for injury in INJURIES
        for depth in depths_of(rows)
    }
    return share_lies_above({key: cell.over_seeds(revived) for key, cell in cells.items() if cell}, HALF)


def decide(rows: Rows) -> Verdict:
    """The verdict by the rule above."""
    decision = decision_of(rows)
    unharmed = largest_dead_share(rows)
    if decision.answer == "supported" and not unharmed < FEW:
        decision = decision._replace(answer="undecided")
    return verdict_of_decision(ID, TEXT, QUESTION, decision, _sentence(decision, unharmed))


def largest_dead_share(rows: Rows) -> float:
    """Largest mean dead share at any point and depth, unharmed, batch norm before.

    Args:
      rows: of the claim.

    Returns:
      The share; NaN where it is not known, since a run is missing or diverged.
    """
    cells = [injured_cell(rows, "batch norm before", depth, "none") for depth in depths_of(rows)]
    if not cells or any(cell is None or cell.diverged for cell in cells):
        return float("nan")
    return float(np.max([cell.stacked(dead_shares).mean(axis=0).max() for cell in cells if cell]))


def figures(rows: Rows) -> Sequence[Figure]:
    """What decides; dead share through training at the depth of the injured networks."""
    shown = sorted({row.setting.depth for row in rows if row.setting.kill != "none"})
    decisive = forest(
        {"batch norm before": decision_of(rows).comparisons},
        OUTCOMES,
        (HALF,),
        "revived units (%)",
        "What decides: the share of the units dead at the worst point that is alive after training, with "
        "batch norm before the activation, and its interval. Dashed: half.",
    )
    return (decisive, *(injured_figure(rows, depth) for depth in shown))


def table(rows: Rows) -> Table:
    """Dead units after the injury and after training, and what revived."""
    return injured_table(rows, decision_of(rows), OUTCOMES)


def _sentence(decision: Decision[Injured], unharmed: float) -> str:
    if decision.deciding is None:
        return "There is nothing to decide from: no injured network with batch norm was run."
    cured: list[Kill] = [kind for kind in INJURIES if _outcomes(decision, kind) == {"above"}]
    fatal: list[Kill] = [kind for kind in INJURIES if "below" in _outcomes(decision, kind)]
    unknown: list[Kill] = [
        kind for kind in INJURIES if _outcomes(decision, kind) and kind not in (*cured, *fatal)
    ]
    opening = {"supported": "Yes", "refuted": "No, not every kind", "undecided": "Not clear"}[decision.answer]
    parts = [
        f"batch norm undoes {_injuries(cured)}" if cured else "",
        f"it does not undo {_injuries(fatal)}" if fatal else "",
        f"for {_injuries(unknown)} these runs cannot tell" if unknown else "",
    ]
    return f"{opening}: {', '.join(filter(None, parts))}. Without an injury {_unharmed_in_words(unharmed)}."


def _unharmed_in_words(share: float) -> str:
    if not np.isfinite(share):
        return "not every network under it could be trained to the end"
    units = "no unit is" if share == 0.0 else f"at most {percent(share)} of the units are"
    return f"{units} dead under it"


def _injuries(kinds: Sequence[Kill]) -> str:
    return listed([INJURIES[kind] for kind in kinds])


def _outcomes(decision: Decision[Injured], injury: Kill) -> set[str]:
    return {each.outcome for each in decision.comparisons if each.key.injury == injury}


CLAIM = Claim(
    id=ID,
    text=TEXT,
    source=QUESTION,
    why=(
        "A dead unit is capacity paid for and never used. If batch norm revives it, dying ReLUs are no "
        "reason to choose another activation; if one kind of death survives the norm, that is the one to "
        "watch for."
    ),
    rule=RULE,
    quantity=Quantity(
        "share of the dead units that revive, for the injury and depth that decide", "%", 100.0
    ),
    settings=settings,
    decide=decide,
    figures=figures,
    table=table,
    turns=(
        "One kind of injury of whose dead units clearly less than half revive under the norm refutes it; "
        "clearly more than half after every kind, with no unit dead where nothing was injured, supports it."
    ),
)
