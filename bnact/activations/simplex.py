"""Maps of scores to probabilities: softmax, its logarithm, softmin and sparsemax.

All depend on differences of scores only, so each row is taken relative to its largest score. The slope of a
score that is nearly certain is the sum of the small probabilities of the others, and not 1 - p, which is 0
long before they are: see `_from_mean`.
"""

import functools
from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax import lax
from jax.typing import ArrayLike

from bnact.numerics.masks import full_mask
from bnact.types import Array

from .axis import axis_of
from .floating import floating, widened

Rows = Callable[[Array], Array]


def softmax(x: ArrayLike, axis: int = -1, where: ArrayLike | None = None) -> Array:
    """Probabilities proportional to exp(x): s_i = exp(x_i) / sum_j exp(x_j).

    Equal scores have equal probabilities, infinite ones too: a score of -inf has probability 0, one alone at
    +inf has 1, several at +inf share it (the largest finite number counts as one of them), and a row of -inf
    only is uniform. A row with NaN is NaN. A row of which nothing counts is 0.

    The derivative is ds = s (dx - sum(s dx)), which keeps its tail where s is next to 1.

    Args:
      x: scores, any shape, real floating point.
      axis: the axis along which the result sums to 1.
      where: boolean, broadcastable to x, True counts. Elsewhere the result is 0, and the gradient is 0,
        whatever stands there.

    Returns:
      Shape and dtype of `x`; half precision is computed in float32 and rounded once.

    Raises:
      TypeError: `x` is complex, integer or boolean, or `where` is not boolean.
      ValueError: x has no such axis, nothing along it, or `where` does not broadcast to x.

    Source: Bridle, Training stochastic model recognition algorithms as networks can lead to maximum mutual
    information estimation of parameters, 1990.
    """
    return _on_rows("softmax", _softmax, 0.0, x, axis, where)


def log_softmax(x: ArrayLike, axis: int = -1, where: ArrayLike | None = None) -> Array:
    """Logarithm of softmax, x_i - log(sum_j exp(x_j)), exact for the likely and for the unlikely.

    A score of -inf has -inf. A row with NaN is NaN, and so is one whose largest score is infinite: what each
    probability tends to there depends on how the scores get there. (`softmax` shares equally; here that
    would cost a tenth of the time.) A row of which nothing counts is -inf.

    Args:
      x: scores, any shape, real floating point.
      axis: the axis along which the exponentials of the result sum to 1.
      where: boolean, broadcastable to x, True counts. Elsewhere the result is -inf, and the gradient is 0.

    Returns:
      Shape and dtype of `x`; half precision is computed in float32 and rounded once.

    Raises:
      TypeError: `x` is complex, integer or boolean, or `where` is not boolean.
      ValueError: x has no such axis, nothing along it, or `where` does not broadcast to x.
    """
    return _on_rows("log_softmax", _log_softmax, -jnp.inf, x, axis, where)


def softmin(x: ArrayLike, axis: int = -1, where: ArrayLike | None = None) -> Array:
    """`softmax` of -x: the smallest score is the most likely."""
    return _on_rows("softmin", _softmax, 0.0, -floating("softmin", x), axis, where)


def sparsemax(x: ArrayLike, axis: int = -1, where: ArrayLike | None = None) -> Array:
    """The nearest point of the probability simplex: max(x - t, 0) with the t for which it sums to 1.

    Entries below t are exactly 0. The derivative is ds = dx - mean(dx) over the entries above t, and 0 for
    the others; an entry equal to t counts among the others. Infinite scores and NaN as in `softmax`.

    Args:
      x: scores, any shape, real floating point.
      axis: the axis along which the result sums to 1.
      where: boolean, broadcastable to x, True counts. Elsewhere the result is 0, and the gradient is 0.

    Returns:
      Shape and dtype of `x`; half precision is computed in float32 and rounded once.

    Raises:
      TypeError: `x` is complex, integer or boolean, or `where` is not boolean.
      ValueError: x has no such axis, nothing along it, or `where` does not broadcast to x.

    Source: Martins and Astudillo, From softmax to sparsemax: a sparse model of attention and multi-label
    classification, 2016.
    """
    return _on_rows("sparsemax", _sparsemax, 0.0, x, axis, where)


def _on_rows(
    name: str, rows: Rows, nothing: float, x: ArrayLike, axis: int, where: ArrayLike | None
) -> Array:
    """The function along the last axis applied along another; `nothing` where the mask is False."""
    array = floating(name, x)
    place = axis_of(name, array, axis)
    if not array.shape[place]:
        raise ValueError(
            f"{name}: the axis must have at least one entry; got shape {array.shape} and axis={axis}; "
            "leave empty rows out"
        )
    mask = full_mask(None if where is None else jnp.asarray(where), array)
    return _along(rows, nothing, place, array, mask)


