"""A circle, and what a network makes of it: its length, its curvature, how alike its points are.

Points at equal steps of a parameter from 0 to 2 pi are a periodic grid, so derivatives along a closed curve
are taken by Fourier series: exact for a curve whose frequencies the grid holds, where differences err by the
square of the step. Whether it holds them says `curve_unresolved`.

Lengths are root mean squares over features, |v| / sqrt(features): so those of layers of different widths
compare, and the theory of wide layers says what they are.

Source: Poole, Lahiri, Raghu, Sohl-Dickstein and Ganguli, Exponential expressivity in deep neural networks
through transient chaos, 2016.
"""

import jax
import jax.numpy as jnp

from bnact.numerics import wide
from bnact.types import Array, Key

from .refusals import check_count, check_examples
from .representations import centred

_LEAST = 4


def circle(count: int, features: int, key: Key, variance: Array | float = 1.0) -> Array:
    """Points at equal steps on a random great circle, in float32.

    sqrt(features variance) (u cos(t) + v sin(t)), t = 2 pi i / count, u and v a random orthonormal pair. Its
    length is 2 pi sqrt(variance) and its curvature 1 / sqrt(variance), both as this module counts.

    Args:
      count: of points.
      features: of each, at least 2.
      key: for the directions.
      variance: mean square of each point's features.

    Returns:
      (count, features) float32.

    Raises:
      ValueError: the count is no positive integer, or the features no integer of at least 2.
    """
    check_count("circle", "count", count)
    check_count("circle", "features", features, least=2)
    axes, _ = jnp.linalg.qr(jax.random.normal(key, (features, 2)))
    angle = jnp.arange(count, dtype=jnp.float32) * (2 * jnp.pi / count)
    points = jnp.stack([jnp.cos(angle), jnp.sin(angle)], axis=1)
    radius = jnp.sqrt(features * jnp.asarray(variance, jnp.float32))
    return radius * jnp.matmul(points, axes.T, precision=jax.lax.Precision.HIGHEST)


def curve_length(x: Array) -> Array:
    """The length of a closed curve, over sqrt(features): the integral of its speed |dx/dt| / sqrt(features).

    Args:
      x: (points, features) at equal steps of t from 0 to 2 pi, the first not repeated; at least 4 points.

    Returns:
      A scalar, float32 or wider: 2 pi times the radius for a circle. In float32 rounding adds about
      1e-16 points^2 of itself to it.

    Raises:
      TypeError: x is not real floating.
      ValueError: x is not (points, features), or has fewer than 4 points.
    """
    check_examples("curve_length", x, _LEAST)
    (velocity,) = _derivatives(x, (1,))
    return 2 * jnp.pi * jnp.mean(_size(velocity))


def curve_turning(x: Array) -> Array:
    """How far a closed curve's direction turns on the way round: the length of its Gauss map, in radians.

    The integral of |d(tangent)/dt|, tangent = velocity / |velocity|: 2 pi for a circle of any size or any
    convex curve in a plane, more for one that winds. It does not change with the curve's scale.

    Args:
      x: (points, features) at equal steps of t from 0 to 2 pi, the first not repeated; at least 4 points.

    Returns:
      A scalar, float32 or wider. In float32 rounding adds about 1e-16 points^4 of a circle's turning to it:
      1e-4 at 1000 points, and more than it is worth at 4000. NaN where the curve stands still at a point,
      as one that is constant. Where an activation has a kink the curve has corners, each as sharp as the
      grid shows it: the result grows with the number of points and means nothing.

    Raises:
      TypeError: x is not real floating.
      ValueError: x is not (points, features), or has fewer than 4 points.
    """
    check_examples("curve_turning", x, _LEAST)
    velocity, acceleration = _derivatives(x, (1, 2))
    speed = _size(velocity)
    tangent = velocity / speed[:, None]
    along = jnp.mean(acceleration * tangent, axis=1, keepdims=True)
    return 2 * jnp.pi * jnp.mean(_size(acceleration - along * tangent) / speed)


