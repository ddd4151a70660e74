"""Evaluates a traced function with a rule of one's own for every equation.

The only file that knows how JAX writes down what it has traced.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

import jax
from jax.extend import core

# A call is followed into, under the name JAX gives it in this version or another.
_CALLS = frozenset(
    {
        "checkpoint",
        "closed_call",
        "composite",
        "core_call",
        "custom_jvp_call",
        "custom_vjp_call",
        "custom_vjp_call_jaxpr",
        "jit",
        "pjit",
        "remat",
        "remat2",
    }
)
_BODIES = ("jaxpr", "call_jaxpr", "fun_jaxpr")


class Equation(NamedTuple):
    """One step of a traced function.

    Attributes:
      primitive: what is computed, by JAX's name for it, or the name of a call that is not followed.
      params: its static parameters.
      dtypes: of the outputs.
    """

    primitive: str
    params: Mapping[str, Any]
    dtypes: tuple[Any, ...]


Rule = Callable[[Equation, Sequence[Any]], Sequence[Any]]


def evaluated(
    fn: Callable[..., Any],
    examples: Sequence[Any],
    rule: Rule,
    *arguments: Any,
    whole: Collection[str] = (),
) -> Any:
    """What `fn(*arguments)` returns if every equation is computed by the rule.

    A call (`jax.jit`, `jax.checkpoint`, a function with a rule of its own for its derivative) is followed
    into; the rule meets only what is computed in it.

    Args:
      fn: a function that JAX can trace, of arrays, returning an array or a tree of them.
      examples: arguments to trace it at; of them only shapes and dtypes matter.
      rule: from an equation and the values of its inputs to the values of its outputs. Values are what
        the rule makes them; it also meets the function's constants, as arrays and numbers.
      arguments: values of the arguments, one array or number each.
      whole: names of functions with a rule of their own for their derivative that are not followed into: the
        rule computes them at once.

    Returns:
      The tree of fn, of values.
    """
    closed, shape = jax.make_jaxpr(fn, return_shape=True)(*examples)
    values = _evaluated(closed.jaxpr, closed.consts, rule, arguments, whole)
    return jax.tree.unflatten(jax.tree.structure(shape), values)


def _evaluated(
    jaxpr: core.Jaxpr, consts: Sequence[Any], rule: Rule, arguments: Sequence[Any], whole: Collection[str]
) -> list[Any]:
    values: dict[Any, Any] = {}

    def read(atom: Any) -> Any:
        return atom.val if isinstance(atom, core.Literal) else values[atom]

    values.update(zip(jaxpr.constvars, consts, strict=True))
    values.update(zip(jaxpr.invars, arguments, strict=True))
    for equation in jaxpr.eqns:
        inputs = [read(atom) for atom in equation.invars]
        outputs = _outputs(equation, inputs, rule, whole)
        values.update(zip(equation.outvars, outputs, strict=True))
    return [read(atom) for atom in jaxpr.outvars]


def _outputs(equation: Any, inputs: Sequence[Any], rule: Rule, whole: Collection[str]) -> Sequence[Any]:
    name = equation.primitive.name
    if name in _CALLS:
        body = next(equation.params[name] for name in _BODIES if name in equation.params)
        # Some calls carry their constants with them, the others take them as inputs.
        jaxpr, consts = (body.jaxpr, body.consts) if isinstance(body, core.ClosedJaxpr) else (body, ())
        called = jaxpr.debug_info.func_src_info.split(" at ")[0]
        if name != "custom_jvp_call" or called not in whole:
            return _evaluated(jaxpr, consts, rule, inputs, whole)
        name = called
    dtypes = tuple(variable.aval.dtype for variable in equation.outvars)
    return rule(Equation(name, equation.params, dtypes), inputs)
