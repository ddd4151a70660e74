"""The backward pass, edge by edge."""

from typing import NamedTuple

import jax.numpy as jnp

from bnact.types import Array

from .derivatives import pulled_back
from .forward import Forward, Operation


class Carried(NamedTuple):
    """What one edge carries.

    Attributes:
      source, target: numbers of the values it joins.
      operand: which operand of the target the source is.
      local, upstream, gradient: as an `Edge` has them.
    """

    source: int
    target: int
    operand: int
    local: Array | None
    upstream: Array
    gradient: Array


class Backward(NamedTuple):
    """The backward pass.

    Attributes:
      gradients: by the number of a value; none for a value that no gradient reaches.
      edges: in the order of the forward pass.
    """

    gradients: dict[int, Array]
    edges: tuple[Carried, ...]


def backward_pass(forward: Forward) -> Backward:
    """The gradient on every edge of a forward pass, from the output back to the inputs."""
    output = forward.output
    gradients: dict[int, Array] = {output.number: jnp.ones_like(output.array)} if output.follows else {}
    groups: list[list[Carried]] = []
    for operation in reversed(forward.operations):
        edges = _edges_into(operation, gradients)
        for edge in edges:
            gradients[edge.source] = _sum(gradients.get(edge.source), edge.gradient)
        groups.append(edges)
    return Backward(gradients, tuple(edge for edges in reversed(groups) for edge in edges))


def _edges_into(operation: Operation, gradients: dict[int, Array]) -> list[Carried]:
    operands, results = operation.operands, operation.results
    followed = tuple(place for place, operand in enumerate(operands) if operand.follows)
    reached = (
        (number, result)
        for number, result in enumerate(results)
        if result.number in gradients and result.follows
    )
    upstream = {number: gradients[result.number] for number, result in reached}
    if not followed or not upstream:
        return []
    pulled = pulled_back(operation.equation, [operand.array for operand in operands], followed, upstream)
    return [
        Carried(operands[place].number, results[number].number, place, local, upstream[number], gradient)
        for number, handed in pulled.items()
        for place, gradient, local in zip(followed, handed.gradients, handed.local, strict=True)
    ]


def _sum(so_far: Array | None, gradient: Array) -> Array:
    return gradient if so_far is None else so_far + gradient
