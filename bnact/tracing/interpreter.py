"""Evaluates a traced function with a rule of one's own for every equation.

With `places.py` and `control_flow.py` the only code that knows how JAX writes down what it has traced.
"""

import functools
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, NamedTuple

import jax
from jax.extend import core

from .places import NOWHERE, Place, place_of

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
      primitive: what is computed, by JAX's name for it.
      name: the called function's name where a call is not followed, else the primitive.
      params: its static parameters.
      dtypes: of the outputs.
      place: where in the program it was written.
      outputs: from arrays, one for each input, to the list of arrays that JAX computes.
      identity: equal for two equations only if `outputs` is the same function; None where that is not known.
    """

    primitive: str
    name: str
    params: Mapping[str, Any]
    dtypes: tuple[Any, ...]
    place: Place
    outputs: Callable[..., list[Any]]
    identity: Hashable


Rule = Callable[[Equation, Sequence[Any]], Sequence[Any]]
Choice = Callable[[Equation], bool]


def no_call(equation: Equation) -> bool:
    """The choice to compute no call at once: all are followed."""
    del equation
    return False


def evaluated(
    fn: Callable[..., Any],
    examples: Sequence[Any],
    rule: Rule,
    *arguments: Any,
    whole: Choice = no_call,
    around: Place = NOWHERE,
) -> Any:
    """What `fn(*arguments)` returns if every equation is computed by the rule.

    A call (`jax.jit`, `jax.checkpoint`, a function with a rule of its own for its derivative) is followed
    into; the rule meets only what is computed in it.

    Args:
      fn: a function that JAX can trace, of trees of arrays, returning an array or a tree of them.
      examples: arguments to trace it at; of them only structure, shapes and dtypes matter.
      rule: from an equation and the values of its inputs to the values of its outputs. Values are what
        the rule makes them; it also meets the function's constants, as arrays and numbers.
      arguments: values of the arguments, one for each leaf of the examples.
      whole: says of a call whether it is not followed into: the rule then computes it at once.
      around: the place fn stands at: every equation's scope begins with its scope.

    Returns:
      The tree of fn, of values.
    """
    closed, shape = jax.make_jaxpr(fn, return_shape=True)(*examples)
    values = _evaluated(closed.jaxpr, closed.consts, rule, arguments, whole, around)
    return jax.tree.unflatten(jax.tree.structure(shape), values)


def _evaluated(
    jaxpr: core.Jaxpr,
    consts: Sequence[Any],
    rule: Rule,
    arguments: Sequence[Any],
    whole: Choice,
    around: Place,
) -> list[Any]:
    values: dict[Any, Any] = {}

    def read(atom: Any) -> Any:
        return atom.val if isinstance(atom, core.Literal) else values[atom]

    values.update(zip(jaxpr.constvars, consts, strict=True))
    values.update(zip(jaxpr.invars, arguments, strict=True))
    for written in jaxpr.eqns:
        inputs = [read(atom) for atom in written.invars]
        equation = _equation(written, around)
        body = None if whole(equation) else _body(written)
        if body is None:
            outputs = rule(equation, inputs)
        else:
            # Some calls carry their constants with them, the others take them as inputs.
            inner, held = (body.jaxpr, body.consts) if isinstance(body, core.ClosedJaxpr) else (body, ())
            outputs = _evaluated(inner, held, rule, inputs, whole, equation.place.within(equation.name))
        values.update(zip(written.outvars, outputs, strict=True))
    return [read(atom) for atom in jaxpr.outvars]


def _body(written: Any) -> Any:
    """What a call computes; None of an equation that is no call."""
    if written.primitive.name not in _CALLS:
        return None
    return next(written.params[name] for name in _BODIES if name in written.params)


def _equation(written: Any, around: Place) -> Equation:
    primitive, params = written.primitive, written.params
    body = _body(written)
    name = primitive.name
    if body is not None:
        jaxpr = body.jaxpr if isinstance(body, core.ClosedJaxpr) else body
        name = jaxpr.debug_info.func_src_info.split(" at ")[0]
    dtypes = tuple(variable.aval.dtype for variable in written.outvars)
    return Equation(
        primitive.name,
        name,
        params,
        dtypes,
        place_of(written.source_info, around),
        functools.partial(_outputs, primitive, written.ctx, params),
        _identity(written),
    )


# Bound to these and not to the equation, whose traceback would be kept as long as the function is.
def _outputs(primitive: Any, context: Any, params: Mapping[str, Any], *inputs: Any) -> list[Any]:
    with context.manager:
        found = primitive.bind(*inputs, **primitive.get_bind_params(params))
    return list(found) if primitive.multiple_results else [found]


def _identity(written: Any) -> Hashable:
    # A traced function among the parameters is equal to itself alone, and is seldom met again.
    if any(isinstance(value, core.Jaxpr | core.ClosedJaxpr) for value in written.params.values()):
        return None
    key = (written.primitive, written.ctx, tuple(sorted(written.params.items(), key=lambda item: item[0])))
    try:
        hash(key)
    except TypeError:
        return None
    return key