def curve_curvature(x: Array) -> Array:
    """The mean curvature of a closed curve along its length: its turning over its length.

    At a point it is |a - (a.t) t| / |v|^2, v velocity, a acceleration, t tangent, lengths over
    sqrt(features): one over the radius of the circle that fits best.

    Args:
      x: (points, features) at equal steps of t from 0 to 2 pi, the first not repeated; at least 4 points.

    Returns:
      A scalar, float32 or wider: one over the radius for a circle. As `curve_turning` where it stands
      still or has corners.

    Raises:
      TypeError: x is not real floating.
      ValueError: x is not (points, features), or has fewer than 4 points.
    """
    check_examples("curve_curvature", x, _LEAST)
    return curve_turning(x) / curve_length(x)


def curve_unresolved(x: Array) -> Array:
    """The share of a curve's squared speed in the upper half of the frequencies that its points can show.

    Near 0 the points are enough, and length and curvature are what they would be with more. About 1e-3 or
    more says that they are not, or that the curve has corners or jumps.

    Args:
      x: (points, features) at equal steps of t from 0 to 2 pi, the first not repeated; at least 4 points.

    Returns:
      A scalar between 0 and 1, float32 or wider; NaN for a curve that is constant.

    Raises:
      TypeError: x is not real floating.
      ValueError: x is not (points, features), or has fewer than 4 points.
    """
    check_examples("curve_unresolved", x, _LEAST)
    terms = jnp.fft.rfft(centred(x), axis=0)
    frequency = jnp.arange(terms.shape[0], dtype=terms.real.dtype)
    squares = jnp.square(frequency) * jnp.sum(jnp.square(jnp.abs(terms)), axis=1)
    # Every other frequency has a twin below 0 that is left out; half the points' frequency, if there is one,
    # is its own.
    squares = squares if x.shape[0] % 2 else squares.at[-1].divide(2)
    return jnp.sum(jnp.where(frequency > x.shape[0] / 4, squares, 0)) / jnp.sum(squares)


def curve_correlation(x: Array) -> Array:
    """How alike points of a closed curve are, by how far apart: the mean cosine of x(t) and x(t + angle).

    The mean is over all t, for every angle 2 pi k / points; of neighbours it is entry 1. Nothing is
    subtracted: the cosine is the correlation of the theory of wide layers.

    Args:
      x: (points, features) at equal steps of t from 0 to 2 pi, the first not repeated; at least 4 points.

    Returns:
      (points,) float32 or wider, 1 at angle 0: cos(angle) for a circle about 0. NaN where a point is 0. The
      error is about 1e-6.

    Raises:
      TypeError: x is not real floating.
      ValueError: x is not (points, features), or has fewer than 4 points.
    """
    check_examples("curve_correlation", x, _LEAST)
    rows = wide(x)
    rows = rows / jnp.max(jnp.abs(rows), axis=1, keepdims=True)
    unit = rows / jnp.linalg.norm(rows, axis=1, keepdims=True)
    # A mean over all pairs at one distance is a correlation in t: a product of Fourier series.
    power = jnp.sum(jnp.square(jnp.abs(jnp.fft.rfft(unit, axis=0))), axis=1)
    return jnp.fft.irfft(power, x.shape[0]) / x.shape[0]


def _derivatives(x: Array, orders: tuple[int, ...]) -> tuple[Array, ...]:
    """Derivatives by t of the trigonometric polynomial through the points."""
    points = x.shape[0]
    terms = jnp.fft.rfft(centred(x), axis=0)
    frequency = jnp.arange(terms.shape[0], dtype=terms.real.dtype)[:, None]

    def derivative(order: int) -> Array:
        factor = (1j * frequency.astype(terms.dtype)) ** order
        # At half the points' frequency a sine is 0 on the grid, so nothing is known of a slope there.
        if points % 2 == 0 and order % 2:
            factor = factor.at[-1].set(0)
        return jnp.fft.irfft(factor * terms, points, axis=0)

    return tuple(derivative(order) for order in orders)


def _size(vectors: Array) -> Array:
    """Root mean square over features, (points,)."""
    return jnp.sqrt(jnp.mean(jnp.square(vectors), axis=1))
