"""Whether the gradients of any implementation of a norm are those of the norm it claims to be."""

import jax
import jax.numpy as jnp
import numpy as np

from bnact.types import Array

from .forms import NormForm, form_of
from .identities import IDENTITIES, residuals_of
from .norm_gradients import silent
from .requirement import named, require
from .residual import Residual
from .site import Norm, Site, examined, gradients_of

# Not 0, with which a test may well have drawn its x: the gradient at a cotangent that is x shows nothing.
_SEED = 2718281828

Arguments = tuple[Array, Array | None, Array | None, Array | None]
"""x, scale, bias and cotangent."""


def norm_gradient_residuals(
    norm_fn: Norm,
    x: Array,
    scale: Array | None = None,
    bias: Array | None = None,
    cotangent: Array | None = None,
    *,
    norm: str | NormForm = "batch",
    epsilon: float = 1e-5,
) -> dict[str, Residual]:
    """The residuals of all identities that the gradients of a norm must satisfy, with their bounds.

    For use inside jit, vmap and scan; `assert_norm_gradients` is made of it, and has the same arguments.

    Returns:
      For each name in `IDENTITIES` that follows from the form, and is about a parameter that is given, a
      `Residual` of arrays; and under "silent", (), 1 against a half where the gradient by x is below its
      bound throughout, so that nothing is shown.

    Raises:
      ValueError: shapes do not fit, or no form has that name.
      TypeError: x is not floating.
    """
    return _residuals("norm_gradient_residuals", norm_fn, (x, scale, bias, cotangent), norm, epsilon)


def assert_norm_gradients(
    norm_fn: Norm,
    x: Array,
    scale: Array | None = None,
    bias: Array | None = None,
    cotangent: Array | None = None,
    *,
    norm: str | NormForm = "batch",
    epsilon: float = 1e-5,
) -> None:
    """Asserts that the gradients of a norm are exactly those of the norm it claims to be.

    Every element of the gradient by x is held against the formula, and its sums against the identities of
    `bnact.invariants.IDENTITIES`, in the dtype of x. The bound of an element is the gradient tolerance of
    that dtype times the sizes of the terms it is a sum of, whatever the size of the array: in float32 an
    error of a hundredth is seen, in bfloat16 it is not. A norm that loses digits where the mean is far from
    zero is refused there. The output itself is not looked at.

    Of "batch_renorm", "divisive" and "scale" no formula of the gradient is known here, only sums of it that
    are 0. They see neither its size nor its sign: for these there is `assert_gradients`. A gradient that is 0
    throughout shows nothing, and is refused, as is a cotangent at which the formula is 0 but for rounding.

    Eager, or in a traced function under `chex.chexify`.

    Args:
      norm_fn: any implementation: called as norm_fn(x), or with the scale and bias that are given after it.
      x: (..., features), at least two values to every variance.
      scale: (features,); None for a norm_fn that takes none.
      bias: (features,); None likewise.
      cotangent: of x's shape, what comes from above, dL/dy; None: standard normal numbers, always the same.
      norm: what it claims to be: a key of `NORM_FORMS`, or a `NormForm`, such as
        `NORM_FORMS["group"]._replace(number=4)`.
      epsilon: added to the variance.

    Raises:
      AssertionError: an identity does not hold, or nothing is shown; the message has the identity in words,
        the residual, its bound, where, and the shape.
      ValueError: shapes do not fit, or no form has that name.
      TypeError: x is not floating.
    """
    function = "assert_norm_gradients"

    def residuals(arguments: Arguments) -> dict[str, Residual]:
        return _residuals(function, norm_fn, arguments, norm, epsilon)

    found = jax.jit(residuals)((x, scale, bias, cotangent))
    words = {name: f"{identity.words}, {identity.formula}" for name, identity in IDENTITIES.items()}
    words["silent"] = "some gradient by x is beyond its bound; else this says nothing: use another cotangent"
    name = norm if isinstance(norm, str) else "/".join(map(str, norm[:2]))
    about = f"norm={name}, epsilon={epsilon}, x of shape {jnp.shape(x)} {jnp.asarray(x).dtype}"
    require(function, named(found, words), about)


def _residuals(
    function: str,
    norm_fn: Norm,
    arguments: Arguments,
    norm: str | NormForm,
    epsilon: float,
) -> dict[str, Residual]:
    """Of all identities, and whether they say anything."""
    site = _site(function, norm_fn, *arguments, norm, epsilon)
    found = gradients_of(norm_fn, site)
    return residuals_of(site, found) | {"silent": silent(examined(site, found))}


def _site(
    function: str,
    norm_fn: Norm,
    x: Array,
    scale: Array | None,
    bias: Array | None,
    cotangent: Array | None,
    norm: str | NormForm,
    epsilon: float,
) -> Site:
    form, x = form_of(function, norm), jnp.asarray(x)
    if not callable(norm_fn):
        raise TypeError(
            f"{function}: norm_fn must be a function of x; got {norm_fn!r}; use for example "
            "lambda x: module(x)"
        )
    if not 0.0 <= epsilon < float("inf"):
        raise ValueError(
            f"{function}: epsilon must be at least 0 and finite; got epsilon={epsilon}; use for example 1e-5"
        )
    if not jnp.issubdtype(x.dtype, jnp.floating):
        raise TypeError(f"{function}: x must be real floating; got {x.dtype}; use x.astype(jnp.float32)")
    least = 3 if form.shared == "positions" else 1
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
        cotangent = jnp.asarray(np.random.default_rng(_SEED).normal(size=x.shape), x.dtype)
    if jnp.shape(cotangent) != x.shape:
        raise ValueError(
            f"{function}: cotangent must have x's shape {x.shape}; got {jnp.shape(cotangent)}; it is dL/dy"
        )
    return Site(form, epsilon, x, scale, bias, jnp.asarray(cotangent))
