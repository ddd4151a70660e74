"""ReLU against other activations, all with batch norm before: what claims about ReLU's rank share."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

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
from experiments.claims.chosen import BEFORE, accuracy_differences, cells_by_pair, depth_label
from experiments.claims.scale import settings_of


class Duel(NamedTuple):
    """Two activations at a depth, batch norm before both; "relu − tanh, depth 8" in words."""

    first: str
    second: str
    depth: int

    @property
    def names(self) -> str:
        """Without the depth: "relu − tanh"."""
        return f"{self.first} \N{MINUS SIGN} {self.second}"

    def __str__(self) -> str:
        return f"{self.names}, {depth_label(self.depth)}"


def settings_before(scale: Scale, activations: Sequence[str] = ALL) -> tuple[Setting, ...]:
    """The runs of activations with batch norm before them, at a scale."""
    return settings_of(scale, activations, orders=("before",))


def before(activation: str) -> Pair:
    """The activation with batch norm before it."""
    return Pair(activation, *BEFORE)


def differences_of(rows: Rows, duels: Sequence[tuple[str, str]]) -> dict[Duel, np.ndarray]:
    """Test accuracy of the first minus that of the second, batch norm before both, paired by seed.

    Args:
      rows: of the claim.
      duels: pairs of activations.

    Returns:
      For each pair and depth, (n,) differences; what was not run is left out.
    """
    return {
        Duel(first, second, at.depth): differences
        for first, second in duels
        for at, differences in accuracy_differences(rows, before(first), before(second)).items()
    }


def second_names(comparisons: Sequence[Comparison[Duel]]) -> str:
    """The second activations of comparisons, each once: "gelu and silu"."""
    return listed(list(dict.fromkeys(each.key.second for each in comparisons)))


def opponent(comparison: Comparison[Duel]) -> str:
    """The second of a comparison in words: "gelu at depth 8"."""
    return f"{comparison.key.second} at {depth_label(comparison.key.depth)}"


def signed_points(comparison: Comparison) -> str:
    """A difference with its sign: "−0.3 points"."""
    return f"{signed(100 * comparison.effect)} points"


def forest_by_depth(
    decision: Decision[Duel], outcomes: Mapping[str, str], mark: float, x_label: str, caption: str
) -> Figure:
    """The comparisons of a decision, a panel for each depth.

    Args:
      decision: of the comparisons of `differences_of`.
      outcomes: the words for each outcome.
      mark: the difference that they are held against.
      x_label: what is compared, with its unit.
      caption: what to see.

    Returns:
      The figure.
    """
    groups: dict[str, list[Comparison[str]]] = {}
    for each in decision.comparisons:
        named = Comparison(each.key.names, *each[1:])
        groups.setdefault(depth_label(each.key.depth), []).append(named)
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
