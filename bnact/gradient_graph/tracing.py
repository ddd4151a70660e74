"""A function's gradient graph."""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from .arguments import Arguments, arguments_of, kinds_of
from .backward import Backward, backward_pass
from .descent import ArgumentDescent
from .forward import Forward, Operation, Value, forward_pass
from .graph import CONSTANT, INPUT, Edge, GradientGraph, Node
from .naming import source_of, value_names
from .numpy_arrays import numpy_of


def trace(
    fn: Callable[..., Any], *args: Any, names: Sequence[str] | None = None, unfold: bool = False
) -> GradientGraph:
    """The graph of what fn computes at these arguments, with the gradient on every edge.

    Calls under `jax.jit` and `jax.checkpoint` are followed into, of a `cond` the branch that is taken. A
    function with a derivative of its own (`jax.custom_jvp`, `jax.custom_vjp`) is one operation, for what is
    inside it says nothing of its gradient. A scan is one operation unless it is unfolded; a `while_loop` is
    a scan of as many steps as it takes, and so has a gradient here.

    Args:
      fn: from trees of arrays to a scalar, traceable by JAX.
      args: its arguments. Their arrays and floating numbers are the graph's inputs; whole numbers, truth
        values and functions in them are taken as they are.
      names: of the arguments; None: those of fn's parameters. An array in a tree has its path added.
      unfold: write every scan down step by step, each step in the scope "step 0", "step 1", ....

    Returns:
      The graph. It holds every value and every gradient: the memory is that of all of them.

    Raises:
      TypeError: fn is no function.
      ValueError: fn does not return one real number; no argument is a real number or an array of them; names
        do not match the arguments.

    Source: Griewank, Walther, "Evaluating derivatives", 2008, on the computational graph.
    """
    if not callable(fn):
        raise TypeError(
            f"trace: the first argument must be a function; got {fn!r}; use trace(fn, *args), not "
            "trace(fn(*args))"
        )
    arguments = arguments_of(fn, args, names)

    def of_arrays(*arrays: Any) -> Any:
        return _scalar(fn(*arguments.together(arrays)))

    forward = forward_pass(of_arrays, arguments.arrays, unfold)
    backward = backward_pass(forward)
    return _graph(arguments, of_arrays, forward, backward)


def _scalar(returned: Any) -> Any:
    leaves = jax.tree.leaves(returned)
    if len(leaves) != 1 or not _is_real_number(leaves[0]):
        raise ValueError(
            f"trace: fn must return one real number; got {kinds_of(leaves) or 'nothing'}; return for example "
            "jnp.mean(...) of it"
        )
    return jnp.asarray(leaves[0])


def _is_real_number(leaf: Any) -> bool:
    array = isinstance(leaf, float | np.ndarray | np.generic | jax.Array)
    return array and jnp.shape(leaf) == () and jnp.issubdtype(jnp.result_type(leaf), jnp.floating)


def _graph(
    arguments: Arguments, fn: Callable[..., Any], forward: Forward, backward: Backward
) -> GradientGraph:
    names = value_names(forward, arguments.names)
    arrays = [numpy_of(value.array) for value in forward.values]
    gradients = {number: numpy_of(gradient) for number, gradient in backward.gradients.items()}
    of_inputs = tuple(
        gradients.get(value.number, np.zeros_like(arrays[value.number])) for value in forward.inputs
    )
    real = [value.follows for value in forward.inputs]
    return GradientGraph(
        value=arrays[forward.output.number],
        output=names[forward.output.number],
        inputs={
            name: arrays[value.number] for name, value in zip(arguments.names, forward.inputs, strict=True)
        },
        gradients={
            name: gradient
            for name, gradient, follows in zip(arguments.names, of_inputs, real, strict=True)
            if follows
        },
        nodes=_nodes(forward, names, arrays, gradients),
        edges=tuple(
            Edge(
                f"e{number}",
                names[edge.source],
                names[edge.target],
                edge.operand,
                arrays[edge.source],
                None if edge.local is None else numpy_of(edge.local),
                numpy_of(edge.upstream),
                numpy_of(edge.gradient),
            )
            for number, edge in enumerate(backward.edges, 1)
        ),
        descent=ArgumentDescent(
            fn, arguments, of_inputs, jax.dtypes.canonicalize_dtype(np.float64) == np.float64
        ),
    )


def _nodes(
    forward: Forward, names: Sequence[str], arrays: Sequence[np.ndarray], gradients: dict[int, np.ndarray]
) -> tuple[Node, ...]:
    inputs = {value.number for value in forward.inputs}
    made = {
        result.number: (operation, output)
        for operation in forward.operations
        for output, result in enumerate(operation.results)
    }

    def node(value: Value) -> Node:
        name, array, gradient = names[value.number], arrays[value.number], gradients.get(value.number)
        if value.number not in made:
            return Node(name, INPUT if value.number in inputs else CONSTANT, array, gradient)
        return _made(name, array, gradient, names, *made[value.number])

    return tuple(node(value) for value in forward.values)


def _made(
    name: str,
    array: np.ndarray,
    gradient: np.ndarray | None,
    names: Sequence[str],
    operation: Operation,
    output: int,
) -> Node:
    operands = tuple(names[operand.number] for operand in operation.operands)
    place, params = operation.equation.place, operation.equation.params
    parameters = {key: value for key, value in params.items() if _is_plain(value)}
    word, source = operation.equation.name, source_of(place)
    return Node(name, word, array, gradient, operands, place.scope, source, output, parameters)


def _is_plain(value: Any) -> bool:
    return all(map(_is_plain, value)) if isinstance(value, tuple) else isinstance(value, int | float | str)
