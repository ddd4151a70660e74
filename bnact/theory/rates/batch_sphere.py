"""Two examples of a normalized batch: nodes and weights for what depends on no more than two.

Gaussian values h of B examples, normalized over the batch, are sqrt(B) u with u = Gh / |Gh| (G subtracts
the mean) uniform on the unit sphere of the (B - 1)-dimensional space of centered vectors, and independent of
|Gh|. Two coordinates of it are, with r = -1 / (B - 1),

    u1 = sqrt(1 - 1/B) sin(a),   u2 = sqrt(1 - 1/B) (r sin(a) + sqrt(1 - r^2) cos(a) sin(b))

where the angles a and b in [-pi/2, pi/2] are independent, with densities proportional to cos(a)^(B - 3) and
cos(b)^(B - 4).
"""

import functools
import math
from typing import NamedTuple

import numpy as np

_NODES_PER_PANEL = 12
# A substituted panel has to hold three times the degree.
_NODES_PER_SUBSTITUTED_PANEL = 24


class Fineness(NamedTuple):
    """How fine a rule is, and how far it reaches.

    Attributes:
      width: of a panel, in standard deviations of a normalized value.
      rarest: angles with a density below this share of the highest are left out.
    """

    width: float
    rarest: float


class ExampleRule(NamedTuple):
    """Nodes and weights with E f(x1) = sum_i weights[i] f(values[i]).

    Attributes:
      values: (n,) normalized values of one example.
      weights: (n,); they sum to 1.
    """

    values: np.ndarray
    weights: np.ndarray


class PairRule(NamedTuple):
    """Nodes and weights with E f(x1) g(x2) = sum_ij weights[i, j] f(first[i]) g(second[i, j]).

    Attributes:
      first: (n,) normalized values of one example.
      second: (n, m) those of another, given the first.
      weights: (n, m); they sum to 1.
    """

    first: np.ndarray
    second: np.ndarray
    weights: np.ndarray


def example_rule(batch_size: int, kinks: tuple[float, ...], fineness: Fineness) -> ExampleRule:
    """Gauss-Legendre over the angle of one example, on panels that no kink falls into.

    Args:
      batch_size: B, at least 4.
      kinks: normalized values where a function of them is not smooth.
      fineness: of the panels.

    Returns:
      The rule.
    """
    angle, weight = _outer_angles(batch_size, _levels(batch_size, kinks), fineness)
    return ExampleRule(math.sqrt(batch_size - 1) * np.sin(angle), weight)


def pair_rule(batch_size: int, kinks: tuple[float, ...], fineness: Fineness) -> PairRule:
    """Gauss-Legendre over the angles of two examples, on panels that no kink falls into.

    The first example's nodes are those of `example_rule`.

    Args:
      batch_size: B, at least 4.
      kinks: normalized values where a function of them is not smooth.
      fineness: of the panels of both angles.

    Returns:
      The rule.
    """
    radius, correlation = math.sqrt(batch_size - 1), -1.0 / (batch_size - 1)
    levels = _levels(batch_size, kinks)
    angle, weight = _outer_angles(batch_size, levels, fineness)
    along = correlation * np.sin(angle)[:, None]
    across = math.sqrt(1.0 - correlation**2) * np.cos(angle)[:, None]

    power = batch_size - 4
    reach = _reach(power, fineness.rarest)
    fixed = _even_edges(reach, fineness.width / radius)
    moving = np.arcsin(np.clip((levels - along) / across, -1.0, 1.0)).clip(-reach, reach)
    edges = np.concatenate([np.broadcast_to(fixed, (angle.size, fixed.size)), moving], axis=1)
    inner_angle, inner_weight = _plain(np.sort(edges, axis=1))
    inner_weight = inner_weight * _density(inner_angle, power)

    second = radius * (along + across * np.sin(inner_angle))
    return PairRule(radius * np.sin(angle), second, weight[:, None] * inner_weight)


def _levels(batch_size: int, kinks: tuple[float, ...]) -> np.ndarray:
    """The kinks within the sphere, as shares of the largest normalized value, sqrt(B - 1)."""
    shares = np.array(kinks, np.float64) / math.sqrt(batch_size - 1)
    return shares[np.abs(shares) < 1.0]


def _outer_angles(batch_size: int, levels: np.ndarray, fineness: Fineness) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights of the first angle.

    Where a kink of the second example enters the sphere, the inner integral goes like a square root.
    """
    power = batch_size - 3
    reach = _reach(power, fineness.rarest)
    even = _even_edges(reach, fineness.width / math.sqrt(batch_size - 1))
    entries = _within(_entries(levels, -1.0 / (batch_size - 1)), reach)
    edges = np.unique(np.concatenate([even, _within(np.arcsin(levels), reach), entries]))
    angle, weight = _substituted(edges) if entries.size else _plain(edges)
    return angle, weight * _density(angle, power)


def _entries(levels: np.ndarray, correlation: float) -> np.ndarray:
    """The outer angles at which the inner angle of a kink is -pi/2 or pi/2."""
    tilt, turn = math.asin(correlation), np.arccos(levels)
    return np.concatenate([tilt + turn, tilt - turn, math.pi - turn - tilt, turn - math.pi - tilt])


def _density(angle: np.ndarray, power: int) -> np.ndarray:
    """cos(angle)^power over its integral from -pi/2 to pi/2."""
    integral = math.lgamma((power + 1) / 2.0) - math.lgamma(power / 2.0 + 1.0) + math.log(math.pi) / 2.0
    return np.exp(power * np.log(np.cos(angle)) - integral)


def _reach(power: int, rarest: float) -> float:
    """The angle beyond which cos^power is below `rarest`."""
    return math.acos(rarest ** (1.0 / power)) if power else math.pi / 2.0


def _even_edges(reach: float, step: float) -> np.ndarray:
    return np.linspace(-reach, reach, math.ceil(2.0 * reach / step) + 1)


def _within(points: np.ndarray, reach: float) -> np.ndarray:
    return points[np.abs(points) < reach]


def _plain(edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Gauss-Legendre nodes and weights on the panels between edges (..., k)."""
    return _on_panels(edges, *_unit_rule(_NODES_PER_PANEL))


def _substituted(edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same after x = s^2 (3 - 2 s), s in [0, 1]: square roots at the ends of a panel become smooth."""
    nodes, weights = _unit_rule(_NODES_PER_SUBSTITUTED_PANEL)
    return _on_panels(edges, nodes**2 * (3.0 - 2.0 * nodes), weights * 6.0 * nodes * (1.0 - nodes))


@functools.cache
def _unit_rule(count: int) -> tuple[np.ndarray, np.ndarray]:
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return (nodes + 1.0) / 2.0, weights / 2.0


def _on_panels(edges: np.ndarray, nodes: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    left, length = edges[..., :-1, None], np.diff(edges)[..., None]
    shape = (*edges.shape[:-1], -1)
    return (left + length * nodes).reshape(shape), (length * weights).reshape(shape)
