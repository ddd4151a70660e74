"""Graphs with one number changed, which a verdict must notice."""

import dataclasses

import numpy as np

WRONG = {
    "1 % too large": lambda array: 1.01 * array,
    "zero": np.zeros_like,
    "of the other sign": np.negative,
    "off by 1e-9": lambda array: array + 1e-9,
}
NOT_FINITE = {"NaN": np.nan, "inf": np.inf, "-inf": -np.inf}


def first_one(number):
    """What changes an array's first number, or the only one, to this one."""

    def changed(array):
        array = np.array(array)
        array.flat[0] = number
        return array

    return changed


def with_edge_doubled(graph, name, change=np.asarray):
    """The graph with a second edge between the ends of one, its gradient put through a function."""
    (edge,) = [edge for edge in graph.edges if edge.name == name]
    again = dataclasses.replace(edge, name="again", gradient=np.asarray(change(edge.gradient)))
    return dataclasses.replace(graph, edges=(*graph.edges, again))


def with_edge(graph, name, **changed):
    """The graph, an attribute of one edge put through a function."""

    def of(edge):
        return {field: np.asarray(change(getattr(edge, field))) for field, change in changed.items()}

    edges = (dataclasses.replace(edge, **of(edge)) if edge.name == name else edge for edge in graph.edges)
    return dataclasses.replace(graph, edges=tuple(edges))


def with_gradient(graph, name, change):
    """The graph, the gradient of one input put through a function."""
    gradients = {**graph.gradients, name: np.asarray(change(graph.gradients[name]))}
    return dataclasses.replace(graph, gradients=gradients)
