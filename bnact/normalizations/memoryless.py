"""Norms that remember nothing: a formula, and what every norm does around one."""

from collections.abc import Callable
from typing import TypeVar

from bnact.normalizations.border import checked_features
from bnact.normalizations.entrance import counted_input
from bnact.normalizations.normalization import Normalization
from bnact.normalizations.standardize import behind_mask_zero
from bnact.numerics.moments import statistics_dtype
from bnact.types import Array, AxisName

Parameters = TypeVar("Parameters")


def memoryless(
    name: str,
    initial: Callable[[int], Parameters],
    formula: Callable[[Parameters, Array, Array | None], Array],
) -> Normalization:
    """The norm of a formula in which no example needs another, nor the past.

    Args:
      name: for its error messages.
      initial: num_features -> the first parameters, a named tuple.
      formula: (params, x, mask) -> y of x's shape and dtype; x is float32 or wider and 0 behind the mask,
        and what y holds there is not looked at, if only it is finite.

    Returns:
      Normalization whose state is (). Training or not, and divided over devices or not, it does the same.
    """

    def init(num_features: int) -> tuple[Parameters, tuple[()]]:
        return initial(checked_features(name, num_features)), ()

    def apply(
        params: Parameters,
        state: tuple[()],
        x: Array,
        train: bool = True,
        mask: Array | None = None,
        axis_name: AxisName | None = None,
    ) -> tuple[Array, tuple[()]]:
        del train, axis_name
        x, mask = counted_input(name, params, x, mask)
        wide = x.astype(statistics_dtype(x))
        return behind_mask_zero(formula(params, wide, mask).astype(x.dtype), mask), state

    return Normalization(init, apply)
