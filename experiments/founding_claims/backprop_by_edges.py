"""Does the gradient on every edge of the page's graph come out as the page says?"""

from collections.abc import Sequence

from bnact.gradient_graph import GradientGraph
from bnact.studies.claim import Claim, Figure, Table, Verdict
from bnact.studies.rows import Rows
from experiments.claims.scale import no_runs
from experiments.textbook.edge_table import edge_table
from experiments.textbook.examples import graph_of
from experiments.textbook.graph_panel import graph_figure

from .sources.documents import TEXTBOOK
from .textbook.exactly import BOUND_IN_WORDS, UNDECIDED, Compared, Words, exact_quantity, exact_verdict

SAID = {("error", "loss"): -10.0, ("prediction", "error"): -10.0, ("v", "prediction"): -20.0}
"""The gradient on the edge from one value to another."""

LOCAL = {("prediction", "error"): 1.0, ("v", "prediction"): 2.0}
"""The local gradients that the page names."""

WORDS = Words(
    "backprop_by_edges",
    "y′ = v·x, x = 2, y = 5, v = 0, squared error: gradient −10 on the edge after the subtraction, −10 after "
    "the addition of −y (local gradient 1), −20 on v (local gradient x = 2)",
    {
        "supported": "Yes: traced edge by edge, the gradient is −10 after the subtraction, −10 before it "
        "and −20 at v, with local gradients 1 and 2.",
        "refuted": "No: traced edge by edge, the edges or a gradient are not what the page says; the table "
        "shows which.",
        "undecided": "Not decided: a gradient of the traced graph is not a finite number.",
    },
)

RULE = (
    "The function is traced, and gradients and local gradients are read from its edges. Supported if the "
    f"graph has these three edges and no other, each once, and if their five numbers and the gradient "
    f"of v are the page's to {BOUND_IN_WORDS}; else refuted. {UNDECIDED} The effect is the largest deviation."
)


def decide(_: Rows) -> Verdict:
    """The verdict by the rule above."""
    return verdict_on(graph_of("product"))


def verdict_on(graph: GradientGraph) -> Verdict:
    """What a graph says of the page's numbers.

    Args:
      graph: of the page's function.

    Returns:
      The verdict.
    """
    ends = sorted((edge.source, edge.target) for edge in graph.edges)
    if ends != sorted(SAID) or [*graph.gradients] != ["v"]:
        return exact_verdict(WORDS, (), holds=False)
    edges = {(edge.source, edge.target): edge for edge in graph.edges}
    gradients = [Compared(edges[ends].gradient, said) for ends, said in SAID.items()]
    arrived = Compared(graph.gradients["v"], SAID["v", "prediction"])
    locals_ = [
        Compared(local, said) for ends, said in LOCAL.items() if (local := edges[ends].local) is not None
    ]
    return exact_verdict(WORDS, [*gradients, arrived, *locals_], holds=len(locals_) == len(LOCAL))


def figures(_: Rows) -> Sequence[Figure]:
    """The graph with its values, and with its gradients."""
    return (graph_figure("product"),)


def table(_: Rows) -> Table:
    """The graph edge by edge."""
    return edge_table("product")


CLAIM = Claim(
    id=WORDS.id,
    text=WORDS.text,
    source=TEXTBOOK,
    why=(
        "Backpropagation is nothing but this: on every edge, what comes from above times the local "
        "derivative. Whoever has followed it once on three edges can follow it anywhere."
    ),
    rule=RULE,
    quantity=exact_quantity("largest deviation of a traced number from the page's", "number"),
    settings=no_runs,
    decide=decide,
    figures=figures,
    table=table,
    turns=(
        "One of the traced numbers off the page's by more than 1e-12, or an edge more or less than the "
        "three, refutes it."
    ),
)
