"""Where an input comes into a norm: checked, and with nothing left behind its mask."""

from bnact.normalizations.border import checked_input, checked_state
from bnact.normalizations.standardize import behind_mask_zero
from bnact.numerics.masks import full_mask
from bnact.types import Array, PyTree


def counted_input(norm: str, params: PyTree, x: Array, mask: Array | None) -> tuple[Array, Array | None]:
    """The input with 0 behind the mask, and the mask at the input's shape.

    Args:
      norm: for the error messages.
      params: the norm's parameters, a named tuple.
      x: (..., features), floating.
      mask: boolean, broadcastable to x, True counts; or None.

    Returns:
      (x, mask): x in its own dtype, and the mask boolean of x's shape, or None.

    Raises:
      TypeError: x is not real floating, the mask is not boolean, or the parameters are no named tuple.
      ValueError: x is a scalar or has other features than the parameters, or the mask does not broadcast.
    """
    x = checked_input(norm, x, params)
    mask = full_mask(mask, x)
    return behind_mask_zero(x, mask), mask


def counted_input_beside_state(
    norm: str, params: PyTree, state: PyTree, kind: type, x: Array, mask: Array | None
) -> tuple[Array, Array | None]:
    """What `counted_input` returns, for a norm with a memory of that kind.

    Args:
      norm: for the error messages.
      params: the norm's parameters, a named tuple.
      state: its state.
      kind: what the state must be.
      x: (..., features), floating.
      mask: boolean, broadcastable to x, True counts; or None.

    Returns:
      (x, mask), see `counted_input`.

    Raises:
      TypeError: see `counted_input`; or the state is of another kind.
      ValueError: see `counted_input`; or the state is that of other features.
    """
    x, mask = counted_input(norm, params, x, mask)
    checked_state(norm, x, state, kind)
    return x, mask
