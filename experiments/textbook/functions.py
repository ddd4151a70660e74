"""The functions of the textbook page, and what becomes of them with more elements."""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from bnact.types import Array

Loss = Callable[..., Array]

X, Y = np.float64(2.0), np.float64(5.0)
"""The one example of the page: an input, and what is to be predicted from it."""

INPUTS, TARGETS = np.array([1.0, 2.0, 3.0]), np.array([2.0, 5.0, 8.0])
"""A batch, with the page's example in its middle."""

EPSILON = 1e-5


def product_loss(x: float | np.ndarray, y: float | np.ndarray) -> Loss:
    """(v x - y)^2 of v, the page's own."""

    def squared_error(v: Array) -> Array:
        prediction = v * x
        error = prediction - y
        loss = error**2
        return loss  # noqa: RET504  the assignment names the value

    return squared_error


def line_loss(x: float | np.ndarray, y: float | np.ndarray) -> Loss:
    """(k x + b - y)^2 of k and b."""

    def squared_error(k: Array, b: Array) -> Array:
        product = k * x
        prediction = product + b
        error = prediction - y
        loss = error**2
        return loss  # noqa: RET504

    return squared_error


def twice_loss(x: float | np.ndarray, y: float | np.ndarray) -> Loss:
    """(v x + v - y)^2 of v, which is used twice."""

    def squared_error(v: Array) -> Array:
        product = v * x
        prediction = product + v
        error = prediction - y
        loss = error**2
        return loss  # noqa: RET504

    return squared_error


def batch_loss(inputs: np.ndarray, targets: np.ndarray) -> Loss:
    """The mean of (v x - y)^2 over a batch, of v."""

    def mean_squared_error(v: Array) -> Array:
        predictions = v * inputs
        errors = predictions - targets
        losses = errors**2
        loss = jnp.mean(losses)
        return loss  # noqa: RET504

    return mean_squared_error


def dense_loss(x: np.ndarray, y: np.ndarray) -> Loss:
    """sum (tanh(W x + b) - y)^2 of W and b."""

    def squared_error(W: Array, b: Array) -> Array:
        product = W @ x
        sums = product + b
        outputs = jnp.tanh(sums)
        errors = outputs - y
        losses = errors**2
        loss = jnp.sum(losses)
        return loss  # noqa: RET504

    return squared_error


def normalized_loss(targets: np.ndarray) -> Loss:
    """The mean of (relu(scale z + bias) - y)^2, z the inputs with the batch's mean and variance taken out."""

    def mean_squared_error(inputs: Array, scale: Array, bias: Array) -> Array:
        losses = normalized_losses(inputs, scale, bias, targets)
        loss = jnp.mean(losses)
        return loss  # noqa: RET504

    return mean_squared_error


def normalized_losses(inputs: Array, scale: Array, bias: Array, targets: np.ndarray) -> Array:
    """(examples,) losses (relu(scale z + bias) - y)^2 behind batch norm, written out by its formula."""
    mean = jnp.mean(inputs)
    centred = inputs - mean
    variance = jnp.mean(centred**2)
    factor = jax.lax.rsqrt(variance + EPSILON)
    standardized = centred * factor
    return plain_losses(standardized, scale, bias, targets)


def plain_losses(inputs: Array, scale: Array, bias: Array, targets: np.ndarray) -> Array:
    """(examples,) losses (relu(scale x + bias) - y)^2 without a norm."""
    scaled = inputs * scale
    shifted = scaled + bias
    outputs = jax.nn.relu(shifted)
    errors = outputs - targets
    losses = errors**2
    return losses  # noqa: RET504


class Layer(NamedTuple):
    """What the norm-and-activation layer is looked at with: four examples of one feature."""

    inputs: np.ndarray = np.array([-1.0, 0.5, 1.0, 3.0])
    scale: np.ndarray = np.array(1.0)
    bias: np.ndarray = np.array(0.5)
    targets: np.ndarray = np.array([0.0, 0.5, 1.0, 1.0])


def influence(losses: Loss) -> np.ndarray:
    """(examples, examples) derivative of each loss by each example's input, at `Layer`, in 64 bits.

    Args:
      losses: `normalized_losses` or `plain_losses`.

    Returns:
      Rows are losses, columns inputs.
    """
    with jax.enable_x64(True):
        return np.asarray(jax.jit(jax.jacobian(losses))(*map(jnp.asarray, Layer())))
