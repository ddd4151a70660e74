"""Loops and branches as plain functions, once the values they depend on are known."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend import core

from bnact.types import Array

from .interpreter import Equation


def computes_while(fn: Callable[..., Any], examples: Sequence[Any]) -> bool:
    """Whether a `while_loop` stands in fn, traced at the examples.

    What stands in a function with a rule of its own for its derivative does not count.
    """
    return _stands_in(jax.make_jaxpr(fn)(*examples).jaxpr)


def holds_while(equation: Equation) -> bool:
    """Whether a `while_loop` stands in what an equation computes, as in `computes_while`."""
    return _stands_in_params(equation.primitive, equation.params)


def _stands_in(jaxpr: core.Jaxpr) -> bool:
    return any(
        written.primitive.name == "while" or _stands_in_params(written.primitive.name, written.params)
        for written in jaxpr.eqns
    )


def _stands_in_params(primitive: str, params: Mapping[str, Any]) -> bool:
    if primitive.startswith("custom_"):
        return False
    listed = (value if isinstance(value, tuple | list) else (value,) for value in params.values())
    bodies = (each for values in listed for each in values if isinstance(each, core.Jaxpr | core.ClosedJaxpr))
    return any(_stands_in(body.jaxpr if isinstance(body, core.ClosedJaxpr) else body) for body in bodies)


def branch_number(equation: Equation, inputs: Sequence[Any]) -> int:
    """Which branch of a `cond` or `switch` is taken: the nearest to its index.

    Args:
      equation: with primitive "cond".
      inputs: its arrays, the index first.
    """
    return min(max(int(inputs[0]), 0), len(equation.params["branches"]) - 1)


def taken_branch(equation: Equation, inputs: Sequence[Any]) -> Callable[..., list[Any]]:
    """What a `cond` or `switch` computes where its index is known.

    Args:
      equation: with primitive "cond".
      inputs: its arrays, the index first.

    Returns:
      A function of all inputs but the index.
    """
    return core.jaxpr_as_fun(equation.params["branches"][branch_number(equation, inputs)])


def scanned_loop(equation: Equation, inputs: Sequence[Any]) -> Callable[..., list[Any]]:
    """What a `while_loop` computes where the number of its rounds is known, as a scan.

    Reverse mode goes through a scan, but not through a loop whose end depends on the data.

    Args:
      equation: with primitive "while".
      inputs: its arrays, from which the rounds are counted.

    Returns:
      A function of all inputs.
    """
    params = equation.params
    done, body = core.jaxpr_as_fun(params["cond_jaxpr"]), core.jaxpr_as_fun(params["body_jaxpr"])
    of_cond, of_body = params["cond_nconsts"], params["body_nconsts"]

    def parts(values: Sequence[Any]) -> tuple[Sequence[Any], Sequence[Any], Sequence[Any]]:
        return values[:of_cond], values[of_cond : of_cond + of_body], values[of_cond + of_body :]

    # A loop in the body might never end on another example's values.
    first = _of_a_going_one if not _stands_in(params["body_jaxpr"].jaxpr) else _as_they_are

    def counted(*values: Array) -> Any:
        of_done, held, carry = parts(values)

        def round_(state: Any) -> Any:
            number, carry, last = state
            going = done(*of_done, *carry)[0]
            return number + 1, _chosen(going, body(*held, *carry), carry), _chosen(going, carry, last)

        begin = jnp.int32(0), tuple(carry), first(done(*of_done, *carry)[0], carry)
        return jax.lax.while_loop(lambda state: jnp.any(done(*of_done, *state[1])[0]), round_, begin)

    rounds, _, last = counted(*inputs)

    def scanned(*values: Array) -> list[Any]:
        of_done, held, carry = parts(values)

        def step(carry: tuple[Any, ...], _: None) -> tuple[tuple[Any, ...], None]:
            going = done(*of_done, *carry)[0]
            return _chosen(going, body(*held, *_chosen(going, carry, last)), carry), None

        return list(jax.lax.scan(step, tuple(carry), None, length=int(rounds))[0])

    return scanned


# Under vmap the body also computes the examples that have ended. What it makes of them is dropped, but where
# their derivative is infinite, 0 times it would come back as NaN. So they are given what they last went on
# from, and those that never went what another one begins with.
def _of_a_going_one(going: Array, carry: Sequence[Array]) -> tuple[Array, ...]:
    """Of every array the part of the first example that goes on, in the place of all examples' parts."""
    if not going.shape:
        return tuple(carry)
    first = jnp.unravel_index(jnp.argmax(going), going.shape)
    return tuple(jnp.broadcast_to(array[first], array.shape) for array in carry)


def _as_they_are(_: Array, carry: Sequence[Array]) -> tuple[Array, ...]:
    return tuple(carry)


def _chosen(going: Array, moved: Sequence[Array], still: Sequence[Array]) -> tuple[Array, ...]:
    """Of a loop under vmap the first values of the examples that go on, and the others' second ones."""
    if not going.shape:
        return tuple(moved)
    return tuple(
        jnp.where(jnp.expand_dims(going, tuple(range(going.ndim, one.ndim))), one, other)
        for one, other in zip(moved, still, strict=True)
    )


def unrolled_scan(equation: Equation) -> Callable[..., list[Any]]:
    """What a scan computes, one step after the other.

    Args:
      equation: with primitive "scan".

    Returns:
      A function of all its inputs; step 3 stands in the named scope "step 3".
    """
    params = equation.params
    body = core.jaxpr_as_fun(params["jaxpr"])
    held, carried, length = params["num_consts"], params["num_carry"], params["length"]
    order = range(length - 1, -1, -1) if params["reverse"] else range(length)

    def unrolled(*inputs: Array) -> list[Any]:
        consts, carry, rows = inputs[:held], inputs[held : held + carried], inputs[held + carried :]
        emitted: dict[int, Sequence[Any]] = {}
        for number in order:
            with jax.named_scope(f"step {number}"):
                here = [_row(array, number) for array in rows]
                outputs = body(*consts, *carry, *here)
            carry, emitted[number] = outputs[:carried], outputs[carried:]
        columns = zip(*(emitted[number] for number in range(length)), strict=True)
        stacked = [jnp.stack(column) for column in columns] if length else _empty(params, carried)
        return [*carry, *stacked]

    return unrolled


def _row(array: Array, number: int) -> Array:
    """The array's row of that number.

    The number is an operand, not a parameter: so every step has the same equations, each compiled once.
    """
    begin = [np.uint32(number), *[np.uint32(0)] * (array.ndim - 1)]
    return jax.lax.squeeze(jax.lax.dynamic_slice(array, begin, (1, *array.shape[1:])), (0,))


def _empty(params: Any, carried: int) -> list[Array]:
    shapes = params["jaxpr"].out_avals[carried:]
    return [jnp.zeros((0, *shape.shape), shape.dtype) for shape in shapes]
