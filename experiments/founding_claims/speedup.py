"""How many times faster a network learns with a norm than without, when some runs never get there.

The ratio of one seed is (steps without) / (steps with), to one target, each at its own fastest rate. A run
that never reaches the target is known to take more than its S steps, no more than that. So each ratio has
a lower and an upper bound:

    with      without   lower                upper
    reached   reached   the ratio            the ratio
    reached   never     S / (steps with)     S, the greatest that S steps can show
    never     reached   1 / S, the least     (steps without) / S
    never     never     1 / S                S
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from bnact.studies.comparison import Comparison, Outcome, compare
from bnact.studies.report.wording import plain
from bnact.studies.rows import Rows
from bnact.studies.tuned_cell import Pair, TunedCell

from .chosen import BEFORE, NONE, depths_of
from .time_to_target import fastest_cell, steps_of


class Speedup(NamedTuple):
    """One network without and with batch norm, each at its fastest rate.

    Attributes:
      label: "relu, depth 8".
      plain, normed: the cells.
      low, high: (n,) bounds of the ratio, one a seed; they are equal where both runs reached the target.
      lost: how many of the runs with the norm never did.
    """

    label: str
    plain: TunedCell
    normed: TunedCell
    low: np.ndarray
    high: np.ndarray
    lost: int


def speedups(rows: Rows, activations: Sequence[str], target: float) -> tuple[Speedup, ...]:
    """Every activation and depth that was run with and without batch norm.

    Args:
      rows: of the claim.
      activations: names.
      target: validation accuracy.

    Returns:
      The speed-ups; a network without common seeds is left out.
    """
    cells = (
        (
            f"{name}, depth {depth}",
            fastest_cell(rows, Pair(name, *NONE), depth, target),
            fastest_cell(rows, Pair(name, *BEFORE), depth, target),
        )
        for name in activations
        for depth in depths_of(rows)
    )
    found = (
        speedup_of(label, plain, normed, target)
        for label, plain, normed in cells
        if plain is not None and normed is not None
    )
    return tuple(each for each in found if len(each.low))


def bounds_of(plain: float, normed: float, limit: float) -> tuple[float, float]:
    """Lower and upper bound of plain / normed, see the table above.

    Args:
      plain, normed: steps to the target, infinity for never.
      limit: S, the steps of each run.
    """
    low = min(plain, limit) / normed if np.isfinite(normed) else 1.0 / limit
    high = plain / min(normed, limit) if np.isfinite(plain) else limit
    return low, high


def compared(found: Sequence[Speedup], times: float) -> tuple[Comparison, ...]:
    """Each speed-up against a number of times, as ratios.

    Logarithms are averaged and tested. "Above" is decided from the lower bounds, "below" from the upper ones,
    each with Holm's correction over the family: as both are two-sided tests of which one side is used, the
    error of both together stays at 5 %.

    Args:
      found: speed-ups.
      times: the ratio they are held against.

    Returns:
      Comparisons with ratios: the effect is the geometric mean of the lower bounds, the interval reaches
      from the low end of theirs to the high end of the upper bounds'.
    """
    null = float(np.log10(times))
    lower = compare({each.label: np.log10(each.low) for each in found}, null, 0.0)
    upper = compare({each.label: np.log10(each.high) for each in found}, null, 0.0)
    return tuple(_joined(*both, null) for both in zip(lower, upper, strict=True))


def times_in_words(ratio: float) -> str:
    """A ratio as a person writes it: "1.3", "14"; "–" if it is not a number."""
    return plain(ratio, 1 if ratio < 10.0 else 0)


def certainty(speedup: Speedup) -> str:
    """What stands before the effect: "" if every run arrived, "at least " if every one with the norm did."""
    if not np.any(speedup.high > speedup.low):
        return ""
    return "about " if speedup.lost else "at least "


def _joined(lower: Comparison, upper: Comparison, null: float) -> Comparison:
    outcome: Outcome = "unclear"
    if lower.outcome == "above":
        outcome = "above"
    elif upper.outcome == "below":
        outcome = "below"
    # A low lower bound says nothing against the ratio, nor a high upper one for it.
    p_value = min(
        lower.p_value if lower.effect > null else 1.0, upper.p_value if upper.effect < null else 1.0
    )
    effect, low, high = (float(10.0**each) for each in (lower.effect, lower.low, upper.high))
    return Comparison(lower.label, effect, low, high, p_value, lower.n, outcome)


def speedup_of(label: str, plain: TunedCell, normed: TunedCell, target: float) -> Speedup:
    """The speed-up from one cell to another, paired by seed, to a validation accuracy."""
    slow, quick = (_steps_by_seed(cell, target) for cell in (plain, normed))
    seeds = sorted(slow.keys() & quick.keys())
    limit = float(plain.setting.steps)
    bounds = np.array([bounds_of(slow[seed], quick[seed], limit) for seed in seeds]).reshape(-1, 2)
    lost = sum(not np.isfinite(quick[seed]) for seed in seeds)
    return Speedup(label, plain, normed, bounds[:, 0], bounds[:, 1], lost)


def _steps_by_seed(cell: TunedCell, target: float) -> Mapping[int, float]:
    return cell.measured(lambda log: steps_of(log, target))
