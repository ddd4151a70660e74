"""Do the paths of two variables share edges, and do they form a tree?"""

from collections.abc import Sequence

from bnact.gradient_graph import GradientGraph
from bnact.studies.claim import Claim, Figure, Table, Verdict
from bnact.studies.rows import Rows
from experiments.claims.scale import no_runs
from experiments.textbook.edge_table import edge_table, sums_in_words
from experiments.textbook.examples import graph_of
from experiments.textbook.functions import X, Y
from experiments.textbook.graph_panel import graph_figure
from experiments.textbook.paths import forms_a_tree, path_of, shared_path

from .sources.documents import TEXTBOOK
from .textbook.exactly import BOUND_IN_WORDS, UNDECIDED, Compared, Words, exact_quantity, exact_verdict

WORDS = Words(
    "shared_edges",
    "y′ = k·x + b: both paths start at the loss, share edges, and form a tree",
    {
        "supported": "Yes: the paths to k and b share the two edges from the loss to the prediction, which "
        "carry one gradient for both, and part there: a tree. It is none once a variable is used twice: "
        "then its edges' gradients are summed.",
        "refuted": "No: in the traced graph the paths to k and b do not share the edges from the loss to the "
        "prediction, do not form a tree, or carry other gradients.",
        "undecided": "Not decided: a gradient of the traced graph is not a finite number.",
    },
)

RULE = (
    "y′ = k·x + b with x = 2, y = 5, k = b = 0 and squared error is traced. Supported if the edges that "
    "lead to k and those that lead to b both begin at the loss, have the edges from the loss to the "
    "prediction in common, each there once, and no others; if one edge leaves every value but the loss, so "
    "that all edges form a tree; and if k and b get their gradients, 2 (y′ − y) x and 2 (y′ − y), to "
    f"{BOUND_IN_WORDS}. Else refuted. {UNDECIDED} The effect is the largest deviation of a gradient. y′ = "
    "v·x + v, where v is used twice, is shown beside it, and decides nothing."
)


def decide(_: Rows) -> Verdict:
    """The verdict by the rule above."""
    return verdict_on(graph_of("line"))


def verdict_on(graph: GradientGraph) -> Verdict:
    """What a graph of k and b says."""
    shared = [(edge.source, edge.target) for edge in shared_path(graph, ("k", "b"))]
    begin = all(
        edges and edges[-1].target == graph.output for edges in (path_of(graph, "k"), path_of(graph, "b"))
    )
    holds = begin and shared == [("prediction", "error"), ("error", graph.output)] and forms_a_tree(graph)
    error = 2.0 * (graph.inputs["k"] * X + graph.inputs["b"] - Y)
    found = [Compared(graph.gradients["k"], error * X), Compared(graph.gradients["b"], error)]
    return exact_verdict(WORDS, found, holds)


def figures(_: Rows) -> Sequence[Figure]:
    """The graph with its shared edges; and the one in which a variable is used twice."""
    shared = frozenset(edge.name for edge in shared_path(graph_of("line"), ("k", "b")))
    return graph_figure("line", shared), graph_figure("twice")


def table(_: Rows) -> Table:
    """The graph edge by edge, and whose path each edge is on."""
    graph, found = graph_of("line"), edge_table("line")
    paths = {name: {edge.name for edge in path_of(graph, name)} for name in ("k", "b")}
    rows = tuple(
        (*row, " and ".join(name for name, edges in paths.items() if row[0] in edges)) for row in found.rows
    )
    count = sum(map(len, paths.values()))
    notes = (
        f"The two paths have {count} edges, of which {len(graph.edges)} are different: what is shared is "
        "computed once.",
        *(f"Beside it, y′ = v·x + v: {sentence}" for sentence in sums_in_words(graph_of("twice"))),
    )
    return Table(found.caption, (*found.columns, "on the path of"), rows, (*found.notes, *notes))


CLAIM = Claim(
    id=WORDS.id,
    text=WORDS.text,
    source=TEXTBOOK,
    why=(
        "That edges are shared is why reverse mode costs the same for a million parameters as for one: the "
        "way down from the loss is gone once."
    ),
    rule=RULE,
    quantity=exact_quantity("largest deviation of a gradient from 2 (y′ − y) x and 2 (y′ − y)", "gradient"),
    settings=no_runs,
    decide=decide,
    figures=figures,
    table=table,
    turns=(
        "An edge that is there twice, one that leads from a value to two others on the way down, or a "
        "gradient off by more than 1e-12 refutes it."
    ),
)
