"""Every activation with learnable parameters by name: how they begin, and what they do."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple, Protocol

import jax.numpy as jnp
from jax.typing import ArrayLike, DTypeLike

from bnact.activations.unknown import unknown
from bnact.types import Array, PyTree

from .kinked import prelu, thresholded_linear
from .learnable_snake import learnable_snake
from .swish import swish


class Init(Protocol):
    """The first values of the parameters, one set for each feature."""

    def __call__(self, num_features: int, dtype: DTypeLike = jnp.float32) -> PyTree:
        """(num_features, dtype) -> params."""
        ...


class Learnable(NamedTuple):
    """An activation with parameters, as two pure functions; under every transformation alike.

        params = learnable.init(num_features)
        y = learnable.apply(params, x)

    Attributes:
      name: its key in `LEARNABLE`.
      init: (num_features, dtype=float32) -> params, an array or a tuple of arrays of shape (num_features,).
      apply: (params, x) -> y, x of shape (..., num_features), y of x's shape and dtype.
      formula: what is computed, in plain text.
      source: authors, title, year.
    """

    name: str
    init: Init
    apply: Callable[[PyTree, ArrayLike], Array]
    formula: str
    source: str


def _filled(name: str, value: float) -> Init:
    def init(num_features: int, dtype: DTypeLike = jnp.float32) -> Array:
        if num_features < 1:
            raise ValueError(
                f"{name}: num_features must be at least 1; got {num_features}; use the size of x's last axis"
            )
        return jnp.full((num_features,), value, dtype)

    return init


LEARNABLE: Mapping[str, Learnable] = MappingProxyType(
    {
        "prelu": Learnable(
            name="prelu",
            init=_filled("prelu", 0.25),
            apply=lambda params, x: prelu(x, params),
            formula="x if x > 0 else slope x",
            source="He, Zhang, Ren and Sun, Delving deep into rectifiers, 2015",
        ),
        "swish": Learnable(
            name="swish",
            init=_filled("swish", 1.0),
            apply=lambda params, x: swish(x, params),
            formula="x / (1 + exp(-beta x))",
            source="Ramachandran, Zoph and Le, Searching for activation functions, 2017",
        ),
        "thresholded_linear": Learnable(
            name="thresholded_linear",
            init=_filled("thresholded_linear", 0.0),
            apply=lambda params, x: thresholded_linear(x, params),
            formula="max(x, threshold)",
            source="Singh and Krishnan, Filter response normalization layer: eliminating batch dependence in "
            "the training of deep neural networks, 2020",
        ),
        "snake": Learnable(
            name="snake",
            init=_filled("snake", 1.0),
            apply=lambda params, x: learnable_snake(x, params),
            formula="x + sin(frequency x)^2 / frequency",
            source="Ziyin, Hartwig and Ueda, Neural networks fail to learn periodic functions and how to fix "
            "it, 2020",
        ),
    }
)


def get_learnable(activation: str | Learnable) -> Learnable:
    """The learnable activation of that name.

    Args:
      activation: a key of `LEARNABLE`, or a `Learnable`, which is returned as it is.

    Returns:
      The record.

    Raises:
      ValueError: no learnable activation has that name; the message has the nearest names.
      TypeError: neither a name nor a `Learnable`.
    """
    if isinstance(activation, Learnable):
        return activation
    if not isinstance(activation, str):
        raise TypeError(
            f"activation: must be a name or a Learnable; got {type(activation).__name__}; "
            "wrap your two functions in bnact.activations.Learnable"
        )
    if activation not in LEARNABLE:
        raise unknown("activation: must be a name in LEARNABLE", activation, LEARNABLE)
    return LEARNABLE[activation]
