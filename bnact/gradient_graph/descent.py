"""Gradient descent from where a graph was traced."""

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from bnact.tracing import computes_while
from bnact.types import Array

from .arguments import Arguments
from .backward import backward_pass
from .forward import forward_pass
from .numpy_arrays import numpy_of
from .trajectory import Trajectory


@dataclass(frozen=True, eq=False)
class ArgumentDescent:
    """Steps downhill of a function of arrays, for arguments that hold them.

    Attributes:
      fn: from the arrays of the arguments to a scalar.
      arguments: where the descent begins.
      gradients: there, one for each array.
      x64: whether 64 bits were allowed there; they are along the way.
    """

    fn: Callable[..., Array]
    arguments: Arguments
    gradients: tuple[np.ndarray, ...]
    x64: bool

    def step(self, learning_rate: float) -> tuple[Any, ...]:
        """As `GradientGraph.step`."""
        rate = _rate("step", learning_rate)
        held = [self.arguments.leaves[place] for place in self.arguments.places]
        with jax.enable_x64(self.x64):
            moved = [
                _stepped(leaf, gradient, rate) for leaf, gradient in zip(held, self.gradients, strict=True)
            ]
        return self.arguments.together(moved)

    def trajectory(self, steps: int, learning_rate: float) -> Trajectory:
        """As `GradientGraph.descend`."""
        rate, count = _rate("descend", learning_rate), _count(steps)
        start = self.arguments.arrays
        # Reverse mode does not go through such a loop; the passes of a graph do.
        with jax.enable_x64(self.x64):
            way = _passed if computes_while(self.fn, start) else _scanned
            values, points = way(self.fn, start, rate, count)
        inputs = dict(zip(self.arguments.names, points, strict=True))
        return Trajectory(rate, values, inputs)


Way = tuple[np.ndarray, list[np.ndarray]]


def _scanned(fn: Callable[..., Array], start: tuple[Array, ...], rate: float, count: int) -> Way:
    """Values and points, by one compiled scan."""
    real = tuple(i for i, array in enumerate(start) if jnp.issubdtype(array.dtype, jnp.inexact))

    def step(arrays: tuple[Array, ...], _: None) -> tuple[tuple[Array, ...], Any]:
        value, gradients = jax.value_and_grad(fn, argnums=real)(*arrays)
        return _moved(arrays, dict(zip(real, gradients, strict=True)), rate), (value, arrays)

    @jax.jit
    def along(begin: tuple[Array, ...]) -> Any:
        last, (values, points) = jax.lax.scan(step, begin, None, length=count)
        return (values, points), (fn(*last), last)

    (values, points), (value, last) = along(start)
    joined = [
        np.concatenate([numpy_of(before), numpy_of(end)[None]])
        for before, end in zip(points, last, strict=True)
    ]
    return np.append(np.asarray(values), np.asarray(value)), joined


def _passed(fn: Callable[..., Array], start: tuple[Array, ...], rate: float, count: int) -> Way:
    """Values and points, by the passes of one graph after the other."""
    points, values = [start], []
    for _ in range(count):
        forward = forward_pass(fn, points[-1], unfold=False)
        found = backward_pass(forward).gradients
        gradients = {i: found[v.number] for i, v in enumerate(forward.inputs) if v.number in found}
        values.append(forward.output.array)
        points.append(_moved(points[-1], gradients, rate))
    values.append(fn(*points[-1]))
    return np.stack([*map(np.asarray, values)]), [
        np.stack([*map(numpy_of, each)]) for each in zip(*points, strict=True)
    ]


def _moved(arrays: tuple[Array, ...], gradients: Mapping[int, Array], rate: float) -> tuple[Array, ...]:
    return tuple(
        array - jnp.asarray(rate, array.dtype) * jnp.conj(gradients[i]) if i in gradients else array
        for i, array in enumerate(arrays)
    )


def _stepped(leaf: Any, gradient: np.ndarray, rate: float) -> Any:
    if isinstance(leaf, float | complex):
        return leaf - rate * type(leaf)(np.conj(gradient))
    if not jnp.issubdtype(leaf.dtype, jnp.inexact):
        return leaf
    moved = leaf - np.asarray(rate, gradient.dtype) * np.conj(gradient)
    if isinstance(leaf, np.generic):
        return moved
    return np.asarray(moved) if isinstance(leaf, np.ndarray) else jnp.asarray(moved)


def _rate(caller: str, learning_rate: float) -> float:
    if not _is_number(learning_rate) or not math.isfinite(learning_rate):
        raise ValueError(
            f"{caller}: learning_rate must be one finite number; got {learning_rate!r}; use for example 0.01"
        )
    return float(learning_rate)


def _is_number(given: Any) -> bool:
    if isinstance(given, np.ndarray | np.generic | jax.Array):
        real = jnp.issubdtype(given.dtype, jnp.floating) or jnp.issubdtype(given.dtype, jnp.integer)
        return real and given.ndim == 0
    return isinstance(given, Real) and not isinstance(given, bool)


def _count(steps: int) -> int:
    try:
        count = operator.index(steps)
    except TypeError:
        count = 0
    if count < 1 or isinstance(steps, bool):
        raise ValueError(f"descend: steps must be a whole number of at least 1; got {steps!r}; use 10")
    return count
