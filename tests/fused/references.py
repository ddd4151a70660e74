"""A pair computed the plain way, and the comparison of two functions by value and gradient."""

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import DTypeLike

from bnact import activations, fused, normalizations
from bnact.activations import ACTIVATIONS
from bnact.fused import index_of, switched, table_of
from bnact.normalizations import STANDARDIZATIONS, Affine
from bnact.numerics import tolerance

ORDERS = ("before", "after")
CROSSED = ("identity", "relu", "elu", "tanh", "mish")
"""Activations that differ in all that the rule could notice: kinks, flat sets, bounds, turning points."""

TABLE = table_of(CROSSED)
CROSSED_PAIRS = [(norm, order, act) for norm in STANDARDIZATIONS for order in ORDERS for act in CROSSED]
PAIRS = [*CROSSED_PAIRS, *(("batch", "before", act) for act in ACTIVATIONS if act not in CROSSED)]


def fused_pair(norm, order, activation, epsilon=1e-5):
    """The pair by the fused rule: (x, scale, bias) -> y."""
    pair = fused.norm_act if order == "before" else fused.act_norm
    return lambda x, scale, bias: pair(x, scale, bias, norm, activation, epsilon)[0]


def switched_pair(norm, order, activation):
    """The pair by the rule that a switch takes it from: (x, scale, bias) -> y."""
    index = index_of(activation, norm, order, TABLE)
    return lambda x, scale, bias: switched(index, x, scale, bias, TABLE)


def plain_pair(norm, order, activation, epsilon=1e-5):
    """The pair by norm, affine map and activation one after the other, its gradient by autodiff."""
    factory, act = normalizations.get(norm), activations.get(activation)
    made = factory() if norm == "none" else factory(epsilon=epsilon)

    def normalized(x, scale, bias):
        params, state = made.init(x.shape[-1])
        own = Affine(
            params.scale if params.scale is None else scale, params.bias if params.bias is None else bias
        )
        y, _ = made.apply(own, state, x)
        if params.scale is None:
            y = y * jnp.broadcast_to(scale, y.shape)
        return y if params.bias is not None else y + jnp.broadcast_to(bias, y.shape)

    if order == "before":
        return lambda x, scale, bias: act(normalized(x, scale, bias))
    return lambda x, scale, bias: normalized(act(x), scale, bias)


def drawn(*shape, dtype: DTypeLike = np.float64, mean=0.0, seed=0):
    """x, scale, bias and a cotangent for y."""
    rng = np.random.default_rng(seed)
    x, cotangent = mean + 1.5 * rng.normal(size=shape), rng.normal(size=shape)
    scale, bias = rng.uniform(0.5, 1.5, shape[-1]), rng.normal(size=shape[-1])
    return tuple(jnp.asarray(part, dtype) for part in (x, scale, bias, cotangent))


def value_and_gradients(fn, x, scale, bias, cotangent):
    """y, and its gradients by x, scale and bias along a cotangent."""
    y, back = jax.vjp(fn, x, scale, bias)
    return y, *back(cotangent)


def assert_close(actual, expected, bound):
    """Every element within `bound`, in units of the largest expected one, if that is not zero."""
    actual, expected = (np.asarray(array, np.float64) for array in (actual, expected))
    unit = np.max(np.abs(expected), initial=0.0)
    assert actual.shape == expected.shape
    np.testing.assert_allclose(actual / (unit or 1.0), expected / (unit or 1.0), rtol=bound, atol=bound)


def assert_same(actual, expected, dtype):
    """Two results of `value_and_gradients`, within the table's tolerances."""
    bound = tolerance(dtype)
    assert_close(actual[0], expected[0], bound.value)
    for one, other in zip(actual[1:], expected[1:], strict=True):
        assert_close(one, other, bound.gradient)
