"""The contributions to a gradient, and what brings none."""

import numpy as np

from bnact.gradient_graph.render import edges_from, sum_text
from bnact.gradient_graph.render.uses import operands_without_gradient

from .graphs import graph


def test_the_contributions_of_a_number_are_a_sum_that_comes_out():
    leaving = edges_from(graph("twice"))["b"]
    assert sum_text(leaving) == "-16 - 48"
    node = {node.name: node for node in graph("twice").nodes}["b"]
    assert sum(float(edge.gradient) for edge in leaving) == node.gradient


def test_of_arrays_the_edges_are_named_and_of_many_the_first():
    leaving = edges_from(graph("dense"))["x"]
    assert sum_text(leaving[:2]) == f"{leaving[0].name} + {leaving[1].name}"
    assert len(leaving) > 8
    assert sum_text(leaving).endswith(f" + {len(leaving) - 8} more")


def test_what_goes_through_a_sign_brings_no_gradient():
    pairs = operands_without_gradient(graph("with_constant"))
    assert ("x", "sign") in pairs
    assert ("x", "mul") not in pairs
    assert np.all([edge.target != "sign" for edge in graph("with_constant").edges])
