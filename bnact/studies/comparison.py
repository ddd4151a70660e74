"""Comparisons with interval and outcome, and the rules that make one decision of a family of them."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Generic, Literal, NamedTuple, TypeVar

import numpy as np

from .claim import Answer
from .statistics import ALPHA, bootstrap_interval, holm_levels, holm_p_values, sign_flip_p_value

MARGIN = 0.01
"""A difference in accuracy that is neither above nor below 0 and lies within one percentage point is none."""

Outcome = Literal["above", "below", "equal", "unclear"]

Key = TypeVar("Key", bound=Hashable)
"""What tells the comparisons of a family apart; `str` of it is how a report calls it."""


class Comparison(NamedTuple, Generic[Key]):
    """One comparison of a family.

    Attributes:
      key: what is compared: a record whose `str` are its words, or the words, for example "depth 8".
      effect: mean of the values over seeds.
      low, high: interval of the effect at the level Holm's procedure gives this comparison; NaN where
        there are too few values for one, see `bootstrap_interval`.
      p_value: of the effect being the null value, corrected for the family.
      n: values, one a seed.
      outcome: "above" or "below" the null value (corrected p-value at most 5 % and the whole interval on
        that side, however near), else "equal" (interval inside the margin around it, and both one-sided
        tests against the margin's ends say so), else "unclear".
    """

    key: Key
    effect: float
    low: float
    high: float
    p_value: float
    n: int
    outcome: Outcome

    @property
    def label(self) -> str:
        """What is compared, in words."""
        return str(self.key)


class Decision(NamedTuple, Generic[Key]):
    """A verdict and what it stands on.

    Attributes:
      answer: "supported", "refuted" or "undecided".
      comparisons: the whole family.
      deciding: the comparison that decides: the weakest of a supported claim, the strongest against a
        refuted one, the lowest of those that leave it undecided.
    """

    answer: Answer
    comparisons: tuple[Comparison[Key], ...]
    deciding: Comparison[Key] | None


def works_better(differences: Mapping[Key, np.ndarray], margin: float = MARGIN) -> Decision[Key]:
    """Is the first better at every comparison?

    Supported if the difference is above 0 at every comparison, by however little; refuted if it is below 0
    at any, by however little, or equal at every one: neither above nor below 0, and inside the margin. Else
    undecided.

    Args:
      differences: for each comparison, (n,) paired differences, first minus second.
      margin: half-width of the zone around 0 in which a difference that is neither above nor below 0 is
        equal.

    Returns:
      The decision, with Holm's correction over the comparisons.
    """
    return decision_from(compare(differences, 0.0, margin))


def works_as_well(differences: Mapping[Key, np.ndarray], margin: float = MARGIN) -> Decision[Key]:
    """Is the first as good as the second, or better, at every comparison?

    Supported if the difference is above -margin at every comparison; refuted if it is below -margin at
    any; else undecided.

    Args:
      differences: for each comparison, (n,) paired differences, first minus second.
      margin: how much worse still counts as as good.

    Returns:
      The decision, with Holm's correction over the comparisons.
    """
    return decision_from(compare(differences, -margin, 0.0))


def share_lies_above(shares: Mapping[Key, np.ndarray], threshold: float) -> Decision[Key]:
    """Is the mean share above a threshold at every comparison? Refuted if below at any; else undecided.

    Args:
      shares: for each comparison, (n,) shares in [0, 1], one a seed.
      threshold: a share.

    Returns:
      The decision, with Holm's correction over the comparisons; its intervals do not leave [0, 1].
    """
    return decision_from(
        tuple(
            each._replace(low=float(np.clip(each.low, 0.0, 1.0)), high=float(np.clip(each.high, 0.0, 1.0)))
            for each in compare(shares, threshold, 0.0)
        )
    )


def compare(values: Mapping[Key, np.ndarray], null: float, margin: float) -> tuple[Comparison[Key], ...]:
    """Each comparison's effect, interval, corrected p-value and outcome against the null value.

    Args:
      values: for each comparison, (n,) values, one a seed, n at least 1.
      null: the value of no effect.
      margin: half-width of the zone around the null value in which what is neither above nor below it is
        equal; 0 for none.

    Returns:
      One comparison for each entry, in order.
    """
    corrected = holm_p_values(np.array([sign_flip_p_value(each, null) for each in values.values()]))
    levels = holm_levels(corrected)
    return tuple(
        _comparison(key, np.asarray(each, np.float64), null, margin, float(p_value), float(level))
        for (key, each), p_value, level in zip(values.items(), corrected, levels, strict=True)
    )


def decision_from(comparisons: Sequence[Comparison[Key]]) -> Decision[Key]:
    """One decision of a family: supported if all are above, refuted if one is below or all are equal.

    Args:
      comparisons: the family, already corrected for being several.

    Returns:
      The decision; undecided without any comparison.
    """
    outcomes = [each.outcome for each in comparisons]
    if not comparisons:
        return Decision("undecided", (), None)
    if "below" in outcomes:
        against = [each for each in comparisons if each.outcome == "below"]
        return Decision("refuted", tuple(comparisons), min(against, key=lambda each: each.high))
    weakest = min(comparisons, key=_low_end)
    if set(outcomes) == {"above"}:
        return Decision("supported", tuple(comparisons), weakest)
    if set(outcomes) == {"equal"}:
        return Decision("refuted", tuple(comparisons), weakest)
    open_ones = [each for each in comparisons if each.outcome != "above"]
    return Decision("undecided", tuple(comparisons), min(open_ones, key=_low_end))


def _comparison(
    key: Key, values: np.ndarray, null: float, margin: float, p_value: float, level: float
) -> Comparison[Key]:
    low, high = bootstrap_interval(values, level)
    if p_value <= ALPHA and low > null:
        outcome = "above"
    elif p_value <= ALPHA and high < null:
        outcome = "below"
    elif _is_inside(values, null, margin, low, high):
        outcome = "equal"
    else:
        outcome = "unclear"
    return Comparison(key, float(values.mean()), low, high, p_value, len(values), outcome)


def _is_inside(values: np.ndarray, null: float, margin: float, low: float, high: float) -> bool:
    """Whether the values lie within the margin: interval and both one-sided exact tests (TOST)."""
    if not null - margin < low <= high < null + margin:
        return False
    return max(sign_flip_p_value(values, null - margin), sign_flip_p_value(values, null + margin)) <= ALPHA


def _low_end(comparison: Comparison) -> float:
    """Of the interval; where there is none, the effect itself."""
    return comparison.low if np.isfinite(comparison.low) else comparison.effect
