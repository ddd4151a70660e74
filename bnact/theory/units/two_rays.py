"""Both sides of zero through a random bias-free relu network of one input: whether anything is left of them.

Such a network is linear on x > 0 and on x < 0, so the two outputs of a layer, for x = 1 and x = -1, say
everything. By homogeneity only the angle t between them matters, and whether each is 0. The rows of the next
layer see pairs of normals with correlation cos(t): a unit is 0 for both with probability 1/2 - t / (2 pi),
for one given of them with 1/2. The angle behind the layer has a law without a formula, which is averaged
over.
"""

import functools
import math
from collections.abc import Sequence

import numpy as np

# A function of the angle is held by its values at so many points of [0, pi / 2]: no cosine is negative.
_ANGLES = 13
_UNIT_DRAWS = 2**19
_FEWEST_DRAWS = 256


def both_rays_dead(widths: Sequence[int]) -> float:
    """P(the last hidden layer is 0 for every input), from the last layer to the first."""
    angles = _angles()
    both_dead, one_dead = np.zeros(_ANGLES), 0.0
    for width in widths[:0:-1]:
        none, half = _unit_dead_for_both(angles) ** width, 0.5**width
        later = _transition(width) @ both_dead if np.any(both_dead) else both_dead
        both_dead = none + 2.0 * (half - none) * one_dead + later
        one_dead = half + (1.0 - half) * one_dead
    # Every unit of the first layer is 0 on one of the two sides, and their outputs are orthogonal.
    one_side = 2.0 * 0.5 ** widths[0]
    return float(one_side * one_dead + (1.0 - one_side) * both_dead[-1])


def _angles() -> np.ndarray:
    return (1.0 - np.cos(math.pi * np.arange(_ANGLES) / (_ANGLES - 1))) * math.pi / 4.0


def _unit_dead_for_both(angle: np.ndarray) -> np.ndarray:
    return 0.5 - angle / (2.0 * math.pi)


@functools.lru_cache(maxsize=64)
def _transition(width: int) -> np.ndarray:
    """The matrix from the values of a function f at the angles to E[f(angle behind the layer); both alive].

    The pair of pre-activations of a unit is an isotropic normal vector of the plane seen along two
    directions.
    """
    angles = _angles()
    direction, square = _isotropic(width)
    one = np.maximum(np.cos(direction), 0.0)
    moments = [_chebyshev_means(one, np.maximum(np.cos(direction - t), 0.0), square) for t in angles]
    # Of the mean given that both are alive, whose probability is known.
    alive = 1.0 - 2.0 * 0.5**width + _unit_dead_for_both(angles) ** width
    of_values = np.linalg.inv(np.polynomial.chebyshev.chebvander(4.0 * angles / math.pi - 1.0, _ANGLES - 1))
    return alive[:, None] * (np.stack(moments) @ of_values)


def _chebyshev_means(one: np.ndarray, other: np.ndarray, square: np.ndarray) -> np.ndarray:
    """Means of the Chebyshev polynomials of the new angle over the draws in which both outputs are alive."""
    lengths = np.sum(square * one**2, 0) * np.sum(square * other**2, 0)
    alive = lengths > 0.0
    cosine = np.sum(square * one * other, 0)[alive] / np.sqrt(lengths[alive])
    at = 4.0 * np.arccos(np.minimum(cosine, 1.0)) / math.pi - 1.0
    return np.array([np.mean(polynomial) for polynomial in _chebyshev(at)])


def _chebyshev(at: np.ndarray) -> list[np.ndarray]:
    polynomials = [np.ones_like(at), at]
    while len(polynomials) < _ANGLES:
        polynomials.append(2.0 * at * polynomials[-1] - polynomials[-2])
    return polynomials


def _isotropic(width: int) -> tuple[np.ndarray, np.ndarray]:
    """Directions and squared lengths of normal vectors of the plane, one for each unit and draw.

    The draws are multiples of the roots of primes modulo 1, which fill the cube more evenly than random ones:
    the errors are about a sixth of theirs for 3 units, a half for 8.
    """
    draws = np.arange(1, max(_FEWEST_DRAWS, _UNIT_DRAWS // width) + 1)
    points = np.sqrt(_primes(2 * width))[:, None] * draws % 1.0
    return 2.0 * math.pi * points[:width], -np.log1p(-points[width:])


def _primes(count: int) -> np.ndarray:
    """The first primes, as floating-point numbers."""
    limit = 15 + math.ceil(count * (math.log(count) + math.log(math.log(count) + 2.0)))
    prime = np.arange(limit) > 1
    for number in range(2, math.isqrt(limit) + 1):
        prime[number * number :: number] = False
    return np.flatnonzero(prime)[:count].astype(np.float64)
