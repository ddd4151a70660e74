"""What the gradients of a norm satisfy exactly, at every epsilon, as residuals that are zero.

With z = (x - mean) r, r = 1 / sqrt(variance + epsilon), y = z scale + bias, and g = scale dL/dy, summing over
the n values that share one mean and variance:

    dL/dx = r (g - sum(g) / n - z sum(g z) / n)

(without sum(g) where the mean is not subtracted, without z and with r = 1 where nothing is divided) and
sum(z^2) = n (1 - epsilon r^2). All that follows is read off from there. A residual sees of the norm nothing
but its gradients, so that any implementation can be put under it.

Sources: Ioffe, Szegedy, "Batch normalization", 2015; van Laarhoven, "L2 regularization versus batch and
weight normalization", 2017.
"""

import jax.numpy as jnp

from bnact.numerics.tolerances import tolerance
from bnact.types import Array

from .forms import in_cells
from .residual import Residual
from .site import Examined, Gradients, Parts, Site


def expected_input_gradient(site: Site, parts: Parts) -> tuple[Array, Array]:
    """dL/dx = r (g - sum(g) / n - z sum(g z) / n), and how far rounding may take it from there.

    Args:
      site: where; its form has a formula.
      parts: what the gradient is made of there.

    Returns:
      The gradient by x and the bound of its error, each of x's shape, in the dtype of statistics.
    """
    mean_g = jnp.mean(parts.g, parts.axes, keepdims=True) if site.form.centered else 0.0
    mean_gz = jnp.mean(parts.g * parts.z, parts.axes, keepdims=True)
    expected = parts.r * (parts.g - mean_g - parts.z * mean_gz)
    return jnp.reshape(expected, site.x.shape), _bound(site, parts)


def input_gradient(at: Examined) -> Residual:
    """Residual of dL/dx = r (g - sum(g) / n - z sum(g z) / n), element by element.

    Args:
      at: where the norm was examined, and the gradients it returned.

    Returns:
      Left side less right side, of x's shape.
    """
    expected, bound = expected_input_gradient(at.site, at.parts)
    return Residual(at.found.x.astype(expected.dtype) - expected, bound)


def silent(at: Examined) -> Residual:
    """1 where the gradient by x is below its bound throughout, against a half: then nothing is shown.

    So it is with a cotangent that is the input itself, where the gradient is 0 but for epsilon. Of a norm
    without a formula the gradient that was found is looked at, so that zero is refused.

    Args:
      at: where the norm was examined, and the gradients it returned.

    Returns:
      ().
    """
    site, parts, found = at
    gradient, bound = found.x.astype(parts.g.dtype), _bound(site, parts)
    if site.form.formula:
        gradient, bound = expected_input_gradient(site, parts)
    below = jnp.all(jnp.abs(gradient) <= bound)
    return Residual(below.astype(bound.dtype), jnp.full((), 0.5, bound.dtype))


def input_gradient_sum(at: Examined) -> Residual:
    """Residual of sum(dL/dx) = 0 over what shares a mean, at any epsilon, where it is subtracted.

    Args:
      at: where the norm was examined, and the gradients it returned.

    Returns:
      sum(dL/dx), one for each mean.
    """
    site, parts, found = at
    if site.form.formula:
        return _summed(site, _found(site, found, parts), parts.size, parts)
    gradient = _found(site, found, parts)
    return _summed(site, gradient, jnp.abs(gradient), parts)


def input_gradient_projection(at: Examined) -> Residual:
    """Residual of sum(z dL/dx) = epsilon r^3 sum(z g).

    Args:
      at: where the norm was examined, and the gradients it returned.

    Returns:
      Left side less right side, one for each variance.
    """
    site, parts, found = at
    along = parts.z * _found(site, found, parts) - site.epsilon * parts.r**3 * (parts.z * parts.g)
    return _summed(site, along, jnp.abs(parts.z) * parts.size, parts)


