"""Is the gradient of a batch's mean loss the mean of its examples' gradients?"""

import functools
import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import jax
import numpy as np

from bnact.gradient_graph import GradientGraph, trace
from bnact.studies.claim import Claim, Figure, Table, Verdict
from bnact.studies.report.drawing import legend_entry
from bnact.studies.report.palette import Style
from bnact.studies.report.wording import percent, significant
from bnact.studies.rows import Rows
from experiments.claims.scale import no_runs
from experiments.textbook.coupling import (
    CoupledGradients,
    PerExampleGradients,
    coupled_gradients,
    gradients_under,
)
from experiments.textbook.edge_table import shown
from experiments.textbook.examples import ZERO, graph_of
from experiments.textbook.functions import (
    INPUTS,
    TARGETS,
    influence,
    normalized_losses,
    plain_losses,
    product_loss,
)
from experiments.textbook.matrix_panel import matrix_panel

from .sources.documents import TEXTBOOK
from .textbook.exactly import BOUND_IN_WORDS, Compared, Words, exact_quantity, exact_verdict

INDEPENDENT = ("none", "layer", "rms")
CLEARLY = 0.01
"""The share of the gradient by which batch norm must make a difference for the exception to be one."""

ID, TEXT = "batch_mean", "the loss of a batch is the mean over its examples"

RULE = (
    "The page's function is traced on a batch of three, and on each example alone. A network norm(x·W), "
    "ReLU, a linear output, squared error, is differentiated with no norm, layer norm and rms norm, in "
    "training, on a batch of eight and on each example in a batch of its own. Supported if in all four the "
    "gradient of the mean loss is the mean of the examples' gradients, and the traced edges hand each loss "
    f"exactly 1/3, to {BOUND_IN_WORDS}; refuted if not. Under batch norm no example has a loss of its own, "
    "so it does not decide: the sentence says by how much the mean of the examples' own gradients (the "
    f"statistics held) is off there. Is that less than {percent(CLEARLY, 0)}, the exception is none and the "
    "claim undecided, as it is where a number is not finite. The effect is the largest deviation where "
    "examples are independent."
)


class Found(NamedTuple):
    """Gradients, of the mean and of the examples.

    Attributes:
      batch: the traced graph of the page's function on a batch.
      alone: (examples,) the gradient at v of each example's graph.
      networks: by the name of a norm that couples no examples.
      coupled: behind batch norm.
    """

    batch: GradientGraph
    alone: np.ndarray
    networks: Mapping[str, PerExampleGradients]
    coupled: CoupledGradients


@functools.cache
def found_gradients() -> Found:
    """What the verdict is on, in 64 bits."""
    with jax.enable_x64(True):
        graphs = [trace(product_loss(x, y), ZERO) for x, y in zip(INPUTS, TARGETS, strict=True)]
    alone = np.array([graph.gradients["v"] for graph in graphs])
    networks = {norm: gradients_under(norm) for norm in INDEPENDENT}
    return Found(graph_of("batch"), alone, networks, coupled_gradients())


def decide(_: Rows) -> Verdict:
    """The verdict by the rule above."""
    return verdict_on(found_gradients())


@np.errstate(invalid="ignore")
def verdict_on(found: Found) -> Verdict:
    """What gradients say."""
    compared = [
        Compared(found.batch.gradients["v"], found.alone.mean()),
        Compared(handed_to_losses(found.batch), np.full(len(found.alone), 1.0 / len(found.alone))),
        *(
            Compared(found.networks[norm].alone.mean(axis=0), found.networks[norm].of_mean)
            for norm in INDEPENDENT
        ),
    ]
    off = relative(found.coupled.held, found.coupled.of_mean)
    verdict = exact_verdict(_words(off), compared)
    if verdict.verdict == "supported" and not CLEARLY < off < math.inf:
        return verdict._replace(verdict="undecided", sentence=_words(off).sentences["undecided"])
    return verdict


def handed_to_losses(graph: GradientGraph) -> np.ndarray:
    """What the traced mean hands back to each loss."""
    (edge,) = [edge for edge in graph.edges if edge.source == "losses"]
    return edge.gradient


def relative(rows: np.ndarray, of_mean: np.ndarray) -> float:
    """How far the mean of the examples' rows is from the gradient of the mean, as a share of its length."""
    return float(np.linalg.norm(rows.mean(axis=0) - of_mean) / np.linalg.norm(of_mean))


