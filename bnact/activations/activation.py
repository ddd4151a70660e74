"""An activation: a function of one number, its derivatives, and what is known about it."""

import dataclasses
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from jax.typing import ArrayLike

from bnact.types import Array

from .rule import Curve, Formula, Function

Interval = tuple[float, float]
KinkSide = Literal["left", "right", "neither"]
Monotone = Literal["strictly", "weakly", "no"]
Symmetry = Literal["odd", "even", "none"]


class Origin(NamedTuple):
    """A function and what it was called with.

    Attributes:
      make: of module level, so that another process finds it.
      arguments: by position.
    """

    make: Callable[..., "Activation"]
    arguments: tuple[Any, ...]


@dataclasses.dataclass(frozen=True)
class Activation:
    """A function phi from numbers to numbers, elementwise over arrays, and the facts others rely on.

    Calling it, `derivative` and `second_derivative` take any real floating array and return its shape and
    dtype; `jax.grad` of each is the next, in forward and reverse mode. An infinite input gives the limit,
    NaN where there is none; NaN gives NaN. Every fact is verified by `verify`, which the tests call for the
    whole registry. Records are frozen and hashable, so they can be static arguments of `jax.jit`.

    Attributes:
      name: its key in `ACTIVATIONS`, or the call of one of `FACTORIES` that makes it, or its own.
      curve: phi and its first two derivatives, careful in the tails.
      definition: phi as the paper writes it, in plain jax.numpy of a scalar. Evaluated with many digits, it
        and what autodiff makes of it are the truth that `curve` is held against.
      range: infimum and supremum of phi over the finite numbers.
      attained: whether phi takes these two values at finite numbers.
      limits: of phi at minus and plus infinity; NaN where there is none.
      lipschitz: supremum of |phi'|; infinite if phi' is unbounded or phi jumps.
      monotone: "strictly" if phi increases everywhere, "weakly" if it decreases nowhere, else "no".
      symmetry: "odd", phi(-x) = -phi(x); "even", phi(-x) = phi(x); or "none".
      formula: phi in plain text.
      source: authors, title, year.
      jumps: every point where phi jumps. Which value phi has there the definition says.
      kinks: every point where phi has no derivative, jumps among them.
      kink_side: which one-sided derivative `derivative` returns at a kink, and `second_derivative` at a
        breakpoint; "neither" if not the same one everywhere.
      breakpoints: every point where phi or one of its derivatives jumps, kinks among them: where to
        split a quadrature.
      flat: the closed intervals on which `derivative` is exactly 0; at an end that is a kink, `kink_side`
        decides.
      inverse: from y to the x with phi(x) = y, NaN for y outside the range; None if phi is not strictly
        monotone, or its inverse is no formula.
      surrogate: formula of `derivative` where it is declared to be something else than the derivative of
        phi, in plain jax.numpy of a scalar; None where it is the derivative.
      origin: the function and the arguments that make the record again, in another process too; None where
        `get` finds it by its name. It is no fact: two records that differ in it alone are equal.
    """

    name: str
    curve: Curve = dataclasses.field(repr=False)
    definition: Formula = dataclasses.field(repr=False)
    range: Interval
    lipschitz: float
    formula: str
    source: str
    limits: Interval
    attained: tuple[bool, bool] = (False, False)
    monotone: Monotone = "no"
    symmetry: Symmetry = "none"
    jumps: tuple[float, ...] = ()
    kinks: tuple[float, ...] = ()
    kink_side: KinkSide = "left"
    breakpoints: tuple[float, ...] = ()
    flat: tuple[Interval, ...] = ()
    inverse: Function | None = dataclasses.field(default=None, repr=False)
    surrogate: Formula | None = dataclasses.field(default=None, repr=False)
    origin: Origin | None = dataclasses.field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        low, high = self.range
        if not low < high:
            raise ValueError(
                f"{self.name}: range must be (low, high) with low < high; got {self.range}; order it; "
                "a constant is no activation"
            )
        if not self.lipschitz > 0.0:
            raise ValueError(
                f"{self.name}: lipschitz must be positive; got {self.lipschitz}; give sup |phi'|"
            )
        self._check_points("jump", self.jumps, "kinks", self.kinks)
        self._check_points("kink", self.kinks, "breakpoints", self.breakpoints)

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

    def __reduce__(self) -> tuple[Callable[..., "Activation"], tuple[Any, ...]]:
        """A record is pickled as what makes it: functions have no name of their own to be found by."""
        from .pickling import remade_by  # which knows the registry, made of these records

        return remade_by(self)

    def __deepcopy__(self, memo: dict[int, object]) -> "Activation":
        return self

    def __copy__(self) -> "Activation":
        return self

    @property
    def derivative(self) -> Callable[[ArrayLike], Array]:
        """phi', with the signature of phi: what `jax.grad` of this activation computes."""
        return self.curve.derivative

    @property
    def second_derivative(self) -> Callable[[ArrayLike], Array]:
        """phi'', with the signature of phi: what `jax.grad` of `derivative` computes."""
        return self.curve.second_derivative

    def _check_points(
        self, kind: str, points: tuple[float, ...], among: str, those: tuple[float, ...]
    ) -> None:
        if not set(points) <= set(those):
            raise ValueError(
                f"{self.name}: every {kind} must be among {among}; got {kind}s {points} and {among} {those}; "
                f"add them to {among}"
            )