def input_gradient_energy(at: Examined) -> Residual:
    """Residual of sum(g dL/dx) = r (sum(g^2) - sum(g)^2 / n - sum(g z)^2 / n).

    The sum and the projection are blind to the gradient's size where epsilon is 0; this one fixes it.

    Args:
      at: where the norm was examined, and the gradients it returned.

    Returns:
      Left side less right side, one for each variance.
    """
    site, parts, found = at
    g, z, axes, n = parts.g, parts.z, parts.axes, parts.n
    energy = jnp.sum(g**2, axes) - jnp.sum(g * z, axes) ** 2 / n
    if site.form.centered:
        energy = energy - jnp.sum(g, axes) ** 2 / n
    left = jnp.sum(g * _found(site, found, parts), axes)
    value = left - jnp.squeeze(parts.r, axes) * energy
    return Residual(value, _tolerance(site) * jnp.sum(jnp.abs(g) * parts.size, axes))


def input_gradient_stretch(at: Examined) -> Residual:
    """Residual of sum(x dL/dx) = 0: stretching x changes nothing.

    Args:
      at: where the norm was examined, and the gradients it returned.

    Returns:
      sum(x dL/dx), one for each group that is stretched together.
    """
    site, parts, found = at
    along = in_cells(site.form, site.x)[0] * _found(site, found, parts)
    return _summed(site, along, jnp.abs(along), parts)


def scale_gradient(at: Examined) -> Residual:
    """Residual of dL/dscale = sum(z dL/dy) over all axes but the last; of a norm that only centres, x - mean.

    Args:
      at: where the norm was examined, and the gradients it returned.

    Returns:
      Left side less right side, (features,).
    """
    site, parts, found = at
    z = parts.d * parts.r
    return _by_feature(
        site, _given("scale", found.scale), jnp.reshape(z, site.x.shape) * site.cotangent.astype(z.dtype)
    )


def bias_gradient(at: Examined) -> Residual:
    """Residual of dL/dbias = sum(dL/dy) over all axes but the last.

    Args:
      at: where the norm was examined, and the gradients it returned.

    Returns:
      Left side less right side, (features,).
    """
    site, parts, found = at
    return _by_feature(site, _given("bias", found.bias), site.cotangent.astype(parts.g.dtype))


def earlier_bias_gradient(at: Examined) -> Residual:
    """Residual of: a bias of each feature added before the norm has no gradient.

    That gradient is, by the chain rule, the sum of dL/dx over all axes but the last.

    Args:
      at: where the norm was examined, and the gradients it returned.

    Returns:
      dL/db of norm(x + b) at b = 0, (features,).
    """
    site, parts, found = at
    gradient = jnp.reshape(_found(site, found, parts), site.x.shape)
    size = jnp.reshape(parts.size, site.x.shape) if site.form.formula else jnp.abs(gradient)
    leading = tuple(range(site.x.ndim - 1))
    return Residual(jnp.sum(gradient, leading), _tolerance(site) * jnp.sum(size, leading))


def _given(parameter: str, gradient: Array | None) -> Array:
    if gradient is None:
        raise ValueError(
            f"{parameter}_gradient: there must be a gradient by the {parameter}; got None; give the site "
            f"a {parameter}, or leave this identity out"
        )
    return gradient


def _tolerance(site: Site) -> float:
    return tolerance(site.x.dtype).gradient


def _bound(site: Site, parts: Parts) -> Array:
    """Of each element of the gradient by x."""
    return jnp.reshape(_tolerance(site) * parts.size, site.x.shape)


def _found(site: Site, found: Gradients, parts: Parts) -> Array:
    return in_cells(site.form, found.x.astype(parts.g.dtype))[0]


def _summed(site: Site, values: Array, sizes: Array, parts: Parts) -> Residual:
    return Residual(jnp.sum(values, parts.axes), _tolerance(site) * jnp.sum(sizes, parts.axes))


def _by_feature(site: Site, found: Array, summands: Array) -> Residual:
    leading = tuple(range(site.x.ndim - 1))
    value = found.astype(summands.dtype) - jnp.sum(summands, leading)
    return Residual(value, _tolerance(site) * jnp.sum(jnp.abs(summands), leading))
