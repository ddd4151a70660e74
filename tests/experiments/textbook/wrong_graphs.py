"""Graphs with one number changed, which a verdict must notice."""

import dataclasses

import numpy as np

WRONG = {
    "1 % too large": lambda array: 1.01 * array,
    "zero": np.zeros_like,
    "of the other sign": np.negative,
    "off by 1e-9": lambda array: array + 1e-9,
}


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
