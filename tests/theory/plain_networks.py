"""Random networks with a norm in its place, in plain numpy: a prediction is held against their layers."""

from typing import NamedTuple

import numpy as np

from tests.theory.wide_networks import PAIRS

WIDTH = 384


class Kind(NamedTuple):
    """Of a network, in the words of `predict`."""

    activation: str
    norm: str
    order: str
    batch_size: int
    weight_variance: float
    bias_variance: float
    depth: int = 6


class Statistics(NamedTuple):
    """Of each layer, (networks, depth)."""

    variance: np.ndarray
    correlation: np.ndarray
    growth: np.ndarray
    dead: np.ndarray
    saturated: np.ndarray
    low: np.ndarray
    high: np.ndarray


def statistics(kind, networks, largest_slope):
    rows = [one(kind, np.random.default_rng(seed), largest_slope) for seed in range(networks)]
    return Statistics(*(np.array(field) for field in zip(*rows, strict=True)))


def one(kind, random, largest_slope):
    """Statistics of one network, (depth,) each."""
    x, backs, rows = random.standard_normal((kind.batch_size, WIDTH)), [], []
    for _ in range(kind.depth):
        kernel = random.standard_normal((WIDTH, WIDTH)) * (kind.weight_variance / WIDTH) ** 0.5
        h = x @ kernel + random.standard_normal(WIDTH) * kind.bias_variance**0.5
        x, back, slope = layer(kind, h)
        backs.append((kernel, back))
        rows.append((*signal(h), *units(slope, largest_slope), x.min(), x.max()))
    variance, correlation, dead, saturated, low, high = np.array(rows).T
    growth = growths(backs, random.standard_normal(x.shape))
    return Statistics(variance, correlation, growth, dead, saturated, low, high)


def signal(h):
    """Mean square, and the mean product of two examples over it."""
    gram = h @ h.T / WIDTH
    square, count = np.trace(gram) / len(h), len(h)
    return square, (gram.sum() - np.trace(gram)) / (count * (count - 1)) / square


def units(slope, largest_slope):
    """Shares of dead units and of saturated slopes."""
    return np.mean(np.all(slope == 0.0, axis=0)), np.mean(np.abs(slope) < 0.05 * largest_slope)


def growths(backs, cotangent):
    """The squared gradient by each h over that by the next, 1 for the last."""
    sizes = []
    for kernel, back in reversed(backs):
        by_h = back(cotangent)
        sizes.append(np.sum(by_h**2))
        cotangent = by_h @ kernel.T
    sizes = sizes[::-1]
    return np.array(sizes) / np.array([*sizes[1:], sizes[-1]])


def layer(kind, h):
    """Outputs, the way back to h, and the slopes."""
    phi = PAIRS[kind.activation]
    if kind.order == "before":
        z, back = normalized(kind.norm, h)
        slope = phi.slope(z)
        return phi.value(z), lambda g: back(slope * g), slope
    slope = phi.slope(h)
    y, back = normalized(kind.norm, phi.value(h))
    return y, lambda g: slope * back(g), slope


def normalized(norm, x):
    """What the norm gives, and the way back through it."""
    if norm == "none":
        return x, lambda g: g
    axis = 0 if norm == "batch" else 1
    mean = 0.0 if norm == "rms" else x.mean(axis=axis, keepdims=True)
    spread = np.mean((x - mean) ** 2, axis=axis, keepdims=True)
    # What is the same for a whole batch, as of a dead unit, is 0 and hands no gradient on.
    inverse = np.where(spread > 0.0, 1.0 / np.sqrt(np.where(spread > 0.0, spread, 1.0)), 0.0)
    unit = (x - mean) * inverse

    def back(g):
        shared = 0.0 if norm == "rms" else g.mean(axis=axis, keepdims=True)
        return inverse * (g - shared - unit * np.mean(g * unit, axis=axis, keepdims=True))

    return unit, back
