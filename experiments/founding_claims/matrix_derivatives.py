"""Is every local derivative of a dense layer a Jacobian, and their product the gradient?"""

import itertools
from collections.abc import Mapping, Sequence

import jax
import numpy as np

from bnact.gradient_graph import Edge, GradientGraph
from bnact.gradient_graph.render import shape_text
from bnact.studies.claim import Claim, Figure, Table, Verdict
from bnact.studies.report.wording import significant
from bnact.studies.rows import Rows
from experiments.claims.scale import no_runs
from experiments.textbook.examples import DENSE_INPUT, EXAMPLES, graph_of
from experiments.textbook.graph_panel import graph_figure

from .sources.documents import TEXTBOOK
from .textbook.exactly import (
    BOUND_IN_WORDS,
    UNDECIDED,
    Compared,
    Words,
    deviation,
    exact_quantity,
    exact_verdict,
)

WORDS = Words(
    "matrix_derivatives",
    "variables have many elements: matrix calculus",
    {
        "supported": "Yes: in a dense layer every local derivative is a Jacobian, of the shape of what it "
        "leads to and what it comes from, and multiplied along the edges they make the gradient.",
        "refuted": "No: in a dense layer a Jacobian has another shape or value, or their product is not "
        "the gradient.",
        "undecided": "Not decided: a Jacobian or a gradient of the traced layer is not finite.",
    },
)

RULE = (
    "A dense layer, sum (tanh(W·x + b) − y)² with a matrix W of 2 × 3, is traced. Supported if the Jacobian "
    "on every edge has the shape (target's, source's) and is the closed form; if the gradient on every edge "
    "is upstream times Jacobian, summed over the target's elements; and if what arrives at W and b is "
    f"jax.grad of the layer; all to {BOUND_IN_WORDS}. Else refuted. {UNDECIDED} The effect is the largest "
    "deviation."
)

EDGES = (
    ("W", "product"),
    ("product", "sums"),
    ("b", "sums"),
    ("sums", "outputs"),
    ("outputs", "errors"),
    ("errors", "losses"),
    ("losses", "loss"),
)
"""Of the layer's graph, in the order of the forward pass."""

COLUMNS = ("edge", "from → to", "operation", "Jacobian's shape", "numbers", "of them not 0", "deviation")


def closed_forms(graph: GradientGraph) -> Mapping[tuple[str, str], np.ndarray]:
    """The Jacobian on every edge of the layer, by hand, from the values at its two ends.

    d(W x)_i / dW_jk = [i = j] x_k,  d tanh(s)_i / ds_j = [i = j] (1 - tanh(s)_i^2),
    d(e_i^2) / de_j = [i = j] 2 e_i,  and the identity, or ones, for sums.
    """
    values = {node.name: node.value for node in graph.nodes}
    identity = np.eye(values["sums"].size)
    forms = (
        identity[:, :, None] * DENSE_INPUT,
        identity,
        identity,
        identity * (1.0 - np.tanh(values["sums"]) ** 2),
        identity,
        identity * 2.0 * values["errors"],
        np.ones(values["losses"].shape),
    )
    return dict(zip(EDGES, forms, strict=True))


def decide(_: Rows) -> Verdict:
    """The verdict by the rule above."""
    return verdict_on(graph_of("dense"))


def verdict_on(graph: GradientGraph) -> Verdict:
    """What a graph of the layer says."""
    if tuple((edge.source, edge.target) for edge in graph.edges) != EDGES:
        return exact_verdict(WORDS, (), holds=False)
    forms = closed_forms(graph)
    compared = [compared_on(edge, forms[edge.source, edge.target]) for edge in graph.edges]
    whole = [
        Compared(graph.gradients[name], gradient)
        for name, gradient in zip(graph.gradients, gradients_by_jax(), strict=True)
    ]
    return exact_verdict(WORDS, [*itertools.chain(*compared), *whole], holds=all(compared))


@np.errstate(invalid="ignore")
def compared_on(edge: Edge, form: np.ndarray) -> tuple[Compared, ...]:
    """An edge's Jacobian with its closed form, and its gradient with upstream times Jacobian.

    Args:
      edge: of the layer's graph.
      form: the closed form.

    Returns:
      Both; nothing where the Jacobian has not the shape (target's, source's).
    """
    if edge.local is None or edge.local.shape != (*edge.upstream.shape, *edge.value.shape):
        return ()
    product = np.tensordot(edge.upstream, edge.local, edge.upstream.ndim)
    return Compared(edge.local, form), Compared(edge.gradient, product)


def gradients_by_jax() -> tuple[np.ndarray, ...]:
    """What `jax.grad` says of the layer: the gradients of W and of b."""
    example = EXAMPLES["dense"]
    with jax.enable_x64(True):
        found = jax.grad(example.loss, argnums=(0, 1))(*map(jax.numpy.asarray, example.arguments))
    return tuple(np.asarray(each) for each in found)


def figures(_: Rows) -> Sequence[Figure]:
    """The layer's graph, with the shape of every Jacobian."""
    return (graph_figure("dense"),)


def table(_: Rows) -> Table:
    """Every Jacobian: its shape, how much of it is not 0, and how far it is from the closed form."""
    graph = graph_of("dense")
    forms, nodes = closed_forms(graph), {node.name: node for node in graph.nodes}
    rows = tuple(
        (
            edge.name,
            f"{edge.source} → {edge.target}",
            nodes[edge.target].operation,
            " by ".join(shape_text(each.shape) or "number" for each in (edge.upstream, edge.value)),
            str(edge.local.size),
            str(np.count_nonzero(edge.local)),
            significant(max(map(deviation, compared_on(edge, forms[edge.source, edge.target]))), 2),
        )
        for edge in reversed(graph.edges)
        if edge.local is not None
    )
    note = (
        "Nearly all of a Jacobian is 0. So none is ever written out in training: reverse mode hands upstream "
        "through, which costs as much as the operation itself."
    )
    return Table("The Jacobians of a dense layer, from the loss backwards", COLUMNS, rows, (note,))


CLAIM = Claim(
    id=WORDS.id,
    text=WORDS.text,
    source=TEXTBOOK,
    why=(
        "The page's edges carry single numbers. In a network they carry arrays, and the rule must stay the "
        "same: what comes from above, times a local derivative."
    ),
    rule=RULE,
    quantity=exact_quantity(
        "largest deviation of a Jacobian from its closed form, or of the gradient", "array"
    ),
    settings=no_runs,
    decide=decide,
    figures=figures,
    table=table,
    turns=(
        "One Jacobian of another shape or off its closed form, or one product along an edge that is not the "
        "gradient, by more than 1e-12, refutes it."
    ),
)
