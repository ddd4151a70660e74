"""An identity through which all that is known of an activation leaves as a gradient."""

import functools
from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from bnact.numerics import never, varying_as
from bnact.numerics.varying import is_split
from bnact.types import Array

from .refusals import check_floating
from .units import is_saturated

ENLARGED = 2.0**63
"""A gradient of 1.2e-38, the least normal float32, times this has a square that is normal too."""


class UnitSums(NamedTuple):
    """Sums over the examples that the units of a layer were given; every field is (..., units), float32.

    Sums add: over microbatches, devices and steps. Counts are exact up to 2^24 examples.

    Attributes:
      examples: how many.
      active: on how many of them the activation's slope is not zero.
      saturated: on how many of them it is below `bnact.probes.units.SATURATED_BELOW` of the largest.
      given: sum of what the activation is given.
      given_squares: sum of its squares.
      gradient_squares: sum of squares of the gradient where the sink stands.
      enlarged_squares: the same of 2^63 times the gradient: where the squares are too small for float32,
        these are not, and where these are too large, those are not.
    """

    examples: Array
    active: Array
    saturated: Array
    given: Array
    given_squares: Array
    gradient_squares: Array
    enlarged_squares: Array


class Activity(NamedTuple):
    """What the sums say of each layer; every field is (...,), NaN where no example was seen.

    Dead and saturated are NaN too where anything that the activation was given was NaN or infinite.

    Attributes:
      gradient: root mean square of the gradient, one entry an example and unit. Right for gradients of any
        size that float32 has, from 1.2e-38, as long as the sum of their squares is below 3.4e38.
      mean, variance: of what the activation is given, over all examples and units. The variance is the mean
        of the squares less the square of the mean: its error is about 1e-7 of the square of the mean.
      dead: share of units with slope zero on every example.
      saturated: share of (example, unit) pairs that are saturated.
    """

    gradient: Array
    mean: Array
    variance: Array
    dead: Array
    saturated: Array


def no_sums(*shape: int) -> UnitSums:
    """Sums of nothing, of shape (..., units): the sinks to begin with."""
    return UnitSums(*(jnp.zeros(shape, jnp.float32) for _ in UnitSums._fields))


def with_activation_sink(
    x: Array,
    sink: UnitSums,
    given: Array,
    derivative: Callable[[Array], Array],
    largest_slope: Array | float,
) -> Array:
    """`x`, unchanged; the gradient by `sink` is what the activation behind it was given and what came back.

    One `jax.value_and_grad` brings both, in an ordinary training step. Nothing of the size of x is kept for
    it: the sums of the forward pass wait for the backward pass. To be called under `jax.jit`: by itself it
    compiles its branch anew each time.

    Args:
      x: (..., units) floating, where the gradient is taken: what the activation is given, or what a
        normalization ahead of it is given.
      sink: `no_sums(n)` with n at least the units; its fields beyond the units stay 0. Only its gradient is
        of use.
      given: (..., units) what the activation is given.
      derivative: of the activation, as `bnact.activations.Activation.derivative`.
      largest_slope: the largest absolute derivative, `bnact.activations.largest_slope` of the activation.

    Returns:
      x. No gradient flows through `given`.

    Raises:
      TypeError: x is not real floating.
      ValueError: the sink is not of shape (n,), n at least the units.
    """
    check_floating("with_activation_sink", x)
    room = sink.examples.shape
    if len(room) != 1 or room[0] < x.shape[-1]:
        raise ValueError(
            f"with_activation_sink: the sink must have a place for each of the {x.shape[-1]} units; got "
            f"shape {room}; use no_sums({x.shape[-1]})"
        )
    # Under `shard_map` every device has sums of its own, so the sink must vary along x's axes too.
    sums = _sums(lax.stop_gradient(given), derivative, largest_slope, room[0])
    return _ruled(x, sums, varying_as(x, sink))


def activity(sums: UnitSums) -> Activity:
    """What the sums say of each layer.

    Args:
      sums: (..., units), with zeros where a layer has no unit.

    Returns:
      `Activity` of shape (...,), float32.
    """
    total = jnp.sum(sums.examples, -1)
    mean = jnp.sum(sums.given, -1) / total
    # A comparison with NaN is false: without this a layer of NaN would have no dead units.
    known = jnp.where(jnp.isfinite(mean), 1.0, jnp.nan).astype(mean.dtype)
    is_unit = sums.examples > 0
    return Activity(
        gradient=_root_mean_square(sums, total),
        mean=mean,
        variance=jnp.maximum(jnp.sum(sums.given_squares, -1) / total - jnp.square(mean), 0.0),
        dead=known * jnp.mean(sums.active == 0, -1, dtype=jnp.float32, where=is_unit),
        saturated=known * jnp.sum(sums.saturated, -1) / total,
    )


def _root_mean_square(sums: UnitSums, total: Array) -> Array:
    squares, enlarged = jnp.sum(sums.gradient_squares, -1), jnp.sum(sums.enlarged_squares, -1)
    small = jnp.sqrt(enlarged) / ENLARGED
    return jnp.where(jnp.isfinite(enlarged), small, jnp.sqrt(squares)) / jnp.sqrt(total)


def _sums(
    given: Array, derivative: Callable[[Array], Array], largest_slope: Array | float, room: int
) -> UnitSums:
    if not given.size:
        return no_sums(room)

    def sums(given: Array) -> UnitSums:
        slope, values = derivative(given), given.astype(jnp.float32)
        return UnitSums(
            examples=_of_units(jnp.ones_like(values), room),
            active=_of_units(slope != 0, room),
            saturated=_of_units(is_saturated(slope, largest_slope), room),
            given=_of_units(values, room),
            given_squares=_of_units(jnp.square(values), room),
            gradient_squares=jnp.zeros(room, jnp.float32),
            enlarged_squares=jnp.zeros(room, jnp.float32),
        )

    return lax.platform_dependent(given, cpu=functools.partial(_in_a_branch, sums), default=sums)


def _in_a_branch(sums: Callable[[Array], UnitSums], given: Array) -> UnitSums:
    # Always the second, which the compiler does not know. On a CPU it would compute a normalization anew for
    # each of the sums, which made a step of a network two to three times as long; what a branch is given it
    # computes once. Elsewhere there is none: at a branch an accelerator may wait for the host.
    return lax.cond(never(given), lambda given: jax.tree.map(jnp.zeros_like, sums(given)), sums, given)


def _of_units(values: Array, room: int) -> Array:
    """Sums over all axes but the last, with zeros behind them."""
    sums = jnp.sum(values, tuple(range(values.ndim - 1)), dtype=jnp.float32)
    if is_split(sums, (0,)):  # a sink is whole on every device
        sums = jax.reshard(sums, jax.P(None))
    return jnp.pad(sums, (0, room - sums.size))


@jax.custom_vjp
def _ruled(x: Array, seen: UnitSums, sink: UnitSums) -> Array:
    del seen, sink
    return x


def _forward(x: Array, seen: UnitSums, sink: UnitSums) -> tuple[Array, UnitSums]:
    del sink
    return x, seen


def _backward(seen: UnitSums, dx: Array) -> tuple[Array, None, UnitSums]:
    wide, room = dx.astype(jnp.float32), seen.examples.shape[-1]
    squares, enlarged = (_of_units(jnp.square(each), room) for each in (wide, wide * ENLARGED))
    return dx, None, seen._replace(gradient_squares=squares, enlarged_squares=enlarged)


_ruled.defvjp(_forward, _backward)
