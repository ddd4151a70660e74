"""Batch norm of a whole batch in the memory of a part of it."""

from collections.abc import Callable
from typing import Protocol

import jax
import jax.numpy as jnp
from jax import lax

from bnact.normalizations.affine import Affine
from bnact.normalizations.batch_norm import BatchNormState, running_averages
from bnact.normalizations.border import (
    checked_epsilon,
    checked_examples,
    checked_momentum,
    checked_size,
)
from bnact.normalizations.entrance import counted_input_beside_state
from bnact.normalizations.standardize import normalized
from bnact.numerics.divisors import divisors
from bnact.numerics.merge import merge
from bnact.numerics.moments import Moments, moments
from bnact.types import Array, AxisName, PyTree

Stage = Callable[[PyTree, Array], Array]


class MicrobatchedLayer(Protocol):
    """A layer with batch norm inside, in training, under the names by which its arguments may be passed."""

    def __call__(
        self,
        weights: PyTree,
        params: Affine,
        state: BatchNormState,
        x: Array,
        mask: Array | None = None,
        axis_name: AxisName | None = None,
    ) -> tuple[Array, BatchNormState]:
        """(weights, params, state, x) -> (y, new state)."""
        ...


def microbatched(
    before: Stage,
    after: Stage,
    count: int,
    epsilon: float = 1e-5,
    momentum: float | None = 0.99,
    bessel: bool = False,
) -> MicrobatchedLayer:
    """The layer after(weights, batch_norm(before(weights, x))) in training, by parts of the batch.

    Output, running averages and gradients are those of the whole batch. Two passes go over `count`
    microbatches, one after the other: the first merges the statistics of before(weights, x), the second
    evaluates it again, normalizes and applies `after`. Only the statistics are kept for the gradient, which
    recomputes the rest by microbatch too: what is as large as the batch is x, y and their gradients, and
    nothing between them. So it is of use where `before` or `after` is wider inside than x and y are. It costs
    `before` four times instead of once, and its backward pass twice.

    Args:
      before: (weights, x) -> (examples, ..., features), each example by itself; what batch norm standardizes.
      after: (weights, normalized) -> (examples, ...), each example by itself.
      count: microbatches, a divisor of the number of examples.
      epsilon: added to the variance.
      momentum: weight of the old running average; None for the plain average over all updates.
      bessel: True averages the unbiased variance.

    Returns:
      Function (weights, params, state, x, mask, axis_name) -> (y, new state). `params` and `state` are those
      of `batch_norm`; x and the mask, boolean and broadcastable to what `before` returns, have the examples
      first; y has them first too. It raises ValueError where count does not divide the examples, or where
      the whole batch is one value a feature.

    Raises:
      ValueError: count is not a whole number of at least 1, epsilon is negative, or momentum is not in
        [0, 1].
    """
    name = "microbatched"
    checked_size(name, "count", count)
    checked_epsilon(name, epsilon)
    if momentum is not None:
        checked_momentum(name, momentum)

    def layer(
        weights: PyTree,
        params: Affine,
        state: BatchNormState,
        x: Array,
        mask: Array | None = None,
        axis_name: AxisName | None = None,
    ) -> tuple[Array, BatchNormState]:
        examples = _examples(name, x)
        parts = tuple(
            _split(name, argument, values, examples, count) for argument, values in (("x", x), ("mask", mask))
        )

        def entering(part: tuple[Array, Array | None]) -> tuple[Array, Array | None]:
            values = before(weights, part[0])
            return counted_input_beside_state(name, params, state, BatchNormState, values, part[1])

        def statistics_of(part: tuple[Array, Array | None]) -> Moments:
            values, full = entering(part)
            return moments(values, _leading(values), full, axis_name)

        def output_of(part: tuple[Array, Array | None]) -> Array:
            values, full = entering(part)
            return after(weights, normalized(values, statistics, _leading(values), epsilon, params, full))

        one = jax.eval_shape(lambda: before(weights, x[: examples // count]))
        checked_examples(name, (examples, *one.shape[1:]), axis_name)
        statistics = _merged(lax.map(jax.checkpoint(statistics_of), parts))
        y = lax.map(jax.checkpoint(output_of), parts)
        _check_each_by_itself(name, y, examples // count)
        joined = jnp.reshape(y, (y.shape[0] * y.shape[1], *y.shape[2:]))
        return joined, running_averages(state, statistics, momentum, bessel)

    return layer


def _leading(values: Array) -> tuple[int, ...]:
    return tuple(range(values.ndim - 1))


def _merged(parts: Moments) -> Moments:
    """The moments of all parts together, from those of each along a leading axis."""
    first, rest = jax.tree.map(lambda leaf: leaf[0], parts), jax.tree.map(lambda leaf: leaf[1:], parts)
    return lax.scan(lambda total, part: (merge(total, part), None), first, rest)[0]


def _examples(name: str, x: Array) -> int:
    if x.ndim == 0:
        raise ValueError(
            f"{name}: x must have the examples on its first axis; got a scalar; use an x of shape "
            f"(examples, ...)"
        )
    return x.shape[0]


def _check_each_by_itself(name: str, y: Array, examples: int) -> None:
    """The parts of the output are joined along the examples, so `after` must have kept them."""
    if y.ndim < 2 or y.shape[1] != examples:
        raise ValueError(
            f"{name}: after must return one output an example; got shape {y.shape[1:]} for a microbatch of "
            f"{examples}; reduce what the layer returns, not what after does"
        )


def _split(name: str, argument: str, values: Array | None, examples: int, count: int) -> Array | None:
    if values is None:
        return None
    if values.ndim == 0 or values.shape[0] != examples:
        raise ValueError(
            f"{name}: {argument} must have the examples on its first axis; got shape {values.shape} for "
            f"{examples} examples; use jnp.broadcast_to"
        )
    if examples % count:
        raise ValueError(
            f"{name}: count must divide the examples; got count={count}, {examples} examples; "
            f"use count in {divisors(examples)}"
        )
    return jnp.reshape(values, (count, examples // count, *values.shape[1:]))
