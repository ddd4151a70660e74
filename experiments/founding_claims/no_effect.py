"""Is there no effect? A difference inside a margin, shown and not only unseen."""

from collections.abc import Mapping, Sequence

import numpy as np

from bnact.studies.comparison import Comparison, Decision, Outcome, compare


def has_no_effect(differences: Mapping[str, np.ndarray], margin: float) -> Decision:
    """Does every difference lie inside the margin?

    Every difference is held against both ends of the margin: two tests each, and Holm's correction over all
    of them. Supported if every one is above -margin and below +margin; refuted if any is above +margin or
    below -margin; else undecided.

    Args:
      differences: for each comparison, (n,) paired differences.
      margin: the largest that counts as none, above 0.

    Returns:
      The decision. Outcomes: "above" and "below" are beyond the margin, "equal" inside it. A p-value is that
      of the test which says so, of two the larger; an interval reaches over both tests' unless one decides.
    """
    shifted = {
        (label, side): values + side * margin for label, values in differences.items() for side in (1.0, -1.0)
    }
    tested = compare({f"{label} {side}": values for (label, side), values in shifted.items()}, 0.0, 0.0)
    found = {
        key: each._replace(
            effect=each.effect - key[1] * margin,
            low=each.low - key[1] * margin,
            high=each.high - key[1] * margin,
        )
        for key, each in zip(shifted, tested, strict=True)
    }
    return _decision(tuple(_joined(label, found[label, 1.0], found[label, -1.0]) for label in differences))


def _joined(label: str, lower: Comparison, upper: Comparison) -> Comparison:
    """One comparison from the tests against the lower and the upper end of the margin."""
    if upper.outcome == "above":
        return upper._replace(label=label)
    if lower.outcome == "below":
        return lower._replace(label=label)
    inside = lower.outcome == "above" and upper.outcome == "below"
    outcome: Outcome = "equal" if inside else "unclear"
    return lower._replace(
        label=label,
        low=min(lower.low, upper.low),
        high=max(lower.high, upper.high),
        p_value=max(lower.p_value, upper.p_value),
        outcome=outcome,
    )


def _decision(comparisons: Sequence[Comparison]) -> Decision:
    beyond = [each for each in comparisons if each.outcome in ("above", "below")]
    unclear = [each for each in comparisons if each.outcome == "unclear"]
    if beyond:
        return Decision("refuted", tuple(comparisons), max(beyond, key=_near_end))
    if unclear:
        return Decision("undecided", tuple(comparisons), max(unclear, key=_size))
    deciding = max(comparisons, key=_size, default=None)
    return Decision("supported" if comparisons else "undecided", tuple(comparisons), deciding)


def _near_end(comparison: Comparison) -> float:
    """How far from 0 the interval begins."""
    return comparison.low if comparison.effect > 0.0 else -comparison.high


def _size(comparison: Comparison) -> float:
    return abs(comparison.effect)
