"""Graphs to be rendered: traced ones, and ones made by hand where tracing would add nothing but time."""

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from bnact.gradient_graph import Edge, GradientGraph, Node, trace


def book(v, x, y):
    prediction = v * x
    error = prediction - y
    return error**2


def twice(x, b):
    total = x * b + b
    return total * total


def layer(x, w):
    hidden = x @ w
    return jnp.sum(jnp.tanh(hidden))


def steps(w, xs):
    def cell(h, x):
        h = jnp.tanh(w * h + x)
        return h, h

    return jnp.sum(jax.lax.scan(cell, jnp.float32(0.0), xs)[1])


def undefined(x):
    return jnp.sum(jnp.log(x))


@jax.jit
def inner(x, shift):
    return jnp.tanh(x + shift) * x


@jax.jit
def outer(x, shift):
    return inner(x, shift) + inner(x * 2.0, shift) * shift


def dense(x):
    """Many lines beside each other, in frames in frames."""
    y = outer(x, 0.5 * x)
    return jnp.sum((y + x) * (y - x) * (x + y * x) / (1.0 + x * x + y * y))


EIGHT = np.arange(8.0, dtype=np.float32).reshape(2, 4)


def with_constant(x):
    return jnp.sum(x * EIGHT * jnp.sign(x))


X = jnp.arange(6.0).reshape(2, 3) / 8 - 0.25
TRACED: dict[str, tuple[Any, ...]] = {
    "book": (book, 0.0, 2.0, 5.0),
    "twice": (twice, 3.0, -2.0),
    "layer": (layer, X, jnp.ones((3, 4))),
    "steps": (steps, 0.5, jnp.array([1.0, -0.5, 0.25])),
    "undefined": (undefined, jnp.array([-1.0, 0.0, 2.0, 3.0])),
    "dense": (dense, jnp.array([0.1, 0.2, 0.3, 0.4])),
    "with_constant": (with_constant, jnp.ones((2, 4))),
}
EVERY = (*TRACED, "hostile", "complex")


@functools.cache
def graph(name: str) -> GradientGraph:
    """A graph by name."""
    if name == "hostile":
        return hostile()
    if name == "complex":
        return trace(lambda z: jnp.abs(z * z), jnp.complex64(1.0 - 2.0j), names=["z"])
    fn, *args = TRACED[name]
    return trace(fn, *args, unfold=name == "steps")


HOSTILE = '</script><script>alert("x")</script><b>&\\n\u2028'


def hostile() -> GradientGraph:
    """Names that would end a script, a string or a line."""
    return chain([HOSTILE, HOSTILE + "2"], scope=(HOSTILE,))


def chain(names: list[str], scope: tuple[str, ...] = (), steps: int = 1) -> GradientGraph:
    """An input "x" doubled by each of the names, in so many scopes one after the other."""
    one = np.ones(())
    nodes, edges = [Node("x", "input", one, one)], []
    for place, name in enumerate(names):
        within = (*scope, f"step {place * steps // len(names)}") if steps > 1 else scope
        nodes.append(Node(name, "twice", one, one, (nodes[-1].name,), within, "file.py:1"))
        edges.append(Edge(f"e{place + 1}", nodes[-2].name, name, 0, one, one, one, one))
    descent: Any = None
    return GradientGraph(one, names[-1], {"x": one}, {"x": one}, tuple(nodes), tuple(edges), descent)
