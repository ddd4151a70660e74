"""An activation made of a function that somebody has written already."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np

from bnact.types import Array

from .activation import Activation, KinkSide
from .facts.elementwise import check_elementwise
from .facts.measurement import JUMP, STEP, measured_facts
from .facts.sampling import sampled
from .rule import Curve, Formula, curve, function


def activation_of(
    fn: Callable[[Array], Array],
    name: str,
    *,
    derivative: Callable[[Array], Array] | None = None,
    inverse: Callable[[Array], Array] | None = None,
    formula: str = "",
    source: str = "",
) -> Activation:
    """A function as an activation: what every function of bnact takes where it takes a name.

    The facts (range, Lipschitz bound, kinks, ...) are measured, by looking at the function in float64 at
    some hundred thousand points; special points are found where they are multiples of 0.001 within 10 of
    zero. float16 and bfloat16 are computed in float32 and rounded once.

    Args:
      fn: elementwise over float32 and float64 arrays of any shape, differentiable by JAX.
      name: what errors and tables call it.
      derivative: a formula for fn' that is more accurate than autodiff's, elementwise likewise.
      inverse: from values back to inputs, NaN outside the range; only of a strictly increasing function.
      formula, source: for people.

    Returns:
      The activation; `bnact.activations.audit` says how accurate it is.

    Raises:
      TypeError: fn is not a function, or does not return an array of its input's shape and type.
      ValueError: fn is constant, or not elementwise.
    """
    _check(fn, name)
    first = derivative or _tangent(fn)
    made = curve(name, fn, first, _tangent(first))
    facts = measured_facts(made)
    return Activation(
        name=name,
        curve=made,
        definition=fn,
        formula=formula or name,
        source=source or "given as a function",
        kink_side=_kink_side(made, facts.kinks),
        inverse=inverse if inverse is None else function(f"{name} inverse", inverse),
        **facts._asdict(),
    )


def _tangent(fn: Formula) -> Formula:
    return lambda x: jax.jvp(fn, (x,), (jnp.ones_like(x),))[1]


def _check(fn: Callable[[Array], Array], name: str) -> None:
    if not callable(fn):
        raise TypeError(
            f"{name}: fn must be a function of an array; got {type(fn).__name__}; "
            "pass for example jax.nn.relu"
        )
    given = jax.ShapeDtypeStruct((2, 3), jnp.float32)
    # Of a function around it: JAX holds it weakly, which a numpy function does not allow.
    returned = jax.eval_shape(lambda x: fn(x), given)
    if getattr(returned, "shape", None) != given.shape or returned.dtype != given.dtype:
        raise TypeError(
            f"{name}: fn must return an array of its input's shape and type; got {returned} for {given}; "
            "pass an elementwise function"
        )
    check_elementwise(name, fn, np.dtype(np.float32))


def _kink_side(made: Curve, kinks: tuple[float, ...]) -> KinkSide:
    at = np.array(kinks, np.float64)
    left, here, right = (sampled(made, at + shift)[1] for shift in (-STEP, 0.0, STEP))
    if np.all(np.abs(here - left) < JUMP):
        return "left"
    return "right" if np.all(np.abs(here - right) < JUMP) else "neither"
