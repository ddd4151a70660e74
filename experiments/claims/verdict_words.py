"""From a decision to a verdict and its words: what every claim says in the same way."""

from bnact.studies.claim import Verdict
from bnact.studies.comparison import Comparison, Decision
from bnact.studies.report.wording import points
from bnact.studies.tuned_cell import TunedCell

EDGE_NOTE = "* the best learning rate is the smallest or largest tried: the true best may lie beyond it."


def verdict_of_decision(id: str, text: str, source: str, decision: Decision, sentence: str) -> Verdict:
    """The verdict that a decision and its sentence make; NaN where there was nothing to compare."""
    deciding = decision.deciding
    if deciding is None:
        return Verdict(
            id, text, source, decision.answer, float("nan"), float("nan"), float("nan"), 0, sentence
        )
    return Verdict(
        id, text, source, decision.answer, deciding.effect, deciding.low, deciding.high, deciding.n, sentence
    )


def with_outcome(decision: Decision, *outcomes: str) -> tuple[Comparison, ...]:
    """The comparisons of a decision that came out so."""
    return tuple(each for each in decision.comparisons if each.outcome in outcomes)


def by_how_much(comparison: Comparison) -> str:
    """A difference without its sign: "4.1 points at depth 8"."""
    return f"{points(comparison.effect)} at {comparison.label}"


def rate_in_words(cell: TunedCell) -> str:
    """The best learning rate, with an asterisk at the edge of those tried."""
    return f"{cell.learning_rate:g}{'*' if cell.at_edge else ''}"
