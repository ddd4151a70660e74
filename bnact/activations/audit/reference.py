"""What a function is meant to be, and who says so."""

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from bnact.activations.activation import Activation
from bnact.activations.other_names import OTHER_NAMES
from bnact.activations.registry import ACTIVATIONS, get
from bnact.activations.rule import Formula

JAX_NN = {
    **{
        here: OTHER_NAMES.get(here, here)
        for here in dir(jax.nn)
        if OTHER_NAMES.get(here, here) in ACTIVATIONS
    },
    "gelu": "gelu_tanh",  # approximate=True is its default
}
"""From a function of jax.nn, by its defaults, to the activation it is meant to be."""


class Reference(NamedTuple):
    """The truth about a function, as formulas to be followed in many digits.

    Attributes:
      words: whose formulas they are.
      value: of a scalar, plain jax.numpy.
      derivative: likewise; None if it is what autodiff makes of `value`.
      jumps: where the value may be that of either side.
      kinks: where the derivative may be that of either side.
      lasting: whether the formulas mean the same for ever, as those of a record do.
    """

    words: str
    value: Formula
    derivative: Formula | None
    jumps: tuple[float, ...] = ()
    kinks: tuple[float, ...] = ()
    lasting: bool = False

    def both(self) -> Callable[[Any], tuple[Any, Any]]:
        """Value and derivative of a scalar; what they share is computed once."""
        value, derivative = self.value, self.derivative
        if derivative is None:
            return jax.value_and_grad(value)
        return lambda x: (value(x), derivative(x))


def reference_of(
    fn: Formula | Activation, reference: str | Activation | Formula | None, derivative: Formula | None
) -> Reference:
    """The truth about a function.

    Args:
      fn: the function.
      reference: what it is meant to be; None to find out, see `bnact.activations.audit`.
      derivative: formula of its derivative; None if it is the reference's.

    Raises:
      ValueError: the reference is a name that no activation has.
      TypeError: it is neither a name, nor an activation, nor a function.
    """
    found = _given(reference) if reference is not None else _meant(fn)
    if derivative is None:
        return found
    words = f"{found.words}, with a derivative of its own"
    return found._replace(words=words, derivative=derivative, kinks=(), lasting=False)


def _given(reference: str | Activation | Formula) -> Reference:
    if isinstance(reference, str | Activation):
        return _of_activation(get(reference))
    if not callable(reference):
        raise TypeError(
            "audit: reference must be a name, an Activation or a function of one number; "
            f"got {type(reference).__name__}; leave it out to use fn's own formula"
        )
    return Reference("the formula given as reference", reference, None)


def _meant(fn: Formula | Activation) -> Reference:
    if isinstance(fn, Activation):
        return _of_activation(fn)
    name = activation_of_jax_nn(fn)
    if name is not None and name in ACTIVATIONS:
        return _of_activation(ACTIVATIONS[name])
    return Reference("the function's own formula, followed in 100 digits", fn, None)


def _of_activation(activation: Activation) -> Reference:
    return Reference(
        words=f"the definition of bnact's {activation.name}",
        value=activation.definition,
        derivative=activation.surrogate,
        jumps=activation.jumps,
        kinks=activation.kinks,
        lasting=True,
    )


def activation_of_jax_nn(fn: Callable[..., Any]) -> str | None:
    """The name of the activation that a function of jax.nn is meant to be; None if it is no such function."""
    if isinstance(fn, functools.partial):
        given = (fn.func, fn.args, fn.keywords)
        exact_gelu = given == (jax.nn.gelu, (), {"approximate": False})
        return "gelu" if exact_gelu else None
    if fn is jnp.tanh:
        return "tanh"
    return next((name for here, name in JAX_NN.items() if fn is getattr(jax.nn, here, None)), None)
