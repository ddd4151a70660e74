"""A `Normalization` that a module holds: its parameters and state as the module's variables."""

from typing import Any, Protocol

from flax import nnx
from jax.typing import DTypeLike

from bnact.normalizations import Normalization
from bnact.types import Array, AxisName, PyTree


class Holder(Protocol):
    """What a module that holds a norm has, beside a variable for each of the norm's parameters.

    Attributes:
      normalization: the norm.
      state: what it remembers.
      parameters: the type of its parameters, a named tuple.
      axis_name: see `Normalization.apply`.
    """

    normalization: Normalization
    state: nnx.BatchStat
    parameters: Any
    axis_name: AxisName | None


def hold(module: Holder, num_features: int, param_dtype: DTypeLike) -> None:
    """Gives a module the first variables of its norm.

    Each parameter becomes an `nnx.Param` under its own name, None where the norm goes without it; the state
    becomes one `nnx.BatchStat` under the name `state`.

    Args:
      module: gets the variables, and `parameters`.
      num_features: size of the input's last axis.
      param_dtype: of the parameters.
    """
    params, state = module.normalization.init(num_features)
    for name, value in params._asdict().items():
        setattr(module, name, None if value is None else nnx.Param(value.astype(param_dtype)))
    module.parameters, module.state = type(params), nnx.BatchStat(state)


def held_params(module: Holder) -> PyTree:
    """The norm's parameters, read from the module's variables."""
    variables = {name: getattr(module, name) for name in module.parameters._fields}
    return module.parameters(
        **{name: None if variable is None else variable[...] for name, variable in variables.items()}
    )


def held_norm_of(module: Holder, x: Array, train: bool, mask: Array | None) -> Array:
    """The norm of x, with the module's variables; the state becomes what it is after x.

    Args:
      module: holds the norm.
      x, train, mask: as in `Normalization.apply`.

    Returns:
      Array of x's shape and dtype.
    """
    y, state = module.normalization.apply(
        held_params(module), module.state.get_value(), x, train=train, mask=mask, axis_name=module.axis_name
    )
    if train and state != ():  # evaluation may be traced by a transformation that the module is outside of
        module.state.set_value(state)
    return y
