"""What the weights that feed a norm have of epsilon, as a residual that is zero.

Source: van Laarhoven, "L2 regularization versus batch and weight normalization", 2017.
"""

import jax
import jax.numpy as jnp

from bnact.numerics.tolerances import tolerance
from bnact.types import Array

from .residual import Residual
from .site import Norm, Site, gradients_of, parts_of


def weight_projection(norm: Norm, site: Site, weights: Array) -> Residual:
    """Residual of sum(w dL/dw) = epsilon r^2 sum(z g), for the weights that feed the norm.

    Args:
      norm: called with x, and with scale and bias where the site has them; its form has a formula and
        divides.
      site: where it is examined; its x, (..., inputs), is what the weights act on.
      weights: (inputs, features); the norm's input is x @ weights.

    Returns:
      Left side less right side: where a feature has statistics of its own, of the weights of every unit,
      (features,); else of all weights together, ().
    """
    fed = site._replace(x=site.x @ weights)
    gradient = jax.vjp(lambda weights: site.x @ weights, weights)[1](gradients_of(norm, fed).x)[0]
    parts = parts_of(fed)
    along = jnp.reshape(site.epsilon * parts.r**2 * parts.z * parts.g, fed.x.shape)
    size = (jnp.abs(site.x) @ jnp.abs(weights)) * jnp.reshape(parts.size, fed.x.shape)
    axes = tuple(range(fed.x.ndim - 1)) if site.form.by_feature else None
    value = jnp.sum(weights * gradient, None if axes is None else 0) - jnp.sum(along, axes)
    return Residual(value, tolerance(fed.x.dtype).gradient * jnp.sum(size, axes))
