"""The pair chosen by an index at run time: one compiled program for a whole grid."""

from typing import Literal

import jax.numpy as jnp
from jax import lax

from bnact import activations
from bnact.activations import ACTIVATIONS
from bnact.normalizations import STANDARDIZATIONS
from bnact.numerics import Moments
from bnact.types import Array

from .forward import activated_after, activated_before, pre_activation
from .rule import layer
from .statistics import Statistics, statistics
from .table import Index, Table

EPSILON = 1e-5

_NAMES = ("identity", *(name for name in ACTIVATIONS if name != "identity"))
_ACTIVATIONS = tuple(ACTIVATIONS[name] for name in _NAMES)
_NORMS = tuple(STANDARDIZATIONS)

TABLE = Table(before=_ACTIVATIONS, standardizations=tuple(STANDARDIZATIONS.values()), after=_ACTIVATIONS)
"""Every registered activation on either side of every norm that has a fused rule."""


def index_of(activation: str, norm: str, order: Literal["before", "after"] | str) -> Index:
    """Where in `TABLE` a pair stands: Python integers, to be handed to a compiled program as data.

    Args:
      activation: name of a registered activation.
      norm: name of a norm with a fused rule.
      order: where the norm stands: "before" or "after" the activation.

    Raises:
      ValueError: unknown activation, norm or order.
    """
    chosen = _NAMES.index(activations.get(activation).name)
    if norm not in _NORMS:
        raise ValueError(f"index_of: norm must have a fused rule; got norm={norm!r}; use one of {_NORMS}")
    if order not in ("before", "after"):
        raise ValueError(f"index_of: order must be 'before' or 'after'; got {order!r}; use one of the two")
    identity = _NAMES.index("identity")
    before, after = (identity, chosen) if order == "before" else (chosen, identity)
    return Index(before, _NORMS.index(norm), after)


def switched(index: Index, x: Array, scale: Array, bias: Array) -> tuple[Array, Statistics]:
    """`norm_act` or `act_norm` of the pair at `index`; see `rule.layer`."""
    return layer(TABLE, EPSILON, index, x, scale, bias)


def switched_with_running(index: Index, x: Array, scale: Array, bias: Array, running: Moments) -> Array:
    """The pair at `index` as it is used after training: batch norm takes the statistics in `running`."""
    u = activated_before(TABLE, index, x)
    taken = statistics(TABLE.standardizations, index.standardization, u, running)
    return activated_after(TABLE, index, u, taken, EPSILON, scale, bias).astype(x.dtype)


def slope_where_activated(index: Index, x: Array, scale: Array, bias: Array) -> tuple[Array, Array, Array]:
    """What the pair's activation is given, and its slope there, with the batch's statistics.

    Returns:
      The activation's input and its derivative there, both of x's shape, and the largest slope the
      activation has anywhere (its Lipschitz bound), a scalar.
    """
    u = activated_before(TABLE, index, x)
    taken = statistics(TABLE.standardizations, index.standardization, u)
    z = pre_activation(u, taken, EPSILON, scale, bias)
    is_before = index.before == _NAMES.index("identity")
    given = jnp.where(is_before, z, x.astype(z.dtype))
    chosen = jnp.where(is_before, index.after, index.before)
    slope = lax.switch(chosen, [activation.derivative for activation in TABLE.after], given)
    largest = jnp.asarray([activation.lipschitz for activation in TABLE.after], z.dtype)[chosen]
    return given, slope, largest
