"""The derivatives of one operation at one point."""

import functools
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from bnact.tracing import Equation
from bnact.types import Array

JACOBIAN_ELEMENTS = 4096
"""The largest local derivative that is written out: that of 64 numbers by 64."""


class Pulled(NamedTuple):
    """What one result of an operation hands back to its operands.

    Attributes:
      gradients: for each followed operand, upstream times the local derivative, of the operand's shape.
      local: for each followed operand the derivative, (*result's shape, *operand's shape), or None.
    """

    gradients: tuple[Array, ...]
    local: tuple[Array | None, ...]


def pulled_back(
    equation: Equation, arrays: Sequence[Any], followed: tuple[int, ...], upstream: dict[int, Array]
) -> dict[int, Pulled]:
    """What each result of an operation hands back to its operands.

    Args:
      equation: the operation.
      arrays: its operands.
      followed: which of them to differentiate by.
      upstream: by the number of a result, the gradient that arrives there.

    Returns:
      By the number of a result.
    """
    results = tuple(sorted(upstream))
    operation = _Operation(equation.identity, equation.outputs)
    pull = _of_kind if equation.identity is None else _compiled
    found = pull(operation, followed, results)(tuple(arrays), tuple(upstream[number] for number in results))
    return dict(zip(results, found, strict=True))


@dataclass(frozen=True)
class _Operation:
    identity: Hashable
    outputs: Callable[..., list[Any]] = field(compare=False)


def _of_kind(
    operation: _Operation, followed: tuple[int, ...], results: tuple[int, ...]
) -> Callable[..., Any]:
    return functools.partial(_pulled, operation, followed, results)


# An equation met again, in this graph or the next, is not compiled again.
@functools.lru_cache(maxsize=4096)
def _compiled(
    operation: _Operation, followed: tuple[int, ...], results: tuple[int, ...]
) -> Callable[..., Any]:
    return jax.jit(_of_kind(operation, followed, results))


def _pulled(
    operation: _Operation,
    followed: tuple[int, ...],
    results: tuple[int, ...],
    arrays: tuple[Any, ...],
    upstream: tuple[Array, ...],
) -> list[Pulled]:
    def of_followed(*values: Array) -> list[Array]:
        operands = list(arrays)
        for place, value in zip(followed, values, strict=True):
            operands[place] = value
        outputs = operation.outputs(*operands)
        return [outputs[number] for number in results]

    points = [arrays[place] for place in followed]
    outputs, pull = jax.vjp(of_followed, *points)

    def alone(number: int) -> Callable[[Array], tuple[Array, ...]]:
        def pull_one(cotangent: Array) -> tuple[Array, ...]:
            others = [jnp.zeros_like(output) for output in outputs]
            return pull([*others[:number], cotangent, *others[number + 1 :]])

        return pull_one

    return [
        Pulled(alone(number)(arriving), _jacobians(alone(number), outputs[number], points))
        for number, arriving in enumerate(upstream)
    ]


def _jacobians(
    pull: Callable[[Array], tuple[Array, ...]], output: Array, points: Sequence[Array]
) -> tuple[Array | None, ...]:
    small = [output.size * jnp.size(point) <= JACOBIAN_ELEMENTS for point in points]
    if not any(small):
        return (None,) * len(points)
    basis = jnp.eye(output.size, dtype=output.dtype).reshape(output.size, *output.shape)
    rows = jax.vmap(pull)(basis)
    return tuple(
        row.reshape(*output.shape, *jnp.shape(point)) if fits else None
        for row, point, fits in zip(rows, points, small, strict=True)
    )
