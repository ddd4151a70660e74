"""Nodes in groups: one for each call of a function, module or step."""

from collections.abc import Sequence
from typing import NamedTuple

from bnact.gradient_graph.graph import CONSTANT, INPUT, Node


class Group(NamedTuple):
    """The nodes of one call.

    Attributes:
      name: the scope's; the second of the same name beside it is "name (2)".
      parent: number of the group around it, or None.
    """

    name: str
    parent: int | None


class Groups(NamedTuple):
    """All groups, outer ones first, and for each node the number of the innermost one it is in, or None."""

    groups: tuple[Group, ...]
    of_nodes: tuple[int | None, ...]


def groups_of(nodes: Sequence[Node]) -> Groups:
    """The groups of a graph's nodes.

    A group is a run of operations: if a function is called again after something else was done, that is
    another group. So no path leaves a group and comes back, and one may be drawn as a single box.

    Args:
      nodes: in the order of the forward pass.
    """
    groups: list[Group] = []
    of_nodes: list[int | None] = []
    scope: tuple[str, ...] = ()
    opened: list[int] = []
    counts: dict[tuple[int | None, str], int] = {}
    for node in nodes:
        if node.operation in (INPUT, CONSTANT):
            of_nodes.append(None)
            continue
        shared = _shared(scope, node.scope)
        del opened[shared:]
        for word in node.scope[shared:]:
            parent = opened[-1] if opened else None
            counts[parent, word] = count = counts.get((parent, word), 0) + 1
            opened.append(len(groups))
            groups.append(Group(word if count == 1 else f"{word} ({count})", parent))
        scope = node.scope
        of_nodes.append(opened[-1] if opened else None)
    return Groups(tuple(groups), tuple(of_nodes))


def _shared(first: tuple[str, ...], second: tuple[str, ...]) -> int:
    """How many words both begin with."""
    for place, (one, other) in enumerate(zip(first, second, strict=False)):
        if one != other:
            return place
    return min(len(first), len(second))
