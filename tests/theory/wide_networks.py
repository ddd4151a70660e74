"""Random networks in plain numpy, to hold the theory against; nothing here is the package's."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

Function = Callable[[np.ndarray], np.ndarray]

SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772


class Pair(NamedTuple):
    """An activation and its derivative."""

    value: Function
    slope: Function


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def _selu(x):
    return SELU_SCALE * np.where(x > 0, x, SELU_ALPHA * np.expm1(np.minimum(x, 0.0)))


def _selu_slope(x):
    return SELU_SCALE * np.where(x > 0, 1.0, SELU_ALPHA * np.exp(np.minimum(x, 0.0)))


def _sigmoid_slope(x):
    return sigmoid(x) * sigmoid(-x)


PAIRS = {
    "identity": Pair(lambda x: x, np.ones_like),
    "relu": Pair(lambda x: np.maximum(x, 0.0), lambda x: (x > 0) * 1.0),
    "tanh": Pair(np.tanh, lambda x: 1.0 - np.tanh(x) ** 2),
    "sigmoid": Pair(sigmoid, _sigmoid_slope),
    "silu": Pair(lambda x: x * sigmoid(x), lambda x: sigmoid(x) + x * _sigmoid_slope(x)),
    "softplus": Pair(lambda x: np.logaddexp(x, 0.0), sigmoid),
    "selu": Pair(_selu, _selu_slope),
    "hard_tanh": Pair(lambda x: np.clip(x, -1.0, 1.0), lambda x: (np.abs(x) < 1.0) * 1.0),
    "sin": Pair(np.sin, np.cos),
}


def normal_mean(f):
    """E f(z), z standard normal, by the trapezoidal rule: to 1e-14 if f is smooth, else to 1e-6."""
    z = np.linspace(-12.0, 12.0, 24_000)
    return np.sum(f(z) * np.exp(-(z**2) / 2)) * (z[1] - z[0]) / np.sqrt(2 * np.pi)


class Normalized(NamedTuple):
    """What a norm gives, and what its inputs were divided by."""

    output: np.ndarray
    deviation: np.ndarray


def normalized(x, axis):
    centered = x - x.mean(axis, keepdims=True)
    deviation = np.sqrt(np.mean(centered**2, axis, keepdims=True))
    return Normalized(centered / deviation, deviation)


def back_through_norm(cotangent, norm, axis):
    mean = cotangent.mean(axis, keepdims=True)
    along = np.mean(cotangent * norm.output, axis, keepdims=True)
    return (cotangent - mean - norm.output * along) / norm.deviation


def gradient_growth(pair, rng, *, examples, axis, order="before", scale=1.0, shift=0.0, weight_scale=1.0):
    """Growth a layer, towards the input, of the squared norm of the gradient by the pre-activations.

    18 layers of 512 units, no epsilon; axis 0 is batch norm, 1 layer norm. The first and last 4 layers, where
    input and loss are still seen, are left out.
    """
    width, depth, ends = 512, 18, 4
    weights = [rng.normal(size=(width, width)) * (weight_scale / np.sqrt(width)) for _ in range(depth)]

    def forward(h):
        if order == "before":
            norm = normalized(h, axis)
            return norm, pair.value(scale * norm.output + shift)
        norm = normalized(pair.value(h), axis)
        return norm, scale * norm.output + shift

    def backward(cotangent, h, norm):
        if order == "before":
            inner = scale * cotangent * pair.slope(scale * norm.output + shift)
            return back_through_norm(inner, norm, axis)
        return pair.slope(h) * back_through_norm(scale * cotangent, norm, axis)

    # What a layer is given has passed the norm, or is about to: so the first is like every other.
    start = normalized(rng.normal(size=(examples, width)), axis).output
    h, layers = (start if order == "before" else (scale * start + shift) @ weights[0]), []
    for weight in weights:
        norm, output = forward(h)
        layers.append((h, norm, weight))
        h = output @ weight
    gradient, energies = rng.normal(size=h.shape), []
    for h, norm, weight in reversed(layers):
        gradient = backward(gradient @ weight.T, h, norm)
        energies.append(np.sum(gradient**2))
    ratios = np.array(energies[1:]) / np.array(energies[:-1])
    return ratios[ends - 1 : -ends]


def mean_growth(pair, networks, **setting):
    """The mean growth over layers of several networks, and its standard error (over networks)."""
    rng = np.random.default_rng(0)
    of_each = np.array([gradient_growth(pair, rng, **setting).mean() for _ in range(networks)])
    return of_each.mean(), of_each.std(ddof=1) / np.sqrt(networks)


def moments_by_layer(pair, rng, *, start, weight_variance, bias_variance, networks=400, width=2000, depth=4):
    """Second moments of two inputs' pre-activations in random networks, layer by layer.

    Given a layer's values, the next pre-activations W values + bias of one unit after the other are
    independent, normal and of the values' second moments: drawing them so is drawing W, and costs less.

    Args:
      start: (2, 2), of the pre-activations of layer 0, normal too.

    Returns:
      (networks, depth, 2, 2): the moments of layer 1, 2, ..., depth.
    """
    found = np.empty((networks, depth, 2, 2))
    for each in range(networks):
        h = np.linalg.cholesky(np.asarray(start)) @ rng.standard_normal((2, width))
        for layer in range(depth):
            values = pair.value(h)
            root = np.linalg.cholesky(weight_variance * values @ values.T / width)
            bias = rng.standard_normal(width) * np.sqrt(bias_variance)
            h = root @ rng.standard_normal((2, width)) + bias
            found[each, layer] = h @ h.T / width
    return found