def _words(off: float) -> Words:
    return Words(
        ID,
        TEXT,
        {
            "supported": "Yes: where every example has a loss of its own, the gradient of the mean loss is "
            "the mean of the examples' gradients. Under batch norm none has: there the mean of the "
            f"gradients that the examples would have alone is off by {percent(off, 0)}.",
            "refuted": "No: the gradient of a mean loss is not the mean of the gradients of independent "
            "examples.",
            "undecided": "Not decided: a gradient is not finite, or batch norm made no difference where it "
            "must.",
        },
    )


LOSS, GAIN = Style("#E08214", (), ""), Style("#8073AC", (), "")


def figures(_: Rows) -> Sequence[Figure]:
    """The influence of every example's input on every example's loss, without and with batch norm."""
    matrices = {"without a norm": influence(plain_losses), "behind batch norm": influence(normalized_losses)}
    panels = tuple(
        matrix_panel(
            f"Influence {where}",
            _in_words(where, matrix),
            matrix,
            ("input of example", "loss of example"),
        )
        for where, matrix in matrices.items()
    )
    caption = (
        "Derivative of each example's loss by each example's input, in a layer of one unit with ReLU, on "
        "four examples. Without a norm, losses depend on their own example alone: the diagonal. Behind "
        "batch norm every loss depends on every input, because all of them make the mean and the variance. "
        "Example 1 is dead: its own loss has no slope. Colours are fullest at each panel's largest number."
    )
    legend = (legend_entry("raising the input lowers the loss", LOSS), legend_entry("raises it", GAIN))
    return (Figure(caption, legend, panels),)


def _in_words(where: str, matrix: np.ndarray) -> str:
    off_diagonal = matrix[~np.eye(len(matrix), dtype=bool)]
    return (
        f"Derivative of each of four losses by each of four inputs, {where}: on the diagonal "
        f"{shown(np.diag(matrix))}; beside it {np.count_nonzero(off_diagonal)} of {off_diagonal.size} "
        f"numbers are not 0, the largest {np.abs(off_diagonal).max():.2f}."
    )


COLUMNS = (
    "network",
    "the gradient of one example is",
    "their mean against the gradient of the mean",
    "difference",
)


def table(_: Rows) -> Table:
    """Gradient of the mean against mean of gradients, for each meaning of an example's gradient."""
    found = found_gradients()
    network = {"none": "no norm", "layer": "layer norm", "rms": "rms norm"}
    own = "of its own loss, alone"
    page = (found.batch.gradients["v"], found.alone)
    first = (
        "y′ = v·x",
        own,
        f"mean of {shown(page[1])} = {significant(float(page[1].mean()))}; gradient {shown(page[0])}",
        percent(abs(float(page[1].mean() / page[0] - 1.0)), 1),
    )
    independent = [
        _line(network[norm], own, found.networks[norm].alone, found.networks[norm].of_mean)
        for norm in INDEPENDENT
    ]
    coupled = found.coupled
    rows = {
        "of its own loss, the batch's statistics held": coupled.held,
        "its share of the batch's, with what it does to others": coupled.contributed,
        "by what the batch's sum changes without it": coupled.left_out,
    }
    coupled_lines = [_line("batch norm", words, each, coupled.of_mean) for words, each in rows.items()]
    note = (
        "Behind batch norm an example alone has no loss: the norm of a single value is 0 whatever the "
        "value. What its gradient means must be chosen. Only the second meaning sums to the gradient that "
        "training uses; bnact.normalizations.lifecycle has all three."
    )
    return Table(
        "Mean of the gradients against gradient of the mean",
        COLUMNS,
        (first, *independent, *coupled_lines),
        (note,),
    )


def _line(network: str, meaning: str, rows: np.ndarray, of_mean: np.ndarray) -> tuple[str, ...]:
    lengths = f"length {np.linalg.norm(rows.mean(axis=0)):.4f} against {np.linalg.norm(of_mean):.4f}"
    return network, meaning, lengths, percent(relative(rows, of_mean), 1)


CLAIM = Claim(
    id=ID,
    text=TEXT,
    source=TEXTBOOK,
    why=(
        "That a batch's gradient is an average lets batches be split over devices and steps, and clipped or "
        "weighted example by example. Batch norm takes that away, silently."
    ),
    rule=RULE,
    quantity=exact_quantity(
        "largest deviation of the mean of the gradients from the gradient of the mean, examples independent",
        "comparison",
    ),
    settings=no_runs,
    decide=decide,
    figures=figures,
    table=table,
    turns=(
        "A difference of more than 1e-12 where examples are independent refutes it. Batch norm that made no "
        "difference to the examples' gradients would leave it undecided, because the exception would be none."
    ),
)
