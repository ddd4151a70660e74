"""A norm as the catalogue looks at it: of activations or of weights, with the block it is drawn on."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple, Protocol

import jax
import jax.numpy as jnp

from bnact.normalizations import NORMALIZATIONS, WEIGHT_NORMALIZATIONS
from bnact.types import Array, PyTree


class Apply(Protocol):
    """What both kinds of norm can be called as."""

    def __call__(self, params: PyTree, state: PyTree, x: Array, train: bool = True) -> tuple[Array, PyTree]:
        """(params, state, x) -> (y, new state)."""
        ...


class Made(NamedTuple):
    """A norm with its first parameters and state."""

    params: PyTree
    state: PyTree
    apply: Apply


class Block(NamedTuple):
    """The array a norm is looked at with.

    Attributes:
      axes: what its four axes are.
      depth: the axis that is drawn backwards; height and width are drawn downwards, the last to the right.
      shape: of the block that is drawn. No two sizes are equal, so that none is taken for another.
      output: the entry whose dependence is looked at: at the front, on top, with features to both sides.
      costed: the shape at which operations are counted.
    """

    axes: tuple[str, str, str, str]
    depth: int
    shape: tuple[int, int, int, int]
    output: tuple[int, int, int, int]
    costed: tuple[int, int, int, int]


BLOCKS: Mapping[str, Block] = {
    "activations": Block(
        ("examples", "rows", "columns", "features"), 0, (4, 2, 3, 12), (0, 0, 0, 7), (8, 16, 16, 64)
    ),
    "weights": Block(
        ("rows", "columns", "inputs", "outputs"), 2, (2, 3, 4, 12), (0, 0, 0, 7), (3, 3, 64, 128)
    ),
}


class Subject(NamedTuple):
    """A registered norm.

    Attributes:
      name: in the catalogue; norms of weights have "weights." in front.
      of: what it normalizes.
      factory: settings -> the norm.
    """

    name: str
    of: Literal["activations", "weights"]
    factory: Callable[..., Any]

    @property
    def block(self) -> Block:
        """What it is looked at with."""
        return BLOCKS[self.of]


def subjects() -> Mapping[str, Subject]:
    """Every registered norm by its name in the catalogue."""
    found = [Subject(name, "activations", factory) for name, factory in NORMALIZATIONS.items()]
    found += [Subject(f"weights.{name}", "weights", each) for name, each in WEIGHT_NORMALIZATIONS.items()]
    return {subject.name: subject for subject in found}


def defaults(subject: Subject) -> Mapping[str, Any]:
    """The settings of a norm and their defaults, from its signature."""
    return {name: each.default for name, each in inspect.signature(subject.factory).parameters.items()}


def drawn_settings(subject: Subject) -> Mapping[str, Any]:
    """The settings with which a norm is drawn, where the defaults are for larger blocks than that."""
    settings = {"groups": 3} if "groups" in defaults(subject) else {}
    return {**settings, **({"size": 2} if subject.name == "ghost_batch" else {})}


def made(subject: Subject, settings: Mapping[str, Any], shape: tuple[int, ...]) -> Made:
    """The norm for arrays of a shape.

    Args:
      subject: which norm.
      settings: of its factory.
      shape: of the input, or of the kernel.
    """
    norm = subject.factory(**settings)
    key = jax.random.key(0)
    kernel = jax.random.normal(key, shape, jnp.result_type(float)) if subject.of == "weights" else None
    first = norm.init(shape[-1]) if kernel is None else norm.init(kernel, key)
    return Made(first[0], first[1], norm.apply)
