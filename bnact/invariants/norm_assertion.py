"""Whether the gradients of any implementation of a norm are those of the norm it claims to be."""

import jax
import jax.numpy as jnp
import numpy as np

from bnact.types import Array

from .claims import Claim, claim_of
from .identities import IDENTITIES, residuals_of
from .requirement import named, require
from .residual import Residual, largest_share
from .site import Gradients, Norm, Site, gradients_of


def norm_gradient_residuals(
    norm_fn: Norm,
    x: Array,
    scale: Array | None = None,
    bias: Array | None = None,
    cotangent: Array | None = None,
    *,
    norm: str | Claim = "batch",
    epsilon: float = 1e-5,
) -> dict[str, Residual]:
    """The residuals of all identities that the gradients of a norm must satisfy, with their bounds.

    For use inside jit, vmap and scan; `assert_norm_gradients` is made of it, and has the same arguments.

    Returns:
      For each name in `IDENTITIES` that follows from the claim, and is about a parameter that is given, a
      `Residual` of arrays.

    Raises:
      ValueError: shapes do not fit, or no claim has that name.
      TypeError: x is not floating.
    """
    site = _site("norm_gradient_residuals", x, scale, bias, cotangent, norm, epsilon)
    return residuals_of(site, gradients_of(norm_fn, site))


def assert_norm_gradients(
    norm_fn: Norm,
    x: Array,
    scale: Array | None = None,
    bias: Array | None = None,
    cotangent: Array | None = None,
    *,
    norm: str | Claim = "batch",
    epsilon: float = 1e-5,
) -> None:
    """Asserts that the gradients of a norm are exactly those of the norm it claims to be.

    Every element of the gradient by x is held against the formula, and its sums against the identities of
    `bnact.invariants.IDENTITIES`, in the dtype of x. The bound of an element is the gradient tolerance of
    that dtype times the sizes of the terms it is a sum of, whatever the size of the array: in float32 an
    error of a hundredth is seen, in bfloat16 it is not. A norm that loses digits where the mean is far from
    zero is refused there. The output itself is not looked at.

    Eager, or in a traced function under `chex.chexify`.

    Args:
      norm_fn: any implementation: called as norm_fn(x), or with the scale and bias that are given after it.
      x: (..., features), at least two values to every variance.
      scale: (features,); None for a norm_fn that takes none.
      bias: (features,); None likewise.
      cotangent: of x's shape, what comes from above, dL/dy; None: standard normal numbers, always the same.
      norm: what it claims to be: a key of `CLAIMS`, or a `Claim`, as of `CLAIMS["group"]._replace(number=4)`.
      epsilon: added to the variance.

    Raises:
      AssertionError: an identity does not hold; the message has the identity in words, the residual, its
        bound, where, and the shape.
      ValueError: shapes do not fit, or no claim has that name.
      TypeError: x is not floating.
    """
    claim = claim_of("assert_norm_gradients", norm)

    def residuals(*given: Array | None) -> dict[str, Residual]:
        return norm_gradient_residuals(norm_fn, *given, norm=claim, epsilon=epsilon)  # pyright: ignore[reportArgumentType]

    found = jax.jit(residuals)(x, scale, bias, cotangent)
    words = {name: f"{identity.words}, {identity.formula}" for name, identity in IDENTITIES.items()}
    name = norm if isinstance(norm, str) else "/".join(map(str, claim[:2]))
    about = f"norm={name}, epsilon={epsilon}, x of shape {jnp.shape(x)} {jnp.asarray(x).dtype}"
    require("assert_norm_gradients", named(found, words), about)


def largest_norm_residual(
    norm_fn: Norm, norm: str | Claim, x: Array, scale: Array, bias: Array, cotangent: Array, epsilon: float
) -> Array:
    """How much of its bound the worst identity takes up at one site, for watching a run of training.

    Pure, for use inside jit, vmap and scan.

    Args:
      norm_fn: (x, scale, bias) -> y, the implementation that is watched.
      norm: what it claims to be: a key of `CLAIMS`, or a `Claim`.
      x: (..., features) what reaches it.
      scale, bias: (features,).
      cotangent: of x's shape, dL/dy.
      epsilon: added to the variance.

    Returns:
      () at most 1 where every identity holds; infinite where a gradient is not finite.

    Raises:
      ValueError: shapes do not fit, or no claim has that name.
    """
    site = _site("largest_norm_residual", x, scale, bias, cotangent, norm, epsilon)
    return largest_share(residuals_of(site, gradients_of(norm_fn, site)))


def largest_residual_of_gradients(
    norm: str | Claim, x: Array, scale: Array, cotangent: Array, found: Gradients, epsilon: float
) -> Array:
    """The same of gradients that are at hand already: no norm is differentiated.

    Args:
      norm: what the norm claims to be.
      x: (..., features) what reached it.
      scale: (features,).
      cotangent: of x's shape, dL/dy.
      found: the gradients it returned; None for a parameter leaves out the identities about it.
      epsilon: added to the variance.

    Returns:
      () at most 1 where every identity holds.

    Raises:
      ValueError: shapes do not fit, or no claim has that name.
    """
    site = _site("largest_residual_of_gradients", x, scale, None, cotangent, norm, epsilon)
    return largest_share(residuals_of(site, found))


def _site(
    function: str,
    x: Array,
    scale: Array | None,
    bias: Array | None,
    cotangent: Array | None,
    norm: str | Claim,
    epsilon: float,
) -> Site:
    claim, x = claim_of(function, norm), jnp.asarray(x)
    if not jnp.issubdtype(x.dtype, jnp.floating):
        raise TypeError(f"{function}: x must be real floating; got {x.dtype}; use x.astype(jnp.float32)")
    least = 3 if claim.shared == "positions" else 1
    if x.ndim < least:
        raise ValueError(
            f"{function}: x must have at least {least} axes, features last; got shape {x.shape}; "
            f"use for example shape {(4, 5, 3)[-max(least, 2) :]}"
        )
    for name, parameter in (("scale", scale), ("bias", bias)):
        if parameter is not None and jnp.shape(parameter) != x.shape[-1:]:
            raise ValueError(
                f"{function}: {name} must have shape (features,) = {x.shape[-1:]}; got "
                f"{jnp.shape(parameter)}; use jnp.broadcast_to"
            )
    if cotangent is None:
        # numpy's: a compiled generator costs more to compile than all else here.
        cotangent = jnp.asarray(np.random.default_rng(0).normal(size=x.shape), x.dtype)
    if jnp.shape(cotangent) != x.shape:
        raise ValueError(
            f"{function}: cotangent must have x's shape {x.shape}; got {jnp.shape(cotangent)}; it is dL/dy"
        )
    return Site(claim, epsilon, x, scale, bias, jnp.asarray(cotangent))
