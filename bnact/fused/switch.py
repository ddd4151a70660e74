"""The pair chosen by an index at run time: one compiled program for a whole grid."""

from collections.abc import Callable
from typing import NamedTuple

import jax.numpy as jnp
from jax import lax

from bnact import activations
from bnact.activations import ACTIVATIONS, Activation
from bnact.normalizations import STANDARDIZATIONS
from bnact.types import Array

from .rule import Affine, affine, layer, wide
from .statistics import standardized, standardizers, statistics
from .table import Index, Table

EPSILON = 1e-5

_ACTIVATIONS = tuple(ACTIVATIONS)
_NORMS = tuple(STANDARDIZATIONS)

TABLE = Table(
    first=tuple(STANDARDIZATIONS.values()),
    activations=tuple(ACTIVATIONS.values()),
    second=tuple(STANDARDIZATIONS.values()),
)
"""Every norm with a fused rule on either side of every registered activation."""


def index_of(activation: str, norm: str, order: str) -> Index:
    """Where in `TABLE` a pair stands: Python integers, to be handed to a compiled program as data.

    Args:
      activation: name of a registered activation.
      norm: name of a norm with a fused rule.
      order: where the norm stands: "before" or "after" the activation.

    Raises:
      ValueError: unknown activation, norm or order.
    """
    if norm not in _NORMS:
        raise ValueError(f"index_of: norm must have a fused rule; got norm={norm!r}; use one of {_NORMS}")
    if order not in ("before", "after"):
        raise ValueError(f"index_of: order must be 'before' or 'after'; got {order!r}; use one of the two")
    chosen, nothing = _NORMS.index(norm), _NORMS.index("none")
    first, second = (chosen, nothing) if order == "before" else (nothing, chosen)
    return Index(first, _ACTIVATIONS.index(activations.get(activation).name), second)


def norm_of(index: Index) -> Array:
    """Which norm of `STANDARDIZATIONS` the pair at `index` has, in whichever of the two places."""
    nothing = _NORMS.index("none")
    return jnp.where(jnp.asarray(index.first) == nothing, index.second, index.first)


def switched(index: Index, x: Array, scale: Array, bias: Array) -> Array:
    """`norm_act` or `act_norm` of the pair at `index`, with the batch's statistics; see `rule.layer`."""
    return layer(TABLE, EPSILON, index, x, *_affines(index, scale, bias))[0]


class Switched(NamedTuple):
    """What a pair did to its input; all arrays of the input's shape but the last.

    Attributes:
      y: the output.
      given: what the activation was given.
      slope: its derivative there.
      largest_slope: () the largest derivative the activation has anywhere, its Lipschitz bound.
    """

    y: Array
    given: Array
    slope: Array
    largest_slope: Array


def switched_and_observed(index: Index, x: Array, scale: Array, bias: Array, counted: int) -> Switched:
    """The pair at `index`, laid open, with the batch statistics of the first `counted` examples of `x`.

    A norm that looks at the batch treats the examples behind those as it would after training, with
    statistics that are exactly those of the first. Gradients are those of plain autodiff.
    """
    first, second = _affines(index, scale, bias)
    u = wide(x)
    by_first = standardizers(statistics(TABLE.first, index.first, u, counted), u, EPSILON)
    given = affine(standardized(u, by_first), first)
    a, slope = lax.switch(index.activation, [_with_slope(act) for act in TABLE.activations], given)
    by_second = standardizers(statistics(TABLE.second, index.second, a, counted), a, EPSILON)
    largest_slope = jnp.asarray([act.lipschitz for act in TABLE.activations], u.dtype)[index.activation]
    y = affine(standardized(a, by_second), second).astype(x.dtype)
    return Switched(y, given, slope, largest_slope)


def _with_slope(activation: Activation) -> Callable[[Array], tuple[Array, Array]]:
    return lambda given: (activation(given), activation.derivative(given))


def _affines(index: Index, scale: Array, bias: Array) -> tuple[Affine, Affine]:
    """The affine map, behind the norm that does something, and one that does nothing behind the other."""
    is_after = jnp.asarray(index.first) == _NORMS.index("none")
    one, zero = jnp.ones_like(scale), jnp.zeros_like(bias)
    first = Affine(jnp.where(is_after, one, scale), jnp.where(is_after, zero, bias))
    second = Affine(jnp.where(is_after, scale, one), jnp.where(is_after, bias, zero))
    return first, second
