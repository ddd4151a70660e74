"""Masks: which entries of an array count."""

import jax.numpy as jnp

from bnact.types import Array


def full_mask(mask: Array | None, x: Array) -> Array | None:
    """The mask at x's shape, or None where everything counts.

    Args:
      mask: boolean, broadcastable to x, True counts; or None.
      x: any shape.

    Returns:
      Boolean array of x's shape, or None.

    Raises:
      TypeError: the mask is not boolean.
      ValueError: the mask does not broadcast to x.
    """
    if mask is None:
        return None
    mask = jnp.asarray(mask)
    if mask.dtype != jnp.bool_:
        raise TypeError(f"mask: must be boolean, True counts; got {mask.dtype}; use mask.astype(bool)")
    try:
        flags = jnp.broadcast_to(mask, x.shape)
    except ValueError as error:
        raise ValueError(
            f"mask: must broadcast to x; got mask of shape {mask.shape}, x of shape {x.shape}; "
            f"for one flag an example use mask[..., None]"
        ) from error
    # Takes on the sharding of x, which selecting by the mask demands on an explicit mesh.
    return flags & jnp.ones_like(x, dtype=jnp.bool_)
