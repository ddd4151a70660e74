"""What reverse mode does, as a graph: values as nodes, and a gradient on every edge.

For y' = v x and the loss (y' - y)^2 with x = 2, y = 5 and v = 0 there are three edges, from each value to the
operation that uses it:

    edge  from  to      value  local  upstream  gradient
    e1    v     mul     0      2      -10       -20
    e2    mul   sub     0      1      -10       -10
    e3    sub   square  -5     -10    1         -10

An edge's gradient is its upstream gradient times its local derivative, and the gradient of a value is the sum
of those of the edges that leave it.

Source: Rumelhart, Hinton, Williams, "Learning representations by back-propagating errors", 1986.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from .trajectory import Trajectory

INPUT, CONSTANT = "input", "constant"


@dataclass(frozen=True, eq=False)
class Node:
    """A value, and the operation that made it.

    Attributes:
      name: unique in its graph: an input's path, a variable's name where one was found, else the operation's.
      operation: what made it, "input" or "constant".
      value: an array.
      gradient: of the graph's value by this one, of the value's shape; None if no gradient reaches it: it is
        constant, no real number, or without influence.
      operands: names of the nodes it was made from, in order.
      scope: the functions, modules and named scopes it was made in, outermost first.
      source: "file.py:12", or "" where no line is known.
      output: which of the operation's results it is, from 0.
      parameters: of the operation, those that are numbers, words, or tuples of them.
    """

    name: str
    operation: str
    value: np.ndarray
    gradient: np.ndarray | None
    operands: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    source: str = ""
    output: int = 0
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Edge:
    """A value on its way into an operation, and the gradient on its way back.

    Attributes:
      name: "e1", "e2", ... in the order of the forward pass.
      source: name of the node whose value it carries.
      target: name of the node made from it.
      operand: which operand of the target it is, from 0.
      value: of the source.
      local: derivative of the target's value by the source's, (*target's shape, *source's shape); None where
        it has more than 4096 elements, or one of the two is complex.
      upstream: gradient of the graph's value by the target's, of the target's shape.
      gradient: upstream times local, summed over the target's elements; of the source's shape.
    """

    name: str
    source: str
    target: str
    operand: int
    value: np.ndarray
    local: np.ndarray | None
    upstream: np.ndarray
    gradient: np.ndarray


class Descent(Protocol):
    """What a graph needs of the function it was made from."""

    def step(self, learning_rate: float) -> tuple[Any, ...]:
        """The arguments after one step."""
        ...

    def trajectory(self, steps: int, learning_rate: float) -> Trajectory:
        """The points along several."""
        ...


@dataclass(frozen=True, eq=False)
class GradientGraph:
    """A function's values and gradients at one point.

    Attributes:
      value: what the function returned, ().
      output: name of the node that holds it.
      inputs: value of each input by name.
      gradients: gradient of each input by name; zeros for one without influence.
      nodes: what the output depends on, and all inputs, in the order of the forward pass.
      edges: in the order of the forward pass; only those that carry a gradient.
      descent: the function's steps downhill.
    """

    value: np.ndarray
    output: str
    inputs: Mapping[str, np.ndarray]
    gradients: Mapping[str, np.ndarray]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    descent: Descent

    # What draws a graph imports this module: it is imported when it is called.

    def to_text(self) -> str:
        """The forward pass and the backward pass as two tables for a terminal."""
        from .render.text import text_of

        return text_of(self)

    def to_dot(self) -> str:
        """The graph in Graphviz' language: `dot -Tsvg` draws it."""
        from .render.dot import dot_of

        return dot_of(self)

    def to_html(self) -> str:
        """One self-contained page on which the passes can be played, edge by edge."""
        from .render.html import html_of

        return html_of(self)

    def step(self, learning_rate: float) -> tuple[Any, ...]:
        """The arguments after one step of gradient descent, x - learning_rate dL/dx.

        Args:
          learning_rate: one number, finite.

        Returns:
          One tree for each argument, as the traced function takes them; of a tree's leaves those that are no
          real numbers stay what they are.

        Raises:
          ValueError: learning_rate is no finite number.
        """
        return self.descent.step(learning_rate)

    def descend(self, steps: int, learning_rate: float = 0.01) -> Trajectory:
        """The values and inputs along steps of gradient descent that begin here.

        Args:
          steps: how many, at least 1.
          learning_rate: one number, finite.

        Returns:
          The trajectory, its first point this graph's.

        Raises:
          ValueError: steps is not a whole number of at least 1, or learning_rate is no finite number.
        """
        return self.descent.trajectory(steps, learning_rate)