@functools.partial(jax.jit, static_argnums=(0, 1, 2))
def _along(rows: Rows, nothing: float, place: int, x: Array, mask: Array | None) -> Array:
    """What is masked goes in as a score of -inf: chosen, not multiplied, so that its gradient is 0."""
    wide = jnp.moveaxis(widened(x), place, -1)
    if mask is None:
        return jnp.moveaxis(rows(wide), -1, place).astype(x.dtype)
    last = jnp.moveaxis(mask, place, -1)
    # A row of which nothing counts goes in as zeros: nothing is NaN on the way.
    empty = ~jnp.any(last, axis=-1, keepdims=True)
    filling = jnp.where(empty, 0.0, -jnp.inf).astype(wide.dtype)
    chosen = jnp.where(last, rows(jnp.where(last, wide, filling)), nothing)
    return jnp.moveaxis(chosen, -1, place).astype(x.dtype)


def _below_largest(x: Array) -> Array:
    """How far each score is below the largest of its row: 0 for that one, infinite or not.

    All choices are made once a row: XLA on a CPU makes one pass over the rows of differences, exponentials
    and sums, but not of comparisons.
    """
    largest = float(jnp.finfo(x.dtype).max)
    top = jnp.max(x, axis=-1, keepdims=True)
    # Where all are -inf, none is below.
    floor = jnp.where(top < -largest, 0.0, -jnp.inf).astype(x.dtype)
    return jnp.clip(x - jnp.clip(top, -largest, largest), floor, 0.0)


def _from_mean(tangent: Array, s: Array) -> Array:
    """The tangent less its mean with weights s, to the last places also where one weight is next to 1.

    Of the first difference only rounding is left there; the mean of that is what was missing. The transpose,
    which reverse mode takes, gains from the second step in the same way.
    """
    for _ in range(2):
        tangent = tangent - jnp.sum(s * tangent, axis=-1, keepdims=True)
    return tangent


@jax.custom_jvp
def _softmax(x: Array) -> Array:
    exponentials = jnp.exp(_below_largest(x))
    return exponentials / jnp.sum(exponentials, axis=-1, keepdims=True)


@_softmax.defjvp
def _softmax_rule(primals: tuple[Array], tangents: tuple[Array]) -> tuple[Array, Array]:
    ((x,), (tangent,)) = primals, tangents
    s = _softmax(x)
    return s, s * _from_mean(tangent, s)


@jax.custom_jvp
def _log_softmax(x: Array) -> Array:
    below = x - jnp.max(x, axis=-1, keepdims=True)
    # 0 for what is as large as the largest, 1 for all others; as a product, see `_below_largest`.
    other = jnp.minimum(below * -float(jnp.finfo(x.dtype).max), 1.0)
    ties = x.shape[-1] - jnp.sum(other, axis=-1, keepdims=True)
    others = jnp.sum(other * jnp.exp(below), axis=-1, keepdims=True)
    return below - jnp.log1p(others + (ties - 1.0))


@_log_softmax.defjvp
def _log_softmax_rule(primals: tuple[Array], tangents: tuple[Array]) -> tuple[Array, Array]:
    ((x,), (tangent,)) = primals, tangents
    y = _log_softmax(x)
    return y, _from_mean(tangent, jnp.exp(y))


@jax.custom_jvp
def _sparsemax(x: Array) -> Array:
    # Entries 1 below the largest are never above t; cut, they leave no infinity in the sums.
    z = jnp.maximum(_below_largest(x), -2.0)
    falling = -jnp.sort(-z, axis=-1)
    sums = jnp.cumsum(falling, axis=-1)
    ranks = 1.0 + lax.broadcasted_iota(z.dtype, z.shape, z.ndim - 1)
    above = 1.0 + ranks * falling > sums
    count = jnp.sum(above, axis=-1, keepdims=True).astype(z.dtype)
    total = jnp.sum(jnp.where(above, falling, 0.0), axis=-1, keepdims=True)
    undecided = jnp.any(jnp.isnan(z), axis=-1, keepdims=True)
    return jnp.where(undecided, jnp.nan, jnp.maximum(z - (total - 1.0) / count, 0.0))


@_sparsemax.defjvp
def _sparsemax_rule(primals: tuple[Array], tangents: tuple[Array]) -> tuple[Array, Array]:
    ((x,), (tangent,)) = primals, tangents
    p = _sparsemax(x)
    # A row of NaN passes NaN on, in both directions.
    unknown = jnp.isnan(p)
    counts = (p > 0) | unknown
    count = jnp.maximum(jnp.sum(counts, axis=-1, keepdims=True).astype(p.dtype), 1.0)
    mean = jnp.sum(jnp.where(counts, tangent, 0.0), axis=-1, keepdims=True) / count
    return p, jnp.where(counts, (tangent - mean) * jnp.where(unknown, jnp.nan, 1.0).astype(p.dtype), 0.0)
