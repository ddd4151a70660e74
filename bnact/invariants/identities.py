"""What the gradients of every norm satisfy exactly, as residuals that are zero.

With z = (x - mean) r, r = 1 / sqrt(variance + epsilon), y = z scale + bias, and g = scale dL/dy, summing over
the n values that share one mean and variance:

    dL/dx = r (g - sum(g) / n - z sum(g z) / n)

(without sum(g) where the mean is not subtracted) and sum(z^2) = n (1 - epsilon r^2). All that follows is
read off from there; no residual involves the norm under examination but through its values and gradients, so
that any implementation can be put under them.

Sources: Ioffe, Szegedy, "Batch normalization", 2015; van Laarhoven, "L2 regularization versus batch and
weight normalization", 2017.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import jax
import jax.numpy as jnp

from bnact.normalizations.standardization import Standardization, reduced_axes
from bnact.numerics.moments import deviation, inverse_deviation, moments
from bnact.types import Array

Norm = Callable[[Array, Array, Array], Array]
"""A norm under examination: (x, scale, bias) -> y."""


class Site(NamedTuple):
    """Where a norm is examined, and what it claims to be.

    Attributes:
      standardization: over which axes, and whether the mean is subtracted.
      epsilon: added to the variance.
      x: (..., features) input.
      scale: (features,).
      bias: (features,).
      cotangent: of x's shape, dL/dy.
    """

    standardization: Standardization
    epsilon: float
    x: Array
    scale: Array
    bias: Array
    cotangent: Array


Identity = Callable[[Norm, Site], Array]
"""(norm, site) -> an array that is zero."""


def input_gradient_sum(norm: Norm, site: Site) -> Array:
    """Residual of sum(dL/dx) = 0, at any epsilon, where the mean is subtracted.

    Args:
      norm: (x, scale, bias) -> y.
      site: where it is examined.

    Returns:
      sum(dL/dx) over the reduced axes: x's shape without them.
    """
    return jnp.sum(_gradients(norm, site)[0], _axes(site))


def input_gradient_projection(norm: Norm, site: Site) -> Array:
    """Residual of sum(z dL/dx) = epsilon r^3 sum(z g).

    For batch norm sum(z g) is scale dL/dscale, and dL/dscale is taken from the norm itself.

    Args:
      norm: (x, scale, bias) -> y.
      site: where it is examined.

    Returns:
      Left side less right side: x's shape without the reduced axes.
    """
    gradient, scale_gradient, _ = _gradients(norm, site)
    z, r = _standardized(site)
    if site.standardization.axes == "batch":
        along = site.scale * scale_gradient
    else:
        along = jnp.sum(z * _scaled_cotangent(site), _axes(site))
    return jnp.sum(z * gradient, _axes(site)) - site.epsilon * r**3 * along


def input_gradient_energy(norm: Norm, site: Site) -> Array:
    """Residual of sum(g dL/dx) = r (sum(g^2) - sum(g)^2 / n - sum(g z)^2 / n).

    The identities above are blind to the gradient's size where epsilon is 0; this one fixes it.

    Args:
      norm: (x, scale, bias) -> y.
      site: where it is examined.

    Returns:
      Left side less right side: x's shape without the reduced axes.
    """
    axes, g = _axes(site), _scaled_cotangent(site)
    z, r = _standardized(site)
    n = moments(site.x, axes).count
    energy = jnp.sum(g**2, axes) - jnp.sum(g * z, axes) ** 2 / n
    if site.standardization.centered:
        energy = energy - jnp.sum(g, axes) ** 2 / n
    return jnp.sum(g * _gradients(norm, site)[0], axes) - r * energy


def scale_gradient(norm: Norm, site: Site) -> Array:
    """Residual of dL/dscale = sum(z dL/dy) over all axes but the last.

    Args:
      norm: (x, scale, bias) -> y.
      site: where it is examined.

    Returns:
      Left side less right side, (features,).
    """
    z, _ = _standardized(site)
    return _gradients(norm, site)[1] - jnp.sum(z * site.cotangent, tuple(range(z.ndim - 1)))


def bias_gradient(norm: Norm, site: Site) -> Array:
    """Residual of dL/dbias = sum(dL/dy) over all axes but the last, for a norm that has a bias.

    Args:
      norm: (x, scale, bias) -> y.
      site: where it is examined.

    Returns:
      Left side less right side, (features,).
    """
    return _gradients(norm, site)[2] - jnp.sum(site.cotangent, tuple(range(site.x.ndim - 1)))


def earlier_bias_gradient(norm: Norm, site: Site) -> Array:
    """Residual of: a bias added before batch norm has no gradient.

    Args:
      norm: (x, scale, bias) -> y, over the batch.
      site: where it is examined; the earlier bias is 0.

    Returns:
      dL/db of norm(x + b), (features,).
    """

    def after_bias(earlier: Array) -> Array:
        return norm(site.x + jnp.broadcast_to(earlier, site.x.shape), site.scale, site.bias)

    return jax.vjp(after_bias, jnp.zeros_like(site.scale))[1](site.cotangent)[0]


def weight_projection(norm: Norm, site: Site, weights: Array) -> Array:
    """Residual of sum(w dL/dw) = epsilon r^2 sum(z g), for the weights that feed the norm.

    Args:
      norm: (x, scale, bias) -> y.
      site: where it is examined; its x, (..., inputs), is what the weights act on.
      weights: (inputs, features); the norm's input is x @ weights.

    Returns:
      Left side less right side: for batch norm of the weights of every unit, (features,); for a norm over
      features of all weights together, ().
    """

    def layer(weights: Array) -> Array:
        return norm(site.x @ weights, site.scale, site.bias)

    gradient = jax.vjp(layer, weights)[1](site.cotangent)[0]
    site = site._replace(x=site.x @ weights)
    z, r = _standardized(site)
    along = site.epsilon * r**2 * jnp.sum(z * _scaled_cotangent(site), _axes(site))
    if site.standardization.axes == "batch":
        return jnp.sum(weights * gradient, 0) - along
    return jnp.sum(weights * gradient) - jnp.sum(along)


IDENTITIES: Mapping[str, Mapping[str, Identity]] = MappingProxyType(
    {
        "batch": {
            "input_gradient_sum": input_gradient_sum,
            "input_gradient_projection": input_gradient_projection,
            "input_gradient_energy": input_gradient_energy,
            "scale_gradient": scale_gradient,
            "bias_gradient": bias_gradient,
            "earlier_bias_gradient": earlier_bias_gradient,
        },
        "layer": {
            "input_gradient_sum": input_gradient_sum,
            "input_gradient_projection": input_gradient_projection,
            "input_gradient_energy": input_gradient_energy,
            "scale_gradient": scale_gradient,
            "bias_gradient": bias_gradient,
        },
        "rms": {
            "input_gradient_projection": input_gradient_projection,
            "input_gradient_energy": input_gradient_energy,
            "scale_gradient": scale_gradient,
        },
    }
)
"""Which identities hold, by the name of the standardization."""


def _axes(site: Site) -> tuple[int, ...]:
    return reduced_axes(site.standardization, site.x.ndim)


def _gradients(norm: Norm, site: Site) -> tuple[Array, Array, Array]:
    return jax.vjp(norm, site.x, site.scale, site.bias)[1](site.cotangent)


def _scaled_cotangent(site: Site) -> Array:
    return site.cotangent * jnp.broadcast_to(site.scale, site.cotangent.shape)


def _standardized(site: Site) -> tuple[Array, Array]:
    """The standardized input z, and r without the reduced axes."""
    axes = _axes(site)
    statistics = moments(site.x, axes, centered=site.standardization.centered)
    r = inverse_deviation(statistics.variance, site.epsilon)
    return deviation(site.x, statistics, axes) * jnp.expand_dims(r, axes), r
