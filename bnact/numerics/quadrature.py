"""Expectations under a standard normal, by quadrature split where the integrand is not smooth."""

import functools
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from jax.typing import ArrayLike

from .evaluation import Numbers, constant

# The density is 1e-37 at 13, so cutting there costs nothing for any function below 1e25. Panels of one
# half with 32 nodes each resolve a function whose nearest complex singularity is 0.1 away, as in tanh(15 z).
_REACH = 13.0
_PANEL = 0.5
_NODES_PER_PANEL = 32


class GaussianRule(NamedTuple):
    """Nodes and weights with E f(z) = sum_i weights[i] f(nodes[i]) for z standard normal.

    Attributes:
      nodes: (n,) float64, increasing, within [-13, 13].
      weights: (n,) float64, positive; they sum to 1.
    """

    nodes: np.ndarray
    weights: np.ndarray


def gaussian_rule(kinks: Sequence[float] = ()) -> GaussianRule:
    """Piecewise Gauss-Legendre nodes and weights for E f(z), z standard normal.

    Args:
      kinks: where f or one of its derivatives jumps; no panel straddles them. Those beyond 13 standard
        deviations are ignored.

    Returns:
      The rule; f is analytic on every panel if `kinks` names every jump.

    Raises:
      ValueError: a kink is not finite.
    """
    if not np.all(np.isfinite(np.asarray(kinks, np.float64))):
        raise ValueError(f"gaussian_rule: kinks must be finite; got {tuple(kinks)}; leave the others out")
    return _rule(tuple(sorted({float(kink) for kink in kinks if abs(kink) < _REACH})))


def expectation(f: Callable[[np.ndarray], ArrayLike], kinks: Sequence[float] = ()) -> Numbers:
    """Mean of a function of a standard normal: E f(z) = int f(z) exp(-z^2 / 2) / sqrt(2 pi) dz.

    The absolute error is below 1e-10 for an f of order one that is smooth between its kinks and varies
    over lengths of at least 0.1. Inside jit, vmap or grad the result is a constant.

    Args:
      f: from nodes (n,), a float64 numpy array, to values (..., n), elementwise in the last axis: numpy
        or JAX. It is called once, with 64-bit JAX turned on, so that an activation works in float64.
      kinks: where f or one of its derivatives jumps, e.g. `activation.breakpoints`.

    Returns:
      A float, or a float64 array (...) if f returns more than one axis.

    Raises:
      ValueError: f is not finite somewhere in [-13, 13]; or a kink is not finite.
      TypeError: f computes in less than float64, or from a traced value.
    """
    rule = gaussian_rule(kinks)
    values = constant("expectation", lambda: np.asarray(f(rule.nodes)))
    _check(values, rule.nodes)
    mean = np.sum(values * rule.weights, axis=-1, dtype=np.float64)
    return float(mean) if np.ndim(mean) == 0 else mean


@functools.lru_cache(maxsize=256)
def _rule(kinks: tuple[float, ...]) -> GaussianRule:
    fixed = np.arange(-_REACH, _REACH + _PANEL, _PANEL)
    edges = np.unique(np.concatenate([fixed, np.asarray(kinks, np.float64)]))
    center, half = (edges[1:] + edges[:-1]) / 2.0, (edges[1:] - edges[:-1]) / 2.0
    unit_nodes, unit_weights = np.polynomial.legendre.leggauss(_NODES_PER_PANEL)
    nodes = (center[:, None] + half[:, None] * unit_nodes).ravel()
    weights = (half[:, None] * unit_weights).ravel() * np.exp(-(nodes**2) / 2.0) / np.sqrt(2.0 * np.pi)
    nodes.setflags(write=False)  # the rule is shared by every caller
    weights.setflags(write=False)
    return GaussianRule(nodes, weights)


def _check(values: np.ndarray, nodes: np.ndarray) -> None:
    if np.issubdtype(values.dtype, np.inexact) and values.dtype != np.float64:
        raise TypeError(
            f"expectation: f must compute in float64; got {values.dtype}; do not cast inside f, "
            "nor close over narrower arrays"
        )
    finite = np.broadcast_to(np.isfinite(values), values.shape[:-1] + nodes.shape)
    if not np.all(finite):
        where = nodes[np.flatnonzero(~finite.reshape(-1, nodes.size).all(axis=0))[0]]
        raise ValueError(
            f"expectation: f must be finite on [-13, 13]; got a non-finite value at z={where:.4g}; "
            "bound f, or scale it down"
        )
