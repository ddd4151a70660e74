"""Every function that makes an activation from parameters, and what a written call of one means.

A record's own name is such a call, "softplus(beta=2.0)". So a name is all that another process needs to make
the record again, and what a study knows it by.
"""

import ast
import inspect
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from .activation import Activation
from .algebraic import isrlu, isru, squareplus
from .exponential_units import celu, elu, selu
from .growing import softplus
from .hard import hard_sigmoid, hard_tanh
from .periodic import snake
from .rectifiers import leaky_relu, rrelu, threshold
from .shrinkage import hard_shrink, shrink, soft_shrink
from .steps import step
from .tangents import penalized_tanh, softcap
from .unknown import unknown

FACTORIES: Mapping[str, Callable[..., Activation]] = MappingProxyType(
    {
        factory.__name__: factory
        for factory in (
            *(leaky_relu, rrelu, threshold, elu, celu, selu, hard_sigmoid, hard_tanh, soft_shrink),
            *(hard_shrink, shrink, step, softplus, squareplus, isru, isrlu, softcap, penalized_tanh, snake),
        )
    }
)

_COMMA_BETWEEN_CALLS = re.compile(r",(?![^(]*\))")


def is_call(name: str) -> bool:
    """Whether a name has parameters, as "softplus(beta=2.0)" has."""
    return "(" in name


def made_by_call(text: str) -> Activation:
    """The activation that a call written as text makes; nothing of the text is evaluated.

    Args:
      text: a name in `FACTORIES` and its parameters as numbers by their names, "hard_tanh(low=-2, high=2)";
        those not given have their defaults.

    Returns:
      The factory's record.

    Raises:
      ValueError: the text is no such call, the factory or a parameter is unknown, or a value is no number or
        out of its interval.
    """
    name, arguments = _parsed(text)
    if name not in FACTORIES:
        raise unknown("activation: what has parameters must be a name in FACTORIES", name, FACTORIES)
    defaults = {each.name: each.default for each in inspect.signature(FACTORIES[name]).parameters.values()}
    for parameter, value in arguments.items():
        if parameter not in defaults:
            raise ValueError(
                f"{name}: a parameter must be one of {', '.join(defaults)}; got {parameter!r} in {text!r}; "
                f"use {name}({_written(defaults)})"
            )
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(
                f"{name}: {parameter} must be a number; got {parameter}={value!r} in {text!r}; "
                f"use for example {parameter}={defaults[parameter]!r}"
            )
    return FACTORIES[name](**arguments)


def separate_names(text: str) -> list[str]:
    """The names in a list of several with commas between them, those inside of parentheses aside."""
    return [name.strip() for name in _COMMA_BETWEEN_CALLS.split(text)] if text.strip() else []


def _parsed(text: str) -> tuple[str, dict[str, object]]:
    try:
        call = ast.parse(text.strip(), mode="eval").body
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and not call.args:
            arguments = {str(each.arg): _literal(each.value) for each in call.keywords}
            if len(arguments) == len(call.keywords) and None not in [each.arg for each in call.keywords]:
                return call.func.id, arguments
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pass
    raise ValueError(
        f"activation: parameters must be written as name(parameter=number, ...), each once; got {text!r}; "
        "use for example softplus(beta=2.0)"
    )


def _literal(node: ast.expr) -> object:
    """The node's value; its text if it is no literal, which is then refused as no number."""
    try:
        return ast.literal_eval(node)
    except ValueError:
        return ast.unparse(node)


def _written(parameters: Mapping[str, object]) -> str:
    return ", ".join(f"{parameter}={value!r}" for parameter, value in parameters.items())
