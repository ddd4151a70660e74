"""One layer of another library as functions, and what every library is held to."""

import contextlib
import importlib.util
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.convert import Layer, assert_agreement, assert_training_agreement

FEATURES, POSITIONS = 6, (3, 2)
RNG = np.random.default_rng(0)
SCALE, BIAS = RNG.normal(size=(2, FEATURES)).astype(np.float32)
# Features of different means and spreads; small variances are where an epsilon shows. No mean is far from
# 0 for its spread: there haiku's and flax's variance, the difference of two squares, is not exact.
CENTRES = np.array([0.0, 1.0, -0.5, 0.01, 1.0, 0.0])
SPREADS = np.array([1.0, 2.0, 0.5, 0.01, 1.0, 0.1])


class Side(NamedTuple):
    """A layer of another library, features last.

    Attributes:
      evaluate: x -> y.
      train: x -> y, after which the library's averages have moved.
      layer: () -> what it is converted to.
      arrays: () -> its arrays as the library names them.
    """

    evaluate: Callable[[Any], Any]
    train: Callable[[Any], Any]
    layer: Callable[[], Layer]
    arrays: Callable[[], Any]

    def step(self, x):
        """What `training_agreement` asks for."""
        return self.train(x), self.layer()


def batches(count=3, shape=(8, *POSITIONS)):
    rng = np.random.default_rng(1)
    return [
        jnp.asarray(CENTRES + SPREADS * rng.normal(size=(*shape, FEATURES)), jnp.float32)
        for _ in range(count)
    ]


@contextlib.contextmanager
def permissive():
    """jax as other libraries expect it: the tests' own strictness is not theirs."""
    with jax.numpy_dtype_promotion("standard"), jax.numpy_rank_promotion("allow"):
        yield


def needs(package):
    missing = importlib.util.find_spec(package) is None
    return pytest.mark.skipif(missing, reason=f"needs the package {package}, which is converted from and to")


def trained(side):
    """The side after three batches, which its averages remember."""
    for x in batches():
        side.train(x)
    return side


def hold_from(side):
    """Converted, the side's layer evaluates and trains as the side does, from averages that are not new."""
    layer = trained(side).layer()
    assert_agreement(layer, side.evaluate, batches(1)[0])
    if not layer.frozen:
        assert_training_agreement(layer, side.step, batches())


def hold_to(layer, side):
    """The side that was made of a layer evaluates and trains as the layer does."""
    assert_agreement(layer, side.evaluate, batches(1)[0])
    if not layer.frozen:
        assert_training_agreement(layer, side.step, batches())


def remembering(settings, params=(SCALE, BIAS)):
    """A batch norm of ours that three batches have trained."""
    layer = fresh("batch", settings, params)
    state = layer.state
    for x in batches():
        _, state = layer.normalization.apply(layer.params, state, x)
    return Layer("batch", layer.settings, layer.params, state)


def fresh(kind, settings, params=(SCALE, BIAS)):
    """A layer of ours as `init` makes it, with a scale and a bias that are not 1 and 0."""
    layer = Layer(kind, settings)
    first, state = layer.normalization.init(FEATURES)
    scale, bias = (None if values is None else jnp.asarray(values) for values in params)
    return Layer(kind, settings, first._replace(scale=scale, bias=bias), state)


def assert_same(first, second):
    """Two layers with the same settings and the same numbers."""
    assert first.kind == second.kind
    assert first.frozen == second.frozen
    rounded = [
        {
            word: round(value, 12) if isinstance(value, float) else value
            for word, value in layer.settings.items()
        }
        for layer in (first, second)
    ]
    assert rounded[0] == rounded[1]
    ours, theirs = ([*layer.params, *layer.state[:2]] for layer in (first, second))
    for one, other in zip(ours, theirs, strict=True):
        assert (one is None) == (other is None)
        if one is not None:
            np.testing.assert_array_equal(one, other)
