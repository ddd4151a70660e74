"""How often a unit is dead on a batch whose examples are opposed, as a norm over the batch leaves them."""

import math

import numpy as np

from bnact.activations import Activation

_REACH = 9.0  # in deviations; beyond are 2e-19 of a normal distribution
_PANELS_A_DEVIATION, _NODES = 12, 12
_LEAST_STEPS = 400
_NEGLIGIBLE = 1e-16
_FARTHEST = 300.0
# Opposed by less is independent, within every error.
_INDEPENDENT = 1e-12


def opposed_dead_share(phi: Activation, batch_size: int, variance: float, correlation: float) -> float:
    """P(phi' is 0 on each of B examples) for normal pre-activations with a negative correlation c.

    They are sqrt(variance (1 - c)) z about their mean over the batch, z independent standard normal, and that
    mean has variance times (1 + (B - 1) c) / B, less than that of z's. Where phi is flat on A, with f(t) =
    E[exp(itz); z in A / sqrt(variance (1 - c))] and r = (1 + (B - 1) c) / (1 - c), the share is

        sqrt(B / (2 pi (1 - r))) times the integral of f(t)^B exp(-B r t^2 / (2 (1 - r))).

    At c = -1 / (B - 1) they sum to 0: never are all of them where relu is flat.

    Args:
      phi: an activation.
      batch_size: B, at least 4.
      variance: of the pre-activations, positive.
      correlation: c, within [-1 / (B - 1), 0].

    Returns:
      The share, to about 1e-8 at B = 4 and 1e-12 from B = 8 on; 0 for an activation that is flat nowhere.
    """
    if not phi.flat:
        return 0.0
    x, weights = _nodes(phi, math.sqrt(variance * (1.0 - correlation)))
    if correlation > -_INDEPENDENT:
        return float(np.sum(weights)) ** batch_size
    shared = max(1.0 + (batch_size - 1) * correlation, 0.0) / (1.0 - correlation)
    # f falls like 0.8 / t where A ends; a mean that varies cuts it off earlier.
    end = min(_FARTHEST, 0.8 * _NEGLIGIBLE ** (-1.0 / batch_size))
    narrowness = batch_size * shared / (1.0 - shared)
    if narrowness:
        end = min(end, _REACH / math.sqrt(narrowness))
    # A sum of B values is never farther than B times the reach, so this step makes no error.
    steps = max(_LEAST_STEPS, math.ceil(end * batch_size * _REACH / math.pi))
    t = np.linspace(0.0, end, steps + 1)
    values = np.real(_transformed(t, x, weights) ** batch_size) * np.exp(-narrowness * t**2 / 2.0)
    integral = 2.0 * float(np.trapezoid(values, t))
    return min(max(math.sqrt(batch_size / (2.0 * math.pi * (1.0 - shared))) * integral, 0.0), 1.0)


def _nodes(phi: Activation, deviation: float) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights of E[g(z); deviation z where phi is flat]."""
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    found: list[tuple[np.ndarray, np.ndarray]] = [(np.empty(0), np.empty(0))]
    for low, high in phi.flat:
        left, right = max(low / deviation, -_REACH), min(high / deviation, _REACH)
        if left < right:
            edges = np.linspace(left, right, 1 + math.ceil((right - left) * _PANELS_A_DEVIATION))
            half = np.diff(edges)[:, None] / 2.0
            x = (edges[:-1, None] + half + half * nodes).ravel()
            density = np.exp(-(x**2) / 2.0) / math.sqrt(2.0 * math.pi)
            found.append((x, (half * weights).ravel() * density))
    x, weights = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return x, weights


def _transformed(t: np.ndarray, x: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """f at every t, a few at a time."""
    blocks = np.array_split(t, math.ceil(t.size * max(x.size, 1) / 2**20))
    return np.concatenate([np.exp(1j * np.outer(block, x)) @ weights for block in blocks])
