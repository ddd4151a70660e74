"""How gradients grow from layer to layer in fresh networks: by theory, and measured."""

import functools
import math
from collections.abc import Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from bnact import theory
from bnact.fused import Index, index_of, switched, table_of
from bnact.probes import with_gradient_sink
from bnact.types import Array, Key
from experiments.claims.activations import REPRESENTATIVES
from experiments.initialization import gain

NORMS = {"no norm": "none", "batch norm": "batch"}
DEPTH, WIDTH, BATCH_SIZE, SEEDS = 40, 256, 64, 10
KEPT = 10.0
"""A gradient that depth makes smaller or larger by no more than this is kept."""


class Kind(NamedTuple):
    """An activation, and "no norm" or "batch norm" before it."""

    activation: str
    norm: str

    @property
    def label(self) -> str:
        """For example "relu, batch norm"."""
        return f"{self.activation}, {self.norm}"


class Growth(NamedTuple):
    """Root mean square gradients of one kind of network.

    Attributes:
      predicted: (DEPTH,) by theory, at each layer over that at the last; the layer next to the input first.
      measured: (SEEDS, DEPTH) the same in fresh networks.
      settled: what a layer far from the input multiplies the squared gradient by, towards the input.
    """

    predicted: np.ndarray
    measured: np.ndarray
    settled: float

    @property
    def theory(self) -> str:
        """What becomes of the gradient by theory: "vanishes", "kept" or "explodes"."""
        return fate(float(self.predicted[0]))

    @property
    def networks(self) -> set[str]:
        """What becomes of it in the fresh networks; one word where all agree."""
        return {fate(float(size)) for size in self.measured[:, 0]}


Growths = Mapping[Kind, Growth]


def fate(size: float) -> str:
    """What has become of a gradient that is so many times that of the last layer; "unknown" of NaN."""
    if math.isnan(size):
        return "unknown"
    return "vanishes" if size < 1.0 / KEPT else "explodes" if size > KEPT else "kept"


@functools.cache
def fresh_gradients() -> Growths:
    """Every activation without a norm and with batch norm before it, predicted and measured.

    Weights have each activation's own gain, which keeps the second moment of a standard normal input; under
    batch norm their scale cancels.
    """
    return {
        Kind(activation, norm): _growth(activation, NORMS[norm])
        for norm in NORMS
        for activation in REPRESENTATIVES
    }


def _growth(activation: str, norm: str) -> Growth:
    growth = _without_norm(activation) if norm == "none" else _under_norm(activation)
    # The size of the last layer's gradient is that of the loss; of the others, a product of growths.
    sizes = np.cumprod(growth[::-1])[::-1]
    return Growth(np.sqrt(np.append(sizes, 1.0)), _measured(activation, norm), float(growth[-1]))


def _without_norm(activation: str) -> np.ndarray:
    """(DEPTH - 1,) what each layer multiplies the squared gradient by: `bnact.theory.correlation_slope`."""
    weights, variances = gain(activation) ** 2, [gain(activation) ** 2]
    while len(variances) < DEPTH - 1:
        settled = len(variances) > 1 and math.isclose(variances[-1], variances[-2], rel_tol=1e-9)
        following = variances[-1] if settled else theory.variance_map(activation, variances[-1], weights, 0.0)
        variances.append(float(following))
    different, places = np.unique(variances, return_inverse=True)
    return np.asarray(theory.correlation_slope(activation, 1.0, different, weights))[places]


def _under_norm(activation: str) -> np.ndarray:
    """(DEPTH - 1,) the same with batch norm before the activation, in batches of BATCH_SIZE."""
    prediction = theory.predict(activation, "batch", "before", depth=DEPTH, batch_size=BATCH_SIZE)
    return np.array([layer.growth for layer in prediction.layers[:-1]])


def _measured(activation: str, norm: str) -> np.ndarray:
    """(SEEDS, DEPTH) root mean square gradients in fresh networks, over that at the last layer."""
    index, scale = index_of(activation, norm, "before", TABLE), jnp.float32(gain(activation) / WIDTH**0.5)
    squares = [_squared_gradients(index, scale, jax.random.key(seed)) for seed in range(SEEDS)]
    found = np.sqrt(np.asarray(jax.device_get(squares), np.float64))
    return found / found[:, -1:]


TABLE = table_of(REPRESENTATIVES)


@jax.jit
def _squared_gradients(index: Index, scale: Array, key: Key) -> Array:
    """(DEPTH,) squared gradient of a random linear loss by the output of each layer's linear map.

    The pair is data: one program is compiled for all.

    Args:
      index: of the pair in TABLE.
      scale: standard deviation of a weight.
      key: for inputs, weights and loss.
    """
    input_key, layer_key, loss_key = jax.random.split(key, 3)
    inputs = jax.random.normal(input_key, (BATCH_SIZE, WIDTH))
    direction = jax.random.normal(loss_key, inputs.shape)
    one, zero = jnp.ones(WIDTH), jnp.zeros(WIDTH)

    def layer(x: Array, given: tuple[Key, Array]) -> tuple[Array, None]:
        key, sink = given
        h = with_gradient_sink(x @ (scale * jax.random.normal(key, (WIDTH, WIDTH))), sink)
        return switched(index, h, one, zero, TABLE), None

    def loss(sinks: Array) -> Array:
        outputs, _ = lax.scan(layer, inputs, (jax.random.split(layer_key, DEPTH), sinks))
        return jnp.sum(outputs * direction)

    return jax.grad(loss)(jnp.zeros(DEPTH))
