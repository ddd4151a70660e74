"""ReLU against other activations, all with batch norm before: what claims about ReLU's rank share."""

import re
from collections.abc import Mapping, Sequence

import numpy as np

from bnact.studies.claim import Figure, Scale
from bnact.studies.comparison import Comparison, Decision
from bnact.studies.report.figures import accuracy_against_depth
from bnact.studies.report.forest import forest
from bnact.studies.report.palette import style_of
from bnact.studies.report.wording import listed, signed
from bnact.studies.rows import Rows
from bnact.studies.tuned_cell import Pair
from bnact.training.setting import Setting
from experiments.claims.activations import ALL
from experiments.claims.chosen import BEFORE, accuracy_differences, cells_by_pair
from experiments.claims.scale import settings_of


def settings_before(scale: Scale, activations: Sequence[str] = ALL) -> tuple[Setting, ...]:
    """The runs of activations with batch norm before them, at a scale."""
    return settings_of(scale, activations, orders=("before",))


def before(activation: str) -> Pair:
    """The activation with batch norm before it."""
    return Pair(activation, *BEFORE)


def differences_of(rows: Rows, duels: Sequence[tuple[str, str]]) -> dict[str, np.ndarray]:
    """Test accuracy of the first minus that of the second, batch norm before both, paired by seed.

    Args:
      rows: of the claim.
      duels: pairs of activations.

    Returns:
      For "first − second, depth D", (n,) differences; what was not run is left out.
    """
    return {
        f"{first} \N{MINUS SIGN} {second}, {depth}": differences
        for first, second in duels
        for depth, differences in accuracy_differences(rows, before(first), before(second)).items()
    }


def parts_of(comparison: Comparison) -> tuple[str, str, int]:
    """First activation, second activation and depth of a comparison that `differences_of` labelled."""
    duel, depth = comparison.label.split(", depth ")
    first, second = duel.split(" \N{MINUS SIGN} ")
    return first, second, int(depth)


def second_names(comparisons: Sequence[Comparison]) -> str:
    """The second activations of comparisons, each once: "gelu and silu"."""
    return listed(list(dict.fromkeys(parts_of(each)[1] for each in comparisons)))


def where(comparison: Comparison) -> str:
    """A comparison in words: "against gelu at depth 8"."""
    _, second, depth = parts_of(comparison)
    return f"against {second} at depth {depth}"


def signed_points(comparison: Comparison) -> str:
    """A difference with its sign: "−0.3 points"."""
    return f"{signed(100 * comparison.effect)} points"


def forest_by_depth(
    decision: Decision, outcomes: Mapping[str, str], mark: float, x_label: str, caption: str
) -> Figure:
    """The comparisons of a decision, a panel for each depth.

    Args:
      decision: of comparisons labelled by `differences_of`.
      outcomes: the words for each outcome.
      mark: the difference that they are held against.
      x_label: what is compared, with its unit.
      caption: what to see.

    Returns:
      The figure.
    """
    groups: dict[str, list[Comparison]] = {}
    for each in decision.comparisons:
        label, depth = re.split(r", (?=depth )", each.label)
        groups.setdefault(depth, []).append(each._replace(label=label))
    return forest(groups, outcomes, (mark,), x_label, caption)


def accuracy_figure(rows: Rows, activations: Sequence[str], caption: str) -> Figure:
    """Test accuracy against depth of activations with batch norm before them.

    Args:
      rows: of the claim.
      activations: names.
      caption: what to see.

    Returns:
      The figure.
    """
    pairs = tuple(before(name) for name in activations)
    cells = cells_by_pair(rows, pairs)
    return accuracy_against_depth({(pair.label, style_of(pair)): cells[pair] for pair in pairs}, caption)
