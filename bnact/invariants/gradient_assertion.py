"""Whether the gradient of a function is the slope of its values, in float64."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from bnact.numerics.differences import Differences, differences
from bnact.numerics.finite_differences import FULL_JACOBIAN_LIMIT, STEP
from bnact.numerics.tolerances import tolerance
from bnact.types import Array

from .flattened import Flat, flattened
from .requirement import Requirement, require
from .residual import Residual, root_mean_square

DIRECTIONS = 8
"""How many random ones are looked at where there are more inputs than the full Jacobian is made for."""

_SEED = 1618033988
_ROUGH = 1e-5
_SIGMAS = 8.0


class GradientResiduals(NamedTuple):
    """What the gradient says less what differences say.

    Attributes:
      derivative: (directions, outputs) with up to 64 outputs, else (directions,): of each direction a random
        combination of the outputs. With up to 64 inputs the directions are these.
      unseen: the part of the outputs that are too rough within the step to be judged, against a half.
    """

    derivative: Residual
    unseen: Residual


def gradient_residuals(fn: Callable[..., Any], *args: Any) -> GradientResiduals:
    """The residuals of a gradient against differences in float64, with their bounds.

    For use inside jit; `assert_gradients` is made of it, and says more.

    Returns:
      Arrays in float64, or in float32 where the caller has not switched 64-bit JAX on.

    Raises:
      TypeError: fn does not compute in float64, or no argument is floating.
      ValueError: the arguments, or what fn returns, have no elements.
    """
    return _in_own_dtype("gradient_residuals", fn, args)


def assert_gradients(fn: Callable[..., Any], *args: Any) -> None:
    """Asserts that reverse-mode gradients of a function are the slopes of its values, in float64.

    All floating arguments are taken in float64, which is switched on for as long as it takes. With up to 64
    elements in them every column of the Jacobian is looked at, above that 8 random directions; with up to 64
    elements in the result every row, above that a random combination of all for each direction. Each number
    has a bound of its own: the float64 tolerance of gradients times the size of what it is made of, and of a
    usual value of the result; and how rough the function is within the step. The size of a random combination
    is the root of the sum of its squared terms. No bound grows faster than what is compared, and a single
    wrong element among thousands shows: float64 has digits to spare.

    What it cannot see: slopes at a kink or jump within the step, 1e-3 (an output there is left out, and if it
    is half of them that is an error); derivatives a billion times smaller than the values; what depends on
    the dtype, since only float64 is looked at; forward mode, where a rule of its own exists only for reverse;
    second derivatives, unless fn is a gradient itself. Arguments should be of order one, as the step is.

    Eager, or in a traced function under `chex.chexify`.

    Args:
      fn: from trees of arrays to a tree of arrays; must compute in float64 when given float64.
      args: where; leaves that are not floating are left as they are.

    Raises:
      AssertionError: the gradient is not the slope; the message has the residual, its bound, where, and the
        shape.
      TypeError: fn does not compute in float64, or no argument is floating.
      ValueError: the arguments, or what fn returns, have no elements.
    """
    traced = any(isinstance(leaf, Tracer) for leaf in jax.tree.leaves(args))
    found = (_in_own_dtype if traced else _exact)("assert_gradients", fn, args)
    inputs = [np.shape(leaf) for leaf in jax.tree.leaves(args)]
    rows = "output" if found.derivative.value.ndim == 2 else "random combination of outputs"
    total = found.derivative.value.shape[0]
    columns = (
        f"{total} elements of the arguments"
        if _count(inputs) <= FULL_JACOBIAN_LIMIT
        else f"{total} random directions"
    )
    require(
        "assert_gradients",
        [
            Requirement(
                f"derivative: the gradient is the slope of the values, by (direction, {rows})",
                found.derivative,
            ),
            Requirement("unseen: most outputs are smooth within the step", found.unseen),
        ],
        f"{columns}, arguments of shapes {inputs}",
    )


def _in_own_dtype(function: str, fn: Callable[..., Any], args: tuple[Any, ...]) -> GradientResiduals:
    """As the caller may have it, who may not have switched 64-bit JAX on."""
    own = jax.dtypes.canonicalize_dtype(np.float64)
    with jax.enable_x64(True):
        found = _residuals(*flattened(function, fn, args))
        return jax.tree.map(lambda leaf: leaf.astype(own), found)


def _exact(function: str, fn: Callable[..., Any], args: tuple[Any, ...]) -> GradientResiduals:
    with jax.enable_x64(True):
        flat, x = flattened(function, fn, args)
        return jax.tree.map(np.asarray, jax.jit(lambda x: _residuals(flat, x))(x))


def _count(shapes: list[tuple[int, ...]]) -> int:
    return sum(int(np.prod(shape)) for shape in shapes)


def _residuals(fn: Flat, x: Array) -> GradientResiduals:
    y, backward = jax.vjp(fn, x)
    usual = root_mean_square(y)
    random = np.random.default_rng(_SEED)
    few_inputs, few_outputs = x.size <= FULL_JACOBIAN_LIMIT, y.size <= FULL_JACOBIAN_LIMIT
    directions = jnp.asarray(np.eye(x.size) if few_inputs else random.normal(size=(DIRECTIONS, x.size)))
    # A long direction moves every sum over the inputs far: the step is the shorter for it.
    step = STEP * min(1.0, (FULL_JACOBIAN_LIMIT / x.size) ** 0.5)
    seen = differences(fn, x, directions, step)
    rough = seen.roughness > _ROUGH * (jnp.abs(seen.derivative) + usual)
    if few_outputs:
        derivative = _by_output(backward, y, directions, seen, usual)
    else:
        combined = jnp.asarray(random.normal(size=(directions.shape[0], y.size)))
        derivative = _combined(backward, jnp.where(rough, 0, combined), directions, seen, usual)
    unseen = Residual(jnp.mean(rough.astype(jnp.float64)), jnp.full((), 0.5))
    return GradientResiduals(derivative, unseen)


def _by_output(
    backward: Callable[..., Any], y: Array, directions: Array, seen: Differences, usual: Array
) -> Residual:
    rows = jax.lax.map(lambda cotangent: backward(cotangent)[0], jnp.eye(y.size, dtype=y.dtype))
    size = jnp.abs(directions) @ jnp.abs(rows).T + jnp.abs(seen.derivative) + usual
    bound = tolerance("float64").gradient * size + seen.roughness
    return Residual(directions @ rows.T - seen.derivative, bound)


def _combined(
    backward: Callable[..., Any], cotangents: Array, directions: Array, seen: Differences, usual: Array
) -> Residual:
    gradients = jax.lax.map(lambda cotangent: backward(cotangent)[0], cotangents)
    value = jnp.sum(gradients * directions, 1) - jnp.sum(cotangents * seen.derivative, 1)
    # The combination's signs are random, so that what rounding does to its terms adds up as squares do.
    size = _length(gradients * directions) + _length(cotangents * (jnp.abs(seen.derivative) + usual))
    rough = _SIGMAS * _length(cotangents * seen.roughness)
    return Residual(value, tolerance("float64").gradient * size + rough)


def _length(rows: Array) -> Array:
    return jnp.sqrt(jnp.sum(jnp.square(rows), 1))
