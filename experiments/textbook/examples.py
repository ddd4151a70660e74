"""The examples of the textbook page, traced."""

import dataclasses
import functools
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import jax
import numpy as np

from bnact.gradient_graph import GradientGraph, trace

from .functions import (
    INPUTS,
    TARGETS,
    Layer,
    X,
    Y,
    batch_loss,
    dense_loss,
    line_loss,
    normalized_loss,
    product_loss,
    twice_loss,
)

ZERO = np.zeros(())
DENSE_INPUT, DENSE_TARGET = np.array([1.0, -2.0, 0.5]), np.array([0.5, -1.0])
DENSE_WEIGHTS, DENSE_BIAS = np.array([[0.5, 0.1, -0.4], [-0.3, 0.2, 0.8]]), np.array([0.1, -0.2])


class Example(NamedTuple):
    """A function at a point.

    Attributes:
      title: the function as a formula.
      words: what its graph shows.
      loss: the function.
      arguments: the point.
      constants: names of the values that are no arguments, in the order of the forward pass.
    """

    title: str
    words: str
    loss: Callable[..., Any]
    arguments: tuple[np.ndarray, ...]
    constants: tuple[str, ...] = ("x", "y")


EXAMPLES: Mapping[str, Example] = MappingProxyType(
    {
        "product": Example(
            "y′ = v·x, one example",
            "The page's own: three edges lead from v to the loss, and the gradient comes back along them.",
            product_loss(X, Y),
            (ZERO,),
        ),
        "line": Example(
            "y′ = k·x + b, two variables",
            "Both gradients come down the same edges from the loss to the prediction, and part there.",
            line_loss(X, Y),
            (ZERO, ZERO),
        ),
        "twice": Example(
            "y′ = v·x + v, a variable used twice",
            "Two edges leave v. Its gradient is the sum of theirs.",
            twice_loss(X, Y),
            (ZERO,),
        ),
        "batch": Example(
            "y′ = v·x, the mean loss of a batch",
            "The mean hands each of the three losses a third of the gradient, and v sums over the examples.",
            batch_loss(INPUTS, TARGETS),
            (ZERO,),
            ("x", "y", "examples"),
        ),
        "dense": Example(
            "y′ = tanh(W·x + b), a dense layer",
            "Values are vectors and a matrix; every local derivative is a Jacobian.",
            dense_loss(DENSE_INPUT, DENSE_TARGET),
            (DENSE_WEIGHTS, DENSE_BIAS),
        ),
        "norm": Example(
            "relu(batch norm(inputs)), a norm and an activation",
            "Mean and variance are made of all four examples: through them the gradient of every example "
            "reaches every other.",
            normalized_loss(Layer().targets),
            (Layer().inputs, Layer().scale, Layer().bias),
            ("examples", "epsilon", "y"),
        ),
    }
)


@functools.cache
def graph_of(name: str) -> GradientGraph:
    """The graph of an example, in 64 bits, its constants named.

    Args:
      name: of one of `EXAMPLES`.

    Returns:
      The graph.
    """
    example = EXAMPLES[name]
    with jax.enable_x64(True):
        return named(trace(example.loss, *example.arguments), example.constants)


def named(graph: GradientGraph, constants: tuple[str, ...]) -> GradientGraph:
    """The same graph with names for its constants, in the order of the forward pass."""
    found = [node.name for node in graph.nodes if node.operation == "constant"]
    names = dict(zip(found, constants, strict=True))
    nodes = (
        dataclasses.replace(
            node,
            name=names.get(node.name, node.name),
            operands=tuple(names.get(operand, operand) for operand in node.operands),
        )
        for node in graph.nodes
    )
    return dataclasses.replace(graph, nodes=tuple(nodes))
