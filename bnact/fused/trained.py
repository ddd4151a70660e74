"""A norm that standardizes by its own statistics, and an activation, as a network trains with them."""

from bnact.activations import Activation, Learnable
from bnact.normalizations import Affine
from bnact.normalizations.standardize import behind_mask_zero
from bnact.normalizations.standardizes import Standardizes
from bnact.numerics import wide
from bnact.types import Array, AxisName, PyTree

from .curve import value_of
from .fixed import Fixed, Given, Keep, Order, output_and_moments


def output_and_state(
    standardizes: Standardizes,
    activation: Activation | Learnable,
    order: Order,
    x: Array,
    params: Affine,
    state: PyTree,
    learned: PyTree = (),
    mask: Array | None = None,
    axis_name: AxisName | None = None,
    keep: Keep = "input",
) -> tuple[Array, PyTree]:
    """activation(norm(x)) or norm(activation(x)) in training, and the norm's state after it.

    Args:
      standardizes: what the norm says of itself, `Normalization.standardizes`.
      activation: fixed, or one that learns.
      order: where the norm stands, "before" or "after" the activation.
      x: (..., features), floating.
      params, state: of the norm.
      learned: the activation's parameters; () for a fixed one.
      mask: boolean, broadcastable to x, True counts. Behind it the norm comes out as 0.
      axis_name: the mapped axis, or axes, over which the examples are divided.
      keep: "input" or "output", of which the way back is computed; see `bnact.fused.norm_act`.

    Returns:
      y, of x's shape and type, and the new state.

    Raises:
      TypeError, ValueError: as `Normalization.apply` raises them.
    """
    x, full = standardizes.checked(params, state, x, mask)
    reduction = standardizes.reduction(x.shape, axis_name)
    fixed = Fixed(reduction, standardizes.epsilon, activation, order, keep)
    y, statistics = output_and_moments(fixed, x, Given(params, learned, mask))
    if standardizes.memory is None:
        return y, state
    u = wide(behind_mask_zero(x, full))
    if order == "after":  # not a second time: the compiler finds that the rule has computed the same
        u = behind_mask_zero(value_of(activation, learned, u), full)
    return y, standardizes.remembered(state, statistics, u, full, axis_name)
