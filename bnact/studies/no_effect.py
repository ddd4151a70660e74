"""Is there no effect? A difference inside a margin, shown and not only unseen."""

from collections.abc import Mapping, Sequence

import numpy as np

from .comparison import Comparison, Decision, Key, Outcome
from .statistics import ALPHA, bootstrap_interval, holm_levels, holm_p_values, sign_flip_p_value


def has_no_effect(differences: Mapping[Key, np.ndarray], margin: float) -> Decision[Key]:
    """Does every difference lie inside the margin?

    Every difference is one test, for which it is held against both ends of the margin, each at the whole
    error: inside needs both to say so (two one-sided tests), beyond the end it is beyond. The two need no
    correction, as the true difference is below, inside or above, and what would be false is then up to one
    end alone; or, inside, to either, each with half of a two-sided test's error. Holm's correction is over
    the differences. Supported if every one is inside; refuted if any is beyond; else undecided.

    Args:
      differences: for each comparison, (n,) paired differences.
      margin: the largest that counts as none, above 0.

    Returns:
      The decision. Outcomes: "above" and "below" are beyond the margin, "equal" inside it. A p-value is that
      of the end which the difference is beyond; inside, of both ends the larger.

    Source: Donald J. Schuirmann, "A comparison of the two one-sided tests procedure and the power approach
    for assessing the equivalence of average bioavailability", 1987.
    """
    corrected = holm_p_values(np.array([_p_value(values, margin) for values in differences.values()]))
    levels = holm_levels(corrected)
    return _decision(
        tuple(
            _comparison(key, np.asarray(values, np.float64), margin, float(p_value), float(level))
            for (key, values), p_value, level in zip(differences.items(), corrected, levels, strict=True)
        )
    )


def _p_value(values: np.ndarray, margin: float) -> float:
    """Of the end that the mean is beyond; inside, of both ends the larger."""
    effect = float(np.mean(values))
    at_low, at_high = sign_flip_p_value(values, -margin), sign_flip_p_value(values, margin)
    return at_high if effect > margin else at_low if effect < -margin else max(at_low, at_high)


def _comparison(key: Key, values: np.ndarray, margin: float, p_value: float, level: float) -> Comparison[Key]:
    low, high = bootstrap_interval(values, level)
    outcome: Outcome = "unclear"
    if p_value <= ALPHA and low > margin:
        outcome = "above"
    elif p_value <= ALPHA and high < -margin:
        outcome = "below"
    elif p_value <= ALPHA and -margin < low <= high < margin:
        outcome = "equal"
    return Comparison(key, float(values.mean()), low, high, p_value, len(values), outcome)


def _decision(comparisons: Sequence[Comparison[Key]]) -> Decision[Key]:
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
