"""Both questions about the last hidden layer: more dimensions, and whether functions differ."""

from typing import NamedTuple

from bnact.studies.comparison import MARGIN, Decision, compare, decision_from
from bnact.studies.no_effect import has_no_effect
from bnact.studies.rows import Rows
from experiments.claims.activations import REPRESENTATIVES
from experiments.claims.chosen import depths_of

from .last_layer import COMPARED, Network, function_differences, log_ratios, network_of, representing_cells


class Decisions(NamedTuple):
    """Both questions: more dimensions (its comparisons are of logarithms), and equal functions."""

    dimensions: Decision[Network]
    equality: Decision[Network]


def decisions_of(rows: Rows) -> Decisions:
    """Both questions, over every network."""
    cells = representing_cells(rows)
    ratios = {network_of(cell): log_ratios(cell) for cell in cells}
    known = {network: values for network, values in ratios.items() if len(values)}
    networks, others = (
        len(COMPARED) * len(depths_of(rows)) * n for n in (len(REPRESENTATIVES), len(REPRESENTATIVES) - 1)
    )
    return Decisions(
        _of_all(decision_from(compare(known, 0.0, 0.0)), networks),
        _of_all(has_no_effect(function_differences(cells), MARGIN), others),
    )


def _of_all(decision: Decision[Network], expected: int) -> Decision[Network]:
    """The decision; what must hold of every network is open where one is lost."""
    lost = len(decision.comparisons) < expected
    return decision._replace(answer="undecided") if lost and decision.answer == "supported" else decision
