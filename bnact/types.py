"""The words every room of the house shares."""

from typing import Any

import jax

Array = jax.Array
Key = jax.Array
PyTree = Any

AxisName = str | tuple[str, ...]
"""A mapped axis, of `jax.vmap` or `jax.shard_map`, or several."""
