"""Networks of finite width in numpy: what the rates of infinite width are held against."""

import math
from typing import NamedTuple

import numpy as np

from bnact.activations import get
from bnact.numerics.evaluation import evaluate

WIDTH = 512


class Shape(NamedTuple):
    """Of a network: the norm is "batch" or "layer", which stands "before" or "after" the activation."""

    batch_size: int
    norm: str = "batch"
    order: str = "before"
    depth: int = 20
    residual: bool = False
    scale: float = 1.0
    shift: float = 0.0
    weight_scale: float = 1.0


class Norms(NamedTuple):
    """Mean squares layer by layer, (depth + 1,): of h about its mean over the batch, and of its gradient."""

    variance: np.ndarray
    gradient: np.ndarray


def norms(activation, shape, seed):
    """One network's; the gradient that comes from above is normal, its mean over the batch 0."""
    random, axis = np.random.default_rng(seed), 0 if shape.norm == "batch" else 1
    h = random.standard_normal((shape.batch_size, WIDTH))
    kept, variances = [], [spread(h)]
    for _ in range(shape.depth):
        kernel = random.standard_normal((WIDTH, WIDTH)) * (shape.weight_scale / math.sqrt(WIDTH))
        out, pullback = layer(get(activation), h, shape, axis)
        kept.append((kernel, pullback))
        h = out @ kernel + (h if shape.residual else 0.0)
        variances.append(spread(h))
    gradient = random.standard_normal(h.shape)
    gradient = gradient - gradient.mean(axis=0)
    gradients = [np.mean(gradient**2)]
    for kernel, pullback in reversed(kept):
        gradient = pullback(gradient @ kernel.T) + (gradient if shape.residual else 0.0)
        gradients.append(np.mean(gradient**2))
    return Norms(np.array(variances), np.array(gradients[::-1]))


def growth_in_the_middle(activation, shape, seeds):
    """The growth of the squared gradient norm a layer, over the middle half, as a mean over networks."""
    first, last = shape.depth // 4, shape.depth - shape.depth // 4
    every = np.log([norms(activation, shape, seed).gradient for seed in range(seeds)])
    return float(np.exp(np.mean(every[:, first] - every[:, last]) / (last - first)))


def layer(phi, h, shape, axis):
    """Norm and activation, without the weights, and the way back through them."""
    if shape.order == "before":
        normal, back = normalized(h, axis)
        x = shape.scale * normal + shape.shift
        slope = shape.scale * evaluate(phi.derivative, x)
        return evaluate(phi, x), lambda g: back(slope * g)
    slope = evaluate(phi.derivative, h)
    normal, back = normalized(evaluate(phi, h), axis)
    return shape.scale * normal + shape.shift, lambda g: slope * back(shape.scale * g)


def normalized(h, axis):
    centered = h - h.mean(axis=axis, keepdims=True)
    inverse = 1.0 / np.sqrt(np.mean(centered**2, axis=axis, keepdims=True))
    normal = centered * inverse

    def back(g):
        along = np.mean(g * normal, axis=axis, keepdims=True)
        return inverse * (g - g.mean(axis=axis, keepdims=True) - normal * along)

    return normal, back


def spread(h):
    """The mean square of h about its mean over the batch, unbiased."""
    return float(np.mean(np.var(h, axis=0, ddof=1)))
