"""A function of one lane, run for many lanes on many devices."""

from collections.abc import Callable
from typing import Any

import jax
from jax import lax
from jax.sharding import Mesh, PartitionSpec

from bnact.types import PyTree

from .arrangement import Way
from .mesh import POPULATION


def function_of_lanes(
    run: Callable[[Any, Any], PyTree], mesh: Mesh, way: Way = "map"
) -> Callable[[Any, Any], PyTree]:
    """The function that runs `run(shared, lane)` for every lane, the lanes split over the mesh's devices.

    In both ways a `lax.switch` on shared data stays a real branch. In turn (`map`) a lane's numbers cannot
    depend on its neighbours; as a batch (`vmap`) they depend, in the last bit, on how many there are, and
    on nothing else. Which is faster `arrangement_of` knows.

    Args:
      run: a pure function of `shared`, the same for all lanes, and `lane`, one lane's arguments.
      mesh: one axis, `population`.
      way: how the lanes of one device are run.

    Returns:
      A function of `shared` and of lanes stacked along a leading axis whose size is a multiple of
      the mesh's; its result is stacked likewise.
    """

    def on_one_device(shared: Any, lanes: Any) -> PyTree:
        def one(lane: Any) -> PyTree:
            return run(shared, lane)

        return jax.vmap(one)(lanes) if way == "vmap" else lax.map(one, lanes)

    return jax.shard_map(
        on_one_device,
        mesh=mesh,
        in_specs=(PartitionSpec(), PartitionSpec(POPULATION)),
        out_specs=PartitionSpec(POPULATION),
        # The lanes never communicate, so there is nothing for the replication check to prove; it
        # rejects scans whose carry starts from constants.
        check_vma=False,
    )
