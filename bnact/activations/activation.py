"""An activation: a function of one number, its derivatives, and what is known about it."""

import dataclasses
import math
from collections.abc import Callable
from typing import Literal

from jax.typing import ArrayLike

from bnact.types import Array

from .rule import Curve, Function

Interval = tuple[float, float]


@dataclasses.dataclass(frozen=True)
class Activation:
    """A function phi from numbers to numbers, elementwise over arrays, and the facts others rely on.

    Calling it, `derivative` and `second_derivative` take any real floating array and return its shape and
    dtype; `jax.grad` of each is the next, in forward and reverse mode. Every fact is verified by the tests
    over the registry. Records are frozen and hashable, so they can be static arguments of `jax.jit`.

    Attributes:
      name: its key in `ACTIVATIONS`.
      curve: phi and its first two derivatives.
      range: infimum and supremum of phi over the finite numbers; phi need not attain them.
      lipschitz: supremum of |phi'|.
      formula: phi in plain text.
      source: authors, title, year.
      kinks: every point where phi' jumps.
      kink_side: which one-sided derivative `derivative` returns at a kink, and `second_derivative` at a
        breakpoint.
      breakpoints: every point where phi or one of its derivatives jumps, kinks among them: where to
        split a quadrature.
      flat: the closed intervals on which `derivative` is exactly 0.
      inverse: from y to the x with phi(x) = y, NaN for y outside the range; None if phi is not strictly
        increasing.
    """

    name: str
    curve: Curve = dataclasses.field(repr=False)
    range: Interval
    lipschitz: float
    formula: str
    source: str
    kinks: tuple[float, ...] = ()
    kink_side: Literal["left", "right"] = "left"
    breakpoints: tuple[float, ...] = ()
    flat: tuple[Interval, ...] = ()
    inverse: Function | None = dataclasses.field(default=None, repr=False)

    def __post_init__(self) -> None:
        low, high = self.range
        if not low < high:
            raise ValueError(
                f"{self.name}: range must be (low, high) with low < high; got {self.range}; order it"
            )
        if not 0.0 < self.lipschitz < math.inf:
            raise ValueError(
                f"{self.name}: lipschitz must be positive and finite; got {self.lipschitz}; give sup |phi'|"
            )
        if not set(self.kinks) <= set(self.breakpoints):
            raise ValueError(
                f"{self.name}: every kink must be a breakpoint; got kinks {self.kinks} and breakpoints "
                f"{self.breakpoints}; add them to breakpoints"
            )

    def __call__(self, x: ArrayLike) -> Array:
        """phi(x), elementwise.

        Args:
          x: any shape, real floating point.

        Returns:
          Shape and dtype of `x`.

        Raises:
          TypeError: `x` is complex, integer or boolean.
        """
        return self.curve.value(x)

    @property
    def derivative(self) -> Callable[[ArrayLike], Array]:
        """phi', with the signature of phi: what `jax.grad` of this activation computes."""
        return self.curve.derivative

    @property
    def second_derivative(self) -> Callable[[ArrayLike], Array]:
        """phi'', with the signature of phi: what `jax.grad` of `derivative` computes."""
        return self.curve.second_derivative
