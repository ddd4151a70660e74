"""How many times faster a network learns with a norm than without, when some runs never get there.

The ratio of one seed is (steps without) / (steps with), to one target. A run that never reaches the target is
known to take more than its S steps, no more than that. So each ratio has a lower and an upper bound:

    with      without   lower                upper
    reached   reached   the ratio            the ratio
    reached   never     S / (steps with)     none
    never     reached   0                    (steps without) / S
    never     never     0                    none

A mean over seeds has a bound where every seed has one, and nothing is decided by a bound that is not there.
"""

from collections.abc import Mapping, Sequence
from typing import Generic, NamedTuple

import numpy as np

from bnact.studies.comparison import Comparison, Key, Outcome, compare
from bnact.studies.report.wording import plain, span
from bnact.studies.tuned_cell import TunedCell

from .time_to_target import all_steps, steps_of

BOUNDS_RULE = (
    "where {slow} never gets there the ratio is at least S / (steps {with_fast}), with no upper bound; where "
    "{fast} never does it is at most (steps {with_slow}) / S, with no lower bound; where neither does "
    "nothing is known"
)
"""To be filled with the names of the two networks."""

OPEN_RULE = (
    "a mean over seeds has a bound only where every seed has one, and what has no lower bound cannot be "
    "above, nor what has no upper one below"
)

EFFECT_RULE = (
    "The effect is the geometric mean of the lower bounds; of the upper ones where there is no lower bound; "
    "none where there is neither."
)


class Speedup(NamedTuple, Generic[Key]):
    """One network and one that ought to be faster, for example without and with batch norm.

    Attributes:
      key: what is compared, as `Comparison` has it.
      plain, normed: the cells, each seed at its fastest rate.
      low, high: (n,) bounds of the ratio, one a seed; they are equal where both runs reached the target, 0
        and infinity where there is none.
    """

    key: Key
    plain: TunedCell
    normed: TunedCell
    low: np.ndarray
    high: np.ndarray


def bounds_of(plain: float, normed: float, limit: float) -> tuple[float, float]:
    """Lower and upper bound of plain / normed, see the table above.

    Args:
      plain, normed: steps to the target, infinity for never.
      limit: S, the steps of each run.
    """
    low = min(plain, limit) / normed if np.isfinite(normed) else 0.0
    high = plain / min(normed, limit) if np.isfinite(plain) else float("inf")
    return low, high


def speedup_of(key: Key, plain: TunedCell, normed: TunedCell, target: float) -> Speedup[Key]:
    """The speed-up from one cell to another, paired by seed, to a validation accuracy."""
    slow, quick = (_steps_by_seed(cell, target) for cell in (plain, normed))
    limits = plain.measured(all_steps)
    seeds = sorted(slow.keys() & quick.keys())
    bounds = [bounds_of(slow[seed], quick[seed], limits[seed]) for seed in seeds]
    low, high = np.array(bounds).reshape(-1, 2).T
    return Speedup(key, plain, normed, low, high)


def compared(found: Sequence[Speedup[Key]], times: float) -> tuple[Comparison[Key], ...]:
    """Each speed-up against a number of times, as ratios.

    Logarithms are averaged and tested. "Above" is decided from the lower bounds, "below" from the upper ones,
    each with Holm's correction over the family: as both are two-sided tests of which one side is used, the
    error of both together stays at 5 %.

    Args:
      found: speed-ups.
      times: the ratio they are held against.

    Returns:
      Comparisons with ratios: the effect is the geometric mean of the lower bounds, of the upper ones where a
      seed has no lower bound, NaN where there is neither; the interval reaches from the low end of theirs to
      the high end of the upper bounds', from 0 and to infinity where there is none.
    """
    null = float(np.log10(times))
    lower = compare({each.key: _logarithms(each.low, null) for each in found}, null, 0.0)
    upper = compare({each.key: _logarithms(each.high, null) for each in found}, null, 0.0)
    return tuple(_joined(*each, null) for each in zip(found, lower, upper, strict=True))


def times_in_words(ratio: float) -> str:
    """A ratio as a person writes it: "1.3", "14"; "–" if it is not a number."""
    return plain(ratio, 1 if ratio < 10.0 else 0)


def interval_in_times(comparison: Comparison) -> str:
    """An interval of ratios: "1.3 to 14", "4.3 or more"; "–" where there is none."""
    if comparison.low == 0.0 and np.isposinf(comparison.high):
        return "–"
    return span(comparison.low, comparison.high, times_in_words)


def certainty(speedup: Speedup) -> str:
    """What stands before the effect: "" if every run arrived, "at least " or "at most " if it is a bound."""
    if np.array_equal(speedup.low, speedup.high):
        return ""
    if _has_lower(speedup):
        return "at least "
    return "at most " if _has_upper(speedup) else ""


def _has_lower(speedup: Speedup) -> bool:
    return bool(np.all(speedup.low > 0.0))


def _has_upper(speedup: Speedup) -> bool:
    return bool(np.all(np.isfinite(speedup.high)))


def _logarithms(bounds: np.ndarray, null: float) -> np.ndarray:
    # Values that are the null value speak for neither side, and keep their place in the family.
    known = bool(np.all((bounds > 0.0) & np.isfinite(bounds)))
    return np.log10(bounds) if known else np.full(len(bounds), null)


def _joined(
    speedup: Speedup[Key], lower: Comparison[Key], upper: Comparison[Key], null: float
) -> Comparison[Key]:
    outcome: Outcome = "unclear"
    if lower.outcome == "above":
        outcome = "above"
    elif upper.outcome == "below":
        outcome = "below"
    # A low lower bound says nothing against the ratio, nor a high upper one for it.
    p_value = min(
        lower.p_value if lower.effect > null else 1.0, upper.p_value if upper.effect < null else 1.0
    )
    low = float(10.0**lower.low) if _has_lower(speedup) else 0.0
    high = float(10.0**upper.high) if _has_upper(speedup) else float("inf")
    return Comparison(lower.key, _effect(speedup), low, high, p_value, lower.n, outcome)


def _effect(speedup: Speedup) -> float:
    bounds = speedup.low if _has_lower(speedup) else speedup.high
    known = _has_lower(speedup) or _has_upper(speedup)
    return float(10.0 ** np.log10(bounds).mean()) if known else float("nan")


def _steps_by_seed(cell: TunedCell, target: float) -> Mapping[int, float]:
    return cell.measured(lambda log: steps_of(log, target))
