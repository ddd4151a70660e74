"""An activation made of a function that somebody has written already."""

import weakref
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from bnact.types import Array

from .activation import Activation, KinkSide, Origin
from .factories import FACTORIES
from .facts.abruptness import Sampled
from .facts.elementwise import check_elementwise
from .facts.measurement import JUMP, STEP, measured_facts
from .facts.sampling import sampled
from .facts.scale import UNIT
from .other_names import OF_SEVERAL_FEATURES, OTHER_NAMES
from .registry import ACTIVATIONS
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
    some hundred thousand points, see `bnact.activations.facts.measured_facts`. float16 and bfloat16 are
    computed in float32 and rounded once. NaN gives NaN, and an infinite input the limit, whatever fn does
    there.

    Args:
      fn: elementwise over float32 and float64 arrays of any shape, differentiable by JAX.
      name: what errors and tables call it; none that `get` knows.
      derivative: a formula for fn' that is more accurate than autodiff's, elementwise likewise.
      inverse: from values back to inputs, NaN outside the range; only of a strictly increasing function.
      formula, source: for people.

    Returns:
      The activation; `bnact.activations.audit` says how accurate it is. For equal arguments it is the same
      record. It can be pickled if fn is a function of a module, and no lambda.

    Raises:
      TypeError: fn is not a function that JAX can trace, or does not return an array of its input's shape
        and type.
      ValueError: fn is constant, not elementwise, or not finite at a number near 0; or another activation has
        the name.
    """
    _check_name(name)
    given = (fn, name, derivative, inverse, formula, source)
    _check_functions(name, fn, derivative, inverse)
    known = _ADOPTED.get(given)
    return known if known is not None else _ADOPTED.setdefault(given, _adopted(*given))


# For equal arguments one record, as long as somebody has it: JAX's caches and pickle compare records.
_ADOPTED: weakref.WeakValueDictionary[tuple[Any, ...], Activation] = weakref.WeakValueDictionary()


def _adopted(
    fn: Formula, name: str, derivative: Formula | None, inverse: Formula | None, formula: str, source: str
) -> Activation:
    _check(fn, name)
    first = derivative or _tangent(fn)
    plain = curve(name, fn, first, _tangent(first))
    _check_finite(plain, name)
    facts = measured_facts(plain)
    value = _with_limits(fn, *facts.limits)
    made = curve(name, value, _nan_kept(first), _nan_kept(_tangent(first)))
    return Activation(
        name=name,
        curve=made,
        definition=fn,
        formula=formula or name,
        source=source or "given as a function",
        kink_side=_kink_side(UNIT.order(made, 1), UNIT.inputs(facts.kinks)),
        inverse=inverse if inverse is None else function(f"{name} inverse", inverse),
        origin=Origin(_again, (fn, name, derivative, inverse, formula, source)),
        **facts._asdict(),
    )


def _again(
    fn: Formula, name: str, derivative: Formula | None, inverse: Formula | None, formula: str, source: str
) -> Activation:
    return activation_of(fn, name, derivative=derivative, inverse=inverse, formula=formula, source=source)


def _check_name(name: str) -> None:
    if not isinstance(name, str):
        raise TypeError(f"activation_of: name must be a string; got {name!r}; use activation_of(fn, 'mine')")
    from .learned.learnable import LEARNABLE  # itself made of activations

    taken = (*ACTIVATIONS, *FACTORIES, *OTHER_NAMES, *OF_SEVERAL_FEATURES, *LEARNABLE)
    if name.split("(")[0].strip() in taken:
        raise ValueError(
            f"activation_of: name must be one that no other activation has, here or elsewhere, since records "
            f"are found by it; got {name!r}; use for example {'my_' + name.split('(')[0].strip()!r}"
        )


def _check_functions(name: str, *functions: Callable[[Array], Array] | None) -> None:
    try:
        hash(functions)
    except TypeError as error:
        raise TypeError(
            f"{name}: functions must be hashable, as a record is; {error}; use a plain function, "
            "for example lambda x: fn(x)"
        ) from None


def _tangent(fn: Formula) -> Formula:
    return lambda x: jax.jvp(fn, (x,), (jnp.ones_like(x),))[1]


def _nan_kept(fn: Formula) -> Formula:
    return lambda x: jnp.where(jnp.isnan(x), x, fn(x))


def _with_limits(fn: Formula, low: float, high: float) -> Formula:
    """The function with its limits at the infinities, and NaN at NaN."""

    def limited(x: Array) -> Array:
        at_infinity = jnp.where(x > 0, high, low).astype(x.dtype)
        return jnp.where(jnp.isnan(x), x, jnp.where(jnp.isinf(x), at_infinity, fn(x)))

    return limited


def _check_finite(made: Curve, name: str) -> None:
    x = np.arange(-4000, 4001) / 1000.0
    values = sampled(made, x)[0]
    wrong = np.flatnonzero(~np.isfinite(values))
    if wrong.size:
        raise ValueError(
            f"{name}: fn must be finite at every number near 0; got {values[wrong[0]]} at {x[wrong[0]]}; "
            "give it a value there, for example by jnp.where"
        )


def _check(fn: Callable[[Array], Array], name: str) -> None:
    if not callable(fn):
        raise TypeError(
            f"{name}: fn must be a function of an array; got {type(fn).__name__}; "
            "pass for example jax.nn.relu"
        )
    given = jax.ShapeDtypeStruct((2, 3), jnp.float32)
    try:
        # Of a function around it: JAX holds it weakly, which a numpy function does not allow.
        returned = jax.eval_shape(lambda x: fn(x), given)
    except jax.errors.JAXTypeError as error:
        raise TypeError(
            f"{name}: fn must be a function that JAX can trace; got {type(error).__name__} from it; "
            "write it with jax.numpy, without branches on values"
        ) from error
    if getattr(returned, "shape", None) != given.shape or returned.dtype != given.dtype:
        raise TypeError(
            f"{name}: fn must return an array of its input's shape and type; got {returned} for {given}; "
            "pass an elementwise function"
        )
    check_elementwise(name, fn, np.dtype(np.float32))


def _kink_side(slope: Sampled, at: np.ndarray) -> KinkSide:
    left, here, right = (slope(at + shift) for shift in (-STEP, 0.0, STEP))
    if np.all(np.abs(here - left) < JUMP):
        return "left"
    return "right" if np.all(np.abs(here - right) < JUMP) else "neither"
