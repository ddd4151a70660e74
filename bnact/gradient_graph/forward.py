"""The forward pass, written down operation by operation."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from bnact.tracing import (
    Equation,
    Place,
    branch_number,
    evaluated,
    holds_while,
    scanned_loop,
    taken_branch,
    unrolled_scan,
)
from bnact.types import Array

# The derivative is zero everywhere: no gradient is asked of what comes after, as JAX asks for none.
_ENDS = frozenset({"ceil", "floor", "nextafter", "round", "sign", "stop_gradient"})


class Value(NamedTuple):
    """A value met in the forward pass.

    Attributes:
      number: its place among all values.
      array: what it is.
      follows: whether it depends on an input and is real, so that a gradient can reach the input through it.
    """

    number: int
    array: Array
    follows: bool


class Operation(NamedTuple):
    """One operation: the equation, what it took, and what it made."""

    equation: Equation
    operands: tuple[Value, ...]
    results: tuple[Value, ...]


class Forward(NamedTuple):
    """The forward pass.

    Attributes:
      inputs: one value for each input.
      values: all of them, by number: inputs, constants, results.
      operations: in the order they were done; only those on which the output depends.
      output: what the function returned.
    """

    inputs: tuple[Value, ...]
    values: tuple[Value, ...]
    operations: tuple[Operation, ...]
    output: Value


def forward_pass(fn: Callable[..., Any], arrays: Sequence[Array], unfold: bool) -> Forward:
    """The forward pass of fn.

    Branches not taken are left out; a loop that runs until a condition holds becomes a scan of as many steps.

    Args:
      fn: from arrays to a scalar.
      arrays: where.
      unfold: whether a scan is written down step by step, not as one operation; one that holds a loop
        without a known end always is, for that loop goes as many rounds in each step as it happens to need.

    Returns:
      Every value and operation.
    """
    recorder = _Recorder(unfold)
    inputs = tuple(recorder.value(array, follows=True) for array in arrays)
    returned = evaluated(fn, arrays, recorder.rule, *inputs, whole=_has_own_derivative)
    return _of_influence(inputs, recorder.operations, recorder.held(returned))


def _has_own_derivative(equation: Equation) -> bool:
    """What is inside such a function says nothing of its gradient."""
    return equation.primitive.startswith("custom_")


def _of_influence(inputs: Sequence[Value], operations: Sequence[Operation], output: Value) -> Forward:
    """The forward pass without what the output does not depend on, as the running averages of a norm."""
    kept: list[Operation] = []
    needed = {output.number: output}
    for operation in reversed(operations):
        if any(result.number in needed for result in operation.results):
            needed |= {value.number: value for value in (*operation.operands, *operation.results)}
            kept.append(operation)
    every = needed | {value.number: value for value in inputs}
    place = {number: new for new, number in enumerate(sorted(every))}

    def renumbered(values: Sequence[Value]) -> tuple[Value, ...]:
        return tuple(value._replace(number=place[value.number]) for value in values)

    return Forward(
        renumbered(inputs),
        renumbered([every[number] for number in place]),
        tuple(Operation(each.equation, *map(renumbered, each[1:])) for each in reversed(kept)),
        *renumbered([output]),
    )


class _Recorder:
    def __init__(self, unfold: bool) -> None:
        self.values: list[Value] = []
        self.operations: list[Operation] = []
        self._unfold = unfold
        self._constants: dict[int, tuple[Any, Value]] = {}

    def value(self, array: Array, follows: bool) -> Value:
        real = jnp.issubdtype(array.dtype, jnp.inexact)
        self.values.append(Value(len(self.values), array, follows and real))
        return self.values[-1]

    def held(self, value: Any) -> Value:
        """A value as it is; a constant, which the walk meets as an array, as one."""
        if isinstance(value, Value):
            return value
        # Kept beside its number, so that no other object is given the same one.
        if id(value) not in self._constants:
            self._constants[id(value)] = value, self.value(_array(value), follows=False)
        return self._constants[id(value)][1]

    def rule(self, equation: Equation, inputs: Sequence[Any]) -> Sequence[Value]:
        operands = tuple(map(self.held, inputs))
        arrays = [operand.array for operand in operands]
        if any(isinstance(array, jax.Ref) for array in arrays):
            raise ValueError(
                "trace: fn must compute new arrays, for a reference has no one value; got a jax.Ref in "
                f"{equation.name!r}; use x.at[...].set(...)"
            )
        follows = any(operand.follows for operand in operands) and equation.primitive not in _ENDS
        if equation.primitive == "cond":
            around = equation.place.within(f"branch {branch_number(equation, arrays)}")
            return self._instead(taken_branch(equation, arrays), operands[1:], around)
        if equation.primitive == "while" and follows:
            return self._instead(scanned_loop(equation, arrays), operands, equation.place)
        if equation.primitive == "scan" and follows and (self._unfold or holds_while(equation)):
            return self._instead(unrolled_scan(equation), operands, equation.place)
        results = tuple(self.value(array, follows) for array in equation.outputs(*arrays))
        self.operations.append(Operation(equation, operands, results))
        return results

    def _instead(self, fn: Callable[..., Any], operands: Sequence[Value], around: Place) -> Sequence[Value]:
        arrays = [operand.array for operand in operands]
        found = evaluated(fn, arrays, self.rule, *operands, whole=_has_own_derivative, around=around)
        return [self.held(value) for value in found]


def _array(constant: Any) -> Array:
    return constant if hasattr(constant, "dtype") else jnp.asarray(constant)
