"""What tests that write a network out in NumPy share."""

import jax
import numpy as np
from flax import nnx

from bnact import nn


def array(variable):
    return np.asarray(variable[...], np.float64)


def mapped(linear, x):
    return x @ array(linear.kernel) + array(linear.bias)


def normalized(x, axis: int | tuple[int, ...] = 0):
    return (x - x.mean(axis, keepdims=True)) / np.sqrt(x.var(axis, keepdims=True) + 1e-5)


def first_of(stack):
    """The only block of a stack, its leading axis dropped."""
    graph, *variables = nn.pure(stack.blocks)
    return nnx.merge(graph, *jax.tree.map(lambda leaf: leaf[0], variables))
