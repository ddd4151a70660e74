"""Where a norm is examined, what its gradients are there, and what they are made of."""

import math
from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp

from bnact.numerics.moments import deviation, inverse_deviation, moments, statistics_dtype
from bnact.types import Array

from .forms import NormForm, in_cells

Norm = Callable[..., Array]
"""A norm under examination: (x), (x, scale) or (x, scale, bias) -> y."""


class Site(NamedTuple):
    """Where a norm is examined, and what it claims to be.

    Attributes:
      form: whose values share statistics, and what is taken of them.
      epsilon: added to the variance.
      x: (..., features) input.
      scale: (features,), or None for a norm that is called without one.
      bias: (features,), or None likewise.
      cotangent: of x's shape, dL/dy.
    """

    form: NormForm
    epsilon: float
    x: Array
    scale: Array | None
    bias: Array | None
    cotangent: Array


class Gradients(NamedTuple):
    """What a backward pass returned.

    Attributes:
      x: dL/dx, of x's shape.
      scale: dL/dscale, (features,); None where there is no scale.
      bias: dL/dbias, (features,); None where there is no bias.
    """

    x: Array
    scale: Array | None = None
    bias: Array | None = None


def gradients_of(norm: Norm, site: Site) -> Gradients:
    """The gradients of a norm by those of x, scale and bias that the site has.

    Args:
      norm: called with x, and with scale and bias where the site has them.
      site: where.

    Raises:
      ValueError: the norm's output is not of x's shape.
    """

    def called(x: Array, scale: Array | None, bias: Array | None) -> Array:
        return norm(x, *(each for each in (scale, bias) if each is not None))

    y, backward = jax.vjp(called, site.x, site.scale, site.bias)
    if getattr(y, "shape", None) != site.x.shape:
        raise ValueError(
            f"norm_fn: must return one array y of x's shape {site.x.shape}; got "
            f"{jax.tree.map(jnp.shape, y)}; if it returns more, use for example lambda x: fn(x)[0]"
        )
    return Gradients(*backward(site.cotangent.astype(y.dtype)))


class Parts(NamedTuple):
    """What the gradient by x is made of, laid out with what shares statistics along `axes`.

    Attributes:
      axes: along which statistics are shared.
      n: how many values share them.
      g: scale dL/dy.
      d: x - mean.
      z: the standardized input; 0 where nothing is divided.
      r: 1 / sqrt(variance + epsilon), with the axes kept; 1 where nothing is divided.
      size: the sum of the sizes of the terms of each element of dL/dx.
    """

    axes: tuple[int, ...]
    n: float
    g: Array
    d: Array
    z: Array
    r: Array
    size: Array


class Examined(NamedTuple):
    """A norm examined at a site: what every identity looks at.

    Attributes:
      site: where, and what the norm claims to be.
      parts: what the gradient by x is made of there.
      found: the gradients that the norm returned.
    """

    site: Site
    parts: Parts
    found: Gradients


def examined(site: Site, found: Gradients) -> Examined:
    """The site and the gradients found there, with z, r and g computed once for all identities."""
    return Examined(site, parts_of(site), found)


def parts_of(site: Site) -> Parts:
    """z, r, g and the size of what is added up, in the dtype of statistics."""
    cells, axes = in_cells(site.form, site.x)
    g = in_cells(site.form, scaled_cotangent(site))[0]
    d, r = _deviation_and_factor(site, cells, axes)
    z = d * r if site.form.divided else jnp.zeros_like(d)
    n = float(math.prod(cells.shape[axis] for axis in axes))
    size = jnp.abs(g) + jnp.abs(z) * jnp.mean(jnp.abs(g * z), axes, keepdims=True)
    if site.form.centered:
        size = size + jnp.mean(jnp.abs(g), axes, keepdims=True)
    return Parts(axes, n, g, d, z, r, r * size)


def scaled_cotangent(site: Site) -> Array:
    """scale dL/dy, of x's shape, in the dtype of statistics."""
    cotangent = site.cotangent.astype(statistics_dtype(site.x))
    if site.scale is None:
        return cotangent
    return cotangent * jnp.broadcast_to(site.scale.astype(cotangent.dtype), cotangent.shape)


def _deviation_and_factor(site: Site, cells: Array, axes: tuple[int, ...]) -> tuple[Array, Array]:
    statistics = moments(cells, axes, centered=site.form.centered)
    d = deviation(cells, statistics, axes)
    if not site.form.divided:
        return d, jnp.ones_like(jnp.expand_dims(statistics.variance, axes))
    return d, jnp.expand_dims(inverse_deviation(statistics.variance, site.epsilon), axes)
