"""A circle carried through the layers of fresh networks: what becomes of it, by theory and measured."""

import functools
import math
from collections.abc import Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from bnact import activations, probes, theory
from bnact.fused import Index, index_of, switched_and_observed, table_of
from bnact.types import Array, Key
from experiments.claims.activations import REPRESENTATIVES
from experiments.initialization import gain

NORMS = {"no norm": "none", "batch norm": "batch"}
LAYERS, WIDTH, POINTS, BATCH_SIZE, SEEDS = 8, 512, 256, 512, 5
QUARTER = POINTS // 4
TABLE = table_of(REPRESENTATIVES)


class Course(NamedTuple):
    """What a circle of variance 1 is like before each activation; fields (..., LAYERS + 1), layer 0 first.

    Attributes:
      length: over that of the circle.
      curvature: over that of the circle; NaN in theory where the activation has a kink.
      correlation: of points a quarter of the way round apart, their mean cosine.
    """

    length: np.ndarray
    curvature: np.ndarray
    correlation: np.ndarray


class Carried(NamedTuple):
    """A circle's course by theory, and (SEEDS, LAYERS + 1) in fresh networks."""

    predicted: Course
    measured: Course


@functools.cache
def carried_circles() -> Mapping[tuple[str, str], Carried]:
    """By activation and "no norm" or "batch norm" before it.

    The circle is what the first activation is given. Without a norm weights have the activation's own gain,
    so that the variance stays 1. Under batch norm the circle passes beside a batch of 512 independent normal
    examples, whose statistics it takes.
    """
    return {
        (activation, norm): Carried(_predicted(activation, norm), _measured(activation, NORMS[norm]))
        for norm in NORMS
        for activation in REPRESENTATIVES
    }


def _predicted(activation: str, norm: str) -> Course:
    """Of wide layers at variance 1; batch norm divides by the spread about the mean."""
    known = activations.get(activation)
    preserve = "second_moment" if norm == "no norm" else "variance"
    weights = theory.gain(activation, preserve=preserve) ** 2
    growth = float(theory.length_growth(activation, 1.0, weights))
    # Batch norm subtracts the outputs' mean: this is its square over their variance.
    mean = 0.0 if norm == "no norm" else weights * float(theory.moment_map(activation, 0.0, 1.0).mean) ** 2
    curvature, correlation = [1.0], [math.cos(2.0 * math.pi * QUARTER / POINTS)]
    for _ in range(LAYERS):
        bent = math.nan if known.kinks else theory.curvature_map(activation, curvature[-1], 1.0, weights)
        carried = float(theory.correlation_map(activation, correlation[-1], 1.0, weights, 0.0))
        curvature.append(float(bent))
        correlation.append(carried * (1.0 + mean) - mean)
    return Course(growth ** np.arange(LAYERS + 1.0), np.array(curvature), np.array(correlation))


def _measured(activation: str, norm: str) -> Course:
    index, scale = index_of(activation, norm, "before", TABLE), jnp.float32(gain(activation) / WIDTH**0.5)
    found = [jax.device_get(_carried(index, scale, jax.random.key(seed))) for seed in range(SEEDS)]
    length, curvature, correlation = (np.stack(each).astype(np.float64) for each in zip(*found, strict=True))
    return Course(length / length[:, :1], curvature / curvature[:, :1], correlation)


@jax.jit
def _carried(index: Index, scale: Array, key: Key) -> tuple[Array, Array, Array]:
    """(LAYERS + 1,) length, curvature and correlation of what each activation is given of the circle.

    The pair is data: one program is compiled for all.

    Args:
      index: of the pair in TABLE.
      scale: standard deviation of a weight.
      key: for the circle, the batch and the weights.
    """
    circle_key, batch_key, layer_key = jax.random.split(key, 3)
    points = probes.circle(POINTS, WIDTH, circle_key)
    batch = jax.random.normal(batch_key, (BATCH_SIZE, WIDTH))
    one, zero = jnp.ones(WIDTH), jnp.zeros(WIDTH)

    def layer(h: Array, key: Key) -> tuple[Array, tuple[Array, Array, Array]]:
        switched = switched_and_observed(index, h, one, zero, BATCH_SIZE, TABLE)
        curve = switched.given[BATCH_SIZE:]
        seen = probes.curve_length(curve), probes.curve_curvature(curve), probes.curve_correlation(curve)
        weights = scale * jax.random.normal(key, (WIDTH, WIDTH))
        return switched.y @ weights, (*seen[:2], seen[2][QUARTER])

    _, seen = lax.scan(layer, jnp.concatenate([batch, points]), jax.random.split(layer_key, LAYERS + 1))
    return seen
