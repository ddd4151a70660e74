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


# An equation met again, in this graph or the next, is not compiled again.
@functools.lru_cache(maxsize=1024)
def _compiled(
    operation: _Operation, followed: tuple[int, ...], results: tuple[int, ...]
) -> Callable[..., Any]:
    return jax.jit(_of_kind(operation, followed, results))


def _of_kind(
    operation: _Operation, followed: tuple[int, ...], results: tuple[int, ...]
) -> Callable[..., Any]:
    return functools.partial(_pulled, operation, followed, results)


def _pulled(
    operation: _Operation,
    followed: tuple[int, ...],
    results: tuple[int, ...],
    arrays: tuple[Any, ...],
    upstream: tuple[Array, ...],
) -> list[Pulled]:
    def differentiated(places: Sequence[int]) -> tuple[list[Array], Callable[..., tuple[Array, ...]]]:
        def of_places(*values: Array) -> list[Array]:
            operands = list(arrays)
            for place, value in zip(places, values, strict=True):
                operands[place] = value
            outputs = operation.outputs(*operands)
            return [outputs[number] for number in results]

        return jax.vjp(of_places, *[arrays[place] for place in places])

    outputs, pull = differentiated(followed)

    def handed(number: int, arriving: Array) -> Pulled:
        small = tuple(place for place in followed if _is_written_out(outputs[number], arrays[place]))
        # The rows of a Jacobian that is not written out may be more than memory holds.
        narrow = pull if small == followed else differentiated(small)[1] if small else None
        rows = _rows(narrow, outputs, number) if narrow else ()
        local = dict(zip(small, rows, strict=True))
        return Pulled(
            pull(_alone(outputs, number, arriving)),
            tuple(
                local[place].reshape(*outputs[number].shape, *jnp.shape(arrays[place]))
                if place in local
                else None
                for place in followed
            ),
        )

    return [handed(number, arriving) for number, arriving in enumerate(upstream)]


def _alone(outputs: Sequence[Array], number: int, cotangent: Array) -> list[Array]:
    """Cotangents of the outputs: zero but for one."""
    others = [jnp.zeros_like(output) for output in outputs]
    return [*others[:number], cotangent, *others[number + 1 :]]


def _rows(pull: Callable[..., tuple[Array, ...]], outputs: Sequence[Array], number: int) -> tuple[Array, ...]:
    """For each operand the derivative of every element of one output by it."""
    output = outputs[number]
    basis = jnp.eye(output.size, dtype=output.dtype).reshape(output.size, *output.shape)

    def of_element(element: Array) -> tuple[Array, ...]:
        return pull(_alone(outputs, number, element))

    try:
        return jax.vmap(of_element)(basis)
    except (NotImplementedError, jax.errors.JAXTypeError):
        # A derivative of one's own may call what works on known numbers only, one after the other.
        return tuple(map(jnp.stack, zip(*map(of_element, basis), strict=True)))


def _is_written_out(output: Array, point: Array) -> bool:
    # What is complex has in general no one derivative by which the upstream gradient could be multiplied.
    real = not (jnp.iscomplexobj(output) or jnp.iscomplexobj(point))
    return real and output.size * jnp.size(point) <= JACOBIAN_ELEMENTS
