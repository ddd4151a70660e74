"""The examples and the verdicts as one page, with links to the graphs."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import jax

from bnact.gradient_graph import Trajectory
from bnact.studies import Rows
from bnact.studies.claim import Claim, Figure, Verdict
from bnact.studies.report import Page, Section
from bnact.studies.report.claim_section import Shown, claim_section
from experiments.founding_claims import CLAIMS
from experiments.textbook.edge_table import edge_table
from experiments.textbook.examples import EXAMPLES, graph_of

from .trajectory_figure import trajectory_figure

GRAPHS: Mapping[str, tuple[str, ...]] = {
    "backprop_by_edges": ("product",),
    "one_step": ("product",),
    "batch_mean": ("batch", "norm"),
    "matrix_derivatives": ("dense",),
    "shared_edges": ("line", "twice"),
}
"""The examples that a claim is about."""

COMMAND = ".venv/bin/python -m experiments.backprop_by_edges --workdir=DIR"


class DescentSetting(NamedTuple):
    """How the examples are descended."""

    learning_rate: float
    steps: int


def index_page(
    names: Sequence[str], descent: DescentSetting, claims: Sequence[Claim], verdicts: Sequence[Verdict]
) -> Page:
    """The page: every example, then every claim.

    Args:
      names: of the examples.
      descent: how they are descended.
      claims, verdicts: of the textbook page.

    Returns:
      The page.
    """
    graphs = [_example_section(name, descent) for name in names]
    decided = [_claim_section(*both, names) for both in zip(claims, verdicts, strict=True)]
    return Page(
        title="The gradient on every edge",
        question="A textbook page carries a gradient backwards through a small computation graph. Are its "
        "numbers right, and what becomes of its picture with batches, matrices, a norm and noise?",
        summary=f"{len(graphs)} traced graphs, each with a page on which its passes can be played, and "
        f"{len(decided)} claims, computed with 64-bit floats. Nothing was trained.",
        sections=(*graphs, *decided),
        methods=(),
    )


def _example_section(name: str, descent: DescentSetting) -> Section:
    example = EXAMPLES[name]
    trajectory = trajectory_of(name, descent)
    coupling = tuple(CLAIMS["batch_mean"].figures(Rows())) if name == "norm" else ()
    figures: tuple[Figure, ...] = (*coupling, trajectory_figure(example.title, trajectory))
    return Section(
        id=f"example-{name}",
        heading=example.title,
        paragraphs=(("What its graph shows", example.words),),
        figures=figures,
        tables=(edge_table(name),),
        links=(_link(name),),
    )


def trajectory_of(name: str, descent: DescentSetting) -> Trajectory:
    """Where gradient descent goes from an example's point, in 64 bits."""
    with jax.enable_x64(True):
        return graph_of(name).descend(descent.steps, descent.learning_rate)


def _claim_section(claim: Claim, verdict: Verdict, names: Sequence[str]) -> Section:
    links = tuple(_link(name) for name in GRAPHS.get(claim.id, ()) if name in names)
    return claim_section(claim, verdict, Shown(Rows(), COMMAND))._replace(links=links)


def _link(name: str) -> tuple[str, str]:
    return f"Play the graph of {EXAMPLES[name].title}", f"{name}.html"
