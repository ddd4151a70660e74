"""Functions whose backward pass is wrong."""

import jax
import pytest


def with_backward(fn, change):
    """fn, with change(gradients) in the place of its gradients."""

    @jax.custom_vjp
    def wrong(*args):
        return fn(*args)

    def forward(*args):
        return fn(*args), args

    def backward(args, cotangent):
        return change(jax.vjp(fn, *args)[1](cotangent))

    wrong.defvjp(forward, backward)
    return wrong


def transposed(leaf):
    return leaf.T if leaf.ndim == 2 and leaf.shape[0] == leaf.shape[1] else leaf[::-1]


def some_slow(names, *fast):
    """The names as parameters, all but the fast ones for `-m slow`."""
    return [pytest.param(name, marks=[] if name in fast else pytest.mark.slow) for name in names]


CHANGES = {
    "factor 1.01": lambda leaf: 1.01 * leaf,
    "zero": lambda leaf: 0 * leaf,
    "sign": lambda leaf: -leaf,
    "dropped term": lambda leaf: leaf - leaf.mean(),
    "transposed": transposed,
    "one element": lambda leaf: leaf.at[(0,) * leaf.ndim].multiply(1.5),
}


def changed(fn, name):
    return with_backward(fn, lambda gradients: jax.tree.map(CHANGES[name], gradients))
