"""Whether a pair's hand-derived gradients still satisfy what must hold exactly, in the middle of training."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax import lax

from bnact.fused import EPSILON, Switched, is_after, norm_of, switched
from bnact.invariants import (
    CLAIMS,
    Claim,
    Gradients,
    Residual,
    Site,
    examined,
    input_gradient,
    largest_share,
    residuals_of,
)
from bnact.nn import SwitchNormAct
from bnact.normalizations import STANDARDIZATIONS
from bnact.types import Array


def worst_share(x: Array, pair: SwitchNormAct, seen: Switched) -> Array:
    """How much of its bound the worst identity of the norm's gradients takes up, in a pair at work.

    The pair's own backward pass is run on x, with fixed numbers in the place of what comes from above: the
    identities hold whatever comes. With phi' the activation's slope, its gradient by x must be that of the
    norm at the cotangent phi' g where the norm stands before the activation, and phi' times that of the norm
    where it stands after; and the gradients by scale and bias those of the norm.

    Args:
      x: (examples, features) what the pair is given.
      pair: the pair.
      seen: what it does to x, laid open.

    Returns:
      () at most 1 where all identities hold, infinite where a gradient is not finite; 0 without a norm.
    """
    index, (scale, bias) = pair.choice.get_value(), pair.affine()
    above = _fixed_numbers(x)
    _, backward = jax.vjp(lambda x, scale, bias: switched(index, x, scale, bias, pair.table), x, scale, bias)
    found = Gradients(*backward(above))
    after = is_after(index, pair.table)
    cotangent = jnp.where(after, above, above * seen.slope)
    behind = jnp.where(after, seen.slope, 1.0)

    def of_norm(claim: Claim | None) -> Callable[[], Array]:
        if claim is None:
            return lambda: jnp.zeros((), jnp.float32)
        site = Site(claim, EPSILON, seen.normalized, scale, None, cotangent)
        return lambda: _worst(site, behind, found).astype(jnp.float32)

    return lax.switch(norm_of(index, pair.table), [of_norm(CLAIMS.get(name)) for name in STANDARDIZATIONS])


def _worst(site: Site, behind: Array, found: Gradients) -> Array:
    # Of a gradient that is zero the residual is the formula itself, with the sign turned.
    formula = input_gradient(examined(site, Gradients(jnp.zeros_like(site.x))))
    by_x = Residual(found.x + behind * formula.value, jnp.abs(behind) * formula.bound)
    of_parameters = residuals_of(site, found._replace(x=None))
    return largest_share((by_x, of_parameters))


def _fixed_numbers(x: Array) -> Array:
    """Numbers between -1 and 1 without a pattern along either axis.

    Made of whole numbers, which are the same wherever the compiler computes them again.
    """
    scattered = (jnp.arange(x.size, dtype=jnp.uint32) * jnp.uint32(2654435761)) >> 16
    return (scattered.astype(x.dtype) / 32768 - 1).reshape(x.shape)
