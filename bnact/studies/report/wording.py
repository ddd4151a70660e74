"""Numbers and answers as a person writes them."""

import math
from collections.abc import Callable, Mapping, Sequence

from bnact.studies.claim import Answer, Quantity, Verdict
from bnact.studies.statistics import ENOUGH_FOR_AN_INTERVAL

MARKS: Mapping[Answer, str] = {
    "supported": "\N{CHECK MARK}",
    "refuted": "\N{MULTIPLICATION X}",
    "undecided": "?",
}
"""What stands before an answer, so that it is not told by its colour alone."""

MINUS = "\N{MINUS SIGN}"

EXACT = "exact"
"""The kind of interval that a computed number has: none."""


def signed(value: float, digits: int = 1) -> str:
    """A number with its sign, for example "+1.2" or "−0.3"; "–" if it is not a number."""
    if math.isnan(value):
        return "–"
    text = "\N{INFINITY}" if math.isinf(value) else f"{abs(value):.{digits}f}"
    if math.isfinite(value) and float(text) == 0.0:
        return text
    return f"{MINUS if value < 0 else '+'}{text}"


def plain(value: float, digits: int = 1) -> str:
    """A number with a sign only if it is negative."""
    return signed(value, digits).removeprefix("+")


def percent(share: float, digits: int = 1) -> str:
    """A share as percent, for example "34.1 %"."""
    return f"{plain(100.0 * share, digits)} %" if math.isfinite(share) else "–"


def points(difference: float, digits: int = 1) -> str:
    """A difference of shares in percentage points, without sign: "3.2 points", "1.0 point"."""
    text = plain(abs(100.0 * difference), digits)
    return f"{text} {'point' if float(text) == 1.0 else 'points'}"


def span(low: float, high: float, number: Callable[[float], str] = plain) -> str:
    """An interval, "−0.3 to 2.7"; "1.2 or more" where it has no upper end; "–" where there is none."""
    if math.isfinite(low) and high == math.inf:
        return f"{number(low)} or more"
    return f"{number(low)} to {number(high)}" if math.isfinite(low) and math.isfinite(high) else "–"


def with_interval(effect: float, low: float, high: float, digits: int = 1) -> str:
    """A difference with its interval: "+1.2 [−0.3, +2.7]"; "+1.2 [–]" where there is none."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return f"{signed(effect, digits)} [–]"
    return f"{signed(effect, digits)} [{signed(low, digits)}, {signed(high, digits)}]"


def interval_in_points(effect: float, low: float, high: float) -> str:
    """A difference of shares with its interval in percentage points: "+1.2 [−0.3, +2.7]"."""
    return with_interval(100 * effect, 100 * low, 100 * high)


def interval_notes(seeds: int) -> tuple[str, ...]:
    """What a table says below if its intervals stand on so few seeds that there are none; else nothing."""
    if seeds >= ENOUGH_FOR_AN_INTERVAL:
        return ()
    return (
        f"– in the place of an interval: there are fewer than {ENOUGH_FOR_AN_INTERVAL} seeds, from which the "
        "noise of seeds cannot be estimated.",
    )


def significant(value: float, digits: int = 3) -> str:
    """A number with so many significant digits, "0.102", "−1.8e−15"; "–" if it is not a number."""
    return f"{value:.{digits}g}".replace("-", MINUS) if math.isfinite(value) else "–"


def effect_in_words(verdict: Verdict, quantity: Quantity) -> str:
    """The verdict's effect in its unit, for example "+1.2 points"."""
    if not math.isfinite(verdict.effect):
        return "not measured"
    return f"{_number(quantity)(quantity.factor * verdict.effect)} {quantity.unit}".rstrip()


def interval_in_words(verdict: Verdict, quantity: Quantity) -> str:
    """The interval's kind and ends, "corrected interval −0.3 to +2.7"; empty if nothing was measured."""
    if not math.isfinite(verdict.effect):
        return ""
    if quantity.interval == EXACT:
        return EXACT
    ends = quantity.factor * verdict.low, quantity.factor * verdict.high
    return f"{quantity.interval} {span(*ends, _number(quantity))}"


def _number(quantity: Quantity) -> Callable[[float], str]:
    return {"points": signed, "%": plain}.get(quantity.unit, significant)


def tally_in_words(answers: Sequence[Answer]) -> str:
    """How often each answer is given: "supported in 4, refuted in 2"."""
    return ", ".join(f"{each} in {answers.count(each)}" for each in MARKS if each in answers)


def listed(words: Sequence[str]) -> str:
    """Words as an enumeration: "2", "2 and 8", "2, 8 and 16"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""
