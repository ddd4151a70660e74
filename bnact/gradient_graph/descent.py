"""Gradient descent from where a graph was traced."""

import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from bnact.types import Array

from .arguments import Arguments
from .trajectory import Trajectory


@dataclass(frozen=True, eq=False)
class ArgumentDescent:
    """Steps downhill of a function of arrays, for arguments that hold them.

    Attributes:
      fn: from the arrays of the arguments to a scalar.
      arguments: where the descent begins.
      gradients: there, one for each array.
    """

    fn: Callable[..., Array]
    arguments: Arguments
    gradients: tuple[np.ndarray, ...]

    def step(self, learning_rate: float) -> tuple[Any, ...]:
        """As `GradientGraph.step`."""
        rate = _rate("step", learning_rate)
        held = [self.arguments.leaves[place] for place in self.arguments.places]
        return self.arguments.together(
            [_stepped(leaf, gradient, rate) for leaf, gradient in zip(held, self.gradients, strict=True)]
        )

    def trajectory(self, steps: int, learning_rate: float) -> Trajectory:
        """As `GradientGraph.descend`."""
        rate, count = _rate("descend", learning_rate), _count(steps)
        start = self.arguments.arrays
        real = tuple(i for i, array in enumerate(start) if jnp.issubdtype(array.dtype, jnp.inexact))

        def value_and_gradients(arrays: Sequence[Array]) -> tuple[Array, tuple[Array, ...]]:
            return jax.value_and_grad(self.fn, argnums=real)(*arrays)

        def step(arrays: tuple[Array, ...], _: None) -> tuple[tuple[Array, ...], Any]:
            value, gradients = value_and_gradients(arrays)
            moved = list(arrays)
            for i, gradient in zip(real, gradients, strict=True):
                moved[i] = arrays[i] - jnp.asarray(rate, arrays[i].dtype) * jnp.conj(gradient)
            return tuple(moved), (value, arrays)

        last, (values, points) = jax.jit(lambda begin: jax.lax.scan(step, begin, None, length=count))(start)
        values = np.append(np.asarray(values), np.asarray(self.fn(*last)))
        inputs = {
            name: np.concatenate([np.asarray(along), np.asarray(end)[None]])
            for name, along, end in zip(self.arguments.names, points, last, strict=True)
        }
        return Trajectory(rate, values, inputs)


def _stepped(leaf: Any, gradient: np.ndarray, rate: float) -> Any:
    if isinstance(leaf, float | complex):
        return leaf - rate * type(leaf)(np.conj(gradient))
    if not jnp.issubdtype(leaf.dtype, jnp.inexact):
        return leaf
    moved = leaf - np.asarray(rate, gradient.dtype) * np.conj(gradient)
    return moved if isinstance(leaf, np.ndarray | np.generic) else jnp.asarray(moved)


def _rate(caller: str, learning_rate: float) -> float:
    number = np.ndim(learning_rate) == 0 and not isinstance(learning_rate, bool | str | None)
    if not number or not math.isfinite(learning_rate):
        raise ValueError(
            f"{caller}: learning_rate must be one finite number; got {learning_rate!r}; use for example 0.01"
        )
    return float(learning_rate)


def _count(steps: int) -> int:
    try:
        count = operator.index(steps)
    except TypeError:
        count = 0
    if count < 1 or isinstance(steps, bool):
        raise ValueError(f"descend: steps must be a whole number of at least 1; got {steps!r}; use 10")
    return count
