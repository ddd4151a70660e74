"""The input of an activation, recovered from its output: of which that can be done, and how far it is off."""

import functools

import jax
import jax.numpy as jnp
import numpy as np

from bnact.activations import Activation, Learnable
from bnact.types import Array

WITHIN = 6.0
"""Of a standardized feature hardly a value in 10^9 is further than this from 0."""

LARGEST_ERROR = 1e-4
"""In units of the standardized values; the largest of an activation that is let in."""

LEFT_OPEN = 1e-3
"""Of 1 + |z|: an output that leaves its z open by more makes the gradients NaN, as they would be wrong.

Of `elu`, `celu` and `selu` in float32 that is z < -12.4, of `sigmoid` z > 12.4, of `lecun_tanh` |z| > 9.9.
For a feature standardized over a batch, with scale 1 and bias 0, a value that far out needs more than 150
examples (98). Of `leaky_relu` it is none, of `softplus` what rounds to 0, z < -87.
"""


def recovered(activation: Activation | Learnable, y: Array) -> Array:
    """The z with activation(z) = y, of y's shape and type; NaN where y leaves z open.

    That is where y was rounded to an end of the range, which no input attains, and where the activation is
    so flat that rounding y moves z by more than `LEFT_OPEN` of 1 + |z|.
    """
    assert isinstance(activation, Activation)
    assert activation.inverse is not None
    low, high = activation.range
    inside = jnp.clip(y, _next_inside(low, high, y.dtype), _next_inside(high, low, y.dtype))
    z = activation.inverse(inside)
    rounding = jnp.abs(y) * (jnp.finfo(y.dtype).eps / 2)
    is_known = rounding <= LEFT_OPEN * (1 + jnp.abs(z)) * activation.derivative(z)
    return jnp.where(is_known & (y > low) & (y < high), z, jnp.nan)


def _next_inside(end: float, other: float, dtype: np.dtype) -> Array:
    """The number next to one end of an interval, in it; not a subnormal, which some devices take for 0."""
    kind = np.dtype(dtype).type
    number, least = np.nextafter(kind(end), kind(other)), np.finfo(kind).tiny
    return jnp.asarray(np.copysign(max(abs(number), least), number), dtype)


@functools.cache
def recovery_error(activation: Activation) -> float:
    """How far z recovered from a float32 activation(z) is off at most, |z| within `WITHIN`.

    An output is rounded by up to half a unit in its last place, which the inverse divides by the slope:
    |phi(z)| 2^-24 / phi'(z). Infinite where there is no inverse, or a slope is 0.
    """
    if activation.inverse is None or activation.monotone != "strictly" or activation.jumps:
        return float("inf")
    with jax.ensure_compile_time_eval():  # a user may be tracing
        z = jnp.linspace(-WITHIN, WITHIN, 1201, dtype=jnp.float32)
        value, slope = (np.asarray(each(z), np.float64) for each in (activation, activation.derivative))
    if not np.all(slope > 0):
        return float("inf")
    return float(np.max(np.abs(value) * 2.0**-24 / slope))


def why_not_recovered(activation: Activation | Learnable) -> str | None:
    """The reason why an input cannot be recovered from the output, or None if it can."""
    if isinstance(activation, Learnable):
        return f"{activation.name} learns, and has no inverse that is a formula"
    if activation.monotone != "strictly" or activation.jumps:
        return f"{activation.name} takes some values at several inputs"
    if activation.inverse is None:
        return f"the inverse of {activation.name} is no formula"
    if activation.surrogate is not None:
        return f"{activation.name} has a declared gradient, which is not its slope"
    error = recovery_error(activation)
    if error > LARGEST_ERROR:
        return (
            f"{activation.name} is so flat within {WITHIN:g} that its float32 output leaves the input open "
            f"by {error:.1g}"
        )
    return None
