"""How values lie on devices: shared as each device's own, and divided along explicit axes of a mesh."""

import jax
import jax.numpy as jnp

from bnact.types import Array, PyTree


def varying_as(x: Array, parameters: PyTree) -> PyTree:
    """The parameters, varying under `jax.shard_map` along the axes that x varies along.

    A hand-written rule returns each device's own gradient, which is that of a value of its own; how the
    values came to be there jax transposes to the sum over the devices. Elsewhere nothing changes.

    Args:
      x: any array.
      parameters: floating arrays, of any shapes.

    Returns:
      The parameters, in their shapes and types.
    """
    # A multiplication, which the compiler drops: `jax.lax.pcast` must be told the axes, and under what name
    # an array's type has them is documented nowhere and has changed between versions of jax.
    like = jax.eval_shape(jnp.sum, x)
    return jax.tree.map(lambda leaf: leaf * jnp.ones_like(like, dtype=leaf.dtype), parameters)


def placed_as(parameter: Array, gradient: Array) -> Array:
    """The gradient, divided over devices as the parameter is where meshes are explicit."""
    spec = jax.typeof(parameter).sharding.spec
    return gradient if jax.typeof(gradient).sharding.spec == spec else jax.reshard(gradient, spec)


def is_split(x: Array, axes: tuple[int, ...]) -> bool:
    """Whether one of these axes of x is explicitly sharded: such an axis cannot be cut at one element."""
    return any(jax.typeof(x).sharding.spec[axis] is not None for axis in axes)
