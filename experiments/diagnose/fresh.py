"""What fresh random networks of a finite width do: the measurement beside a prediction."""

import functools
from collections.abc import Iterable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from bnact import normalizations
from bnact.activations import get, largest_slope
from bnact.probes import dead, saturated, with_gradient_sink
from bnact.types import Array, Key

Numbers = Array | np.ndarray


class Fresh(NamedTuple):
    """A kind of random network, and the batch that it is given.

    Attributes:
      activation: its name.
      norm: a key of `bnact.normalizations.NORMALIZATIONS`.
      order: where the norm stands: "before" or "after" the activation.
      depth: layers.
      width: units in each layer, and features of an example.
      batch_size: examples, of independent standard normal features.
      weight_variance: of a weight, times the width.
      bias_variance: of a bias.
    """

    activation: str
    norm: str
    order: str
    depth: int
    width: int
    batch_size: int
    weight_variance: float
    bias_variance: float


class LayerStatistics(NamedTuple):
    """What each layer does; every field is (seeds, depth), the layer nearest to the input first.

    Of one network, (depth,); of one layer, a number.

    Attributes:
      variance: mean square of the linear map's outputs h over examples and units.
      correlation: of h between two different examples: mean product over mean square.
      gradient: sum of squares of the gradient by h, over that of the last layer.
      dead: share of units whose activation has slope 0 on the whole batch.
      saturated: share of slopes below `bnact.probes.SATURATED_BELOW` of the largest.
      low, high: the smallest and the largest output of the layer.
    """

    variance: Numbers
    correlation: Numbers
    gradient: Numbers
    dead: Numbers
    saturated: Numbers
    low: Numbers
    high: Numbers


def fresh_statistics(network: Fresh, seeds: Iterable[int]) -> LayerStatistics:
    """The statistics of random networks, one of each seed and independent of the others.

    One program is compiled, the same for all variances, and one network at a time is in memory.

    Args:
      network: which kind.
      seeds: what each network is drawn with; a wrapper may show progress.

    Returns:
      Fields (seeds, depth), float64.
    """
    spreads = Spreads(
        jnp.float32((network.weight_variance / network.width) ** 0.5), jnp.float32(network.bias_variance**0.5)
    )
    kind = network._replace(weight_variance=0.0, bias_variance=0.0)
    each = [jax.device_get(_of_a_key(kind, spreads, jax.random.key(seed))) for seed in seeds]
    return LayerStatistics(*(np.stack(field).astype(np.float64) for field in zip(*each, strict=True)))


class Spreads(NamedTuple):
    """Standard deviations, float32.

    Attributes:
      weights: of a weight.
      biases: of a bias.
    """

    weights: Array
    biases: Array


@functools.partial(jax.jit, static_argnums=0)
def _of_a_key(network: Fresh, spreads: Spreads, key: Key) -> LayerStatistics:
    input_key, layer_key, loss_key = jax.random.split(key, 3)
    inputs = jax.random.normal(input_key, (network.batch_size, network.width))
    direction = jax.random.normal(loss_key, inputs.shape)

    def loss(sinks: Array) -> tuple[Array, LayerStatistics]:
        keys = jax.random.split(layer_key, network.depth)
        outputs, statistics = lax.scan(functools.partial(_layer, network, spreads), inputs, (keys, sinks))
        return jnp.sum(outputs * direction), statistics

    sizes, statistics = jax.grad(loss, has_aux=True)(jnp.zeros(network.depth))
    return statistics._replace(gradient=sizes / sizes[-1])


def _layer(
    network: Fresh, spreads: Spreads, x: Array, layer: tuple[Key, Array]
) -> tuple[Array, LayerStatistics]:
    key, sink = layer
    h = with_gradient_sink(_linear(spreads, key, x), sink)
    phi = get(network.activation)
    if network.order == "before":
        into = _normalized(network, h)
        y = phi(into)
    else:
        into = h
        y = _normalized(network, phi(h))
    slope = phi.derivative(into)
    gram = h @ h.T / network.width
    size = jnp.mean(jnp.diag(gram))
    pairs = network.batch_size * (network.batch_size - 1)
    return y, LayerStatistics(
        variance=size,
        correlation=(jnp.sum(gram) - jnp.trace(gram)) / pairs / size,
        gradient=jnp.zeros(()),  # known only after the backward pass
        dead=dead(slope),
        saturated=saturated(slope, largest_slope(phi)),
        low=jnp.min(y),
        high=jnp.max(y),
    )


def _linear(spreads: Spreads, key: Key, x: Array) -> Array:
    weight_key, bias_key = jax.random.split(key)
    width = x.shape[1]
    weights = jax.random.normal(weight_key, (width, width))
    bias = jax.random.normal(bias_key, (1, width))
    return x @ weights * spreads.weights + bias * spreads.biases


def _normalized(network: Fresh, x: Array) -> Array:
    norm = normalizations.get(network.norm)()
    params, state = norm.init(network.width)
    return norm.apply(params, state, x, train=True)[0]
