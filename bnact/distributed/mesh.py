"""The devices at hand, arranged as a mesh."""

import os

import jax
from jax.sharding import AxisType, Mesh

from .arrangement import Arrangement
from .control_groups import cpu_quota
from .cores import allowed_cores, usable_cores

POPULATION, BATCH = "population", "batch"
"""Axes of a mesh: along the first lie independent runs, along the second the examples of one batch."""


FORCED = "--xla_force_host_platform_device_count"
"""The flag in XLA_FLAGS by which a user may have chosen the number of CPU devices."""


def use_every_core() -> None:
    """Makes one virtual CPU device of every core that works for this process, unless their number is chosen.

    XLA runs one small network on one core; a population spread over several CPU devices uses them
    all. A container's quota counts as well as a binding to cores. JAX_NUM_CPU_DEVICES and XLA_FLAGS have
    the last word. Call it before anything else touches jax: the number of devices is fixed when jax starts
    its backend. Accelerators are not affected.

    Raises:
      RuntimeError: jax has already started its backend.
    """
    chosen: int = getattr(jax.config, "jax_num_cpu_devices")  # noqa: B009  # declared to no type checker
    if chosen >= 0 or FORCED in os.environ.get("XLA_FLAGS", ""):
        return
    try:
        jax.config.update("jax_num_cpu_devices", usable_cores(len(allowed_cores()), cpu_quota()))
    except RuntimeError as error:
        raise RuntimeError(
            "use_every_core: must run before jax starts its backend; jax has already run something; "
            "call it first thing in the program"
        ) from error


def population_mesh() -> Mesh:
    """A mesh of all devices of this process with one axis, `population`, for independent runs."""
    devices = jax.local_devices()
    return jax.make_mesh((len(devices),), (POPULATION,), axis_types=(AxisType.Auto,), devices=devices)


def mesh_of(arrangement: Arrangement) -> Mesh:
    """The mesh of the devices that an arrangement takes, the first of those of `population_mesh`."""
    mesh, devices = population_mesh(), arrangement.devices
    if devices == mesh.size:
        return mesh
    chosen = list(mesh.devices.flat)[:devices]
    return jax.make_mesh((devices,), (POPULATION,), axis_types=(AxisType.Auto,), devices=chosen)


def batch_mesh(populations: int = 1) -> Mesh:
    """A mesh of all devices of all processes with the axes `population` and `batch`.

    Args:
      populations: parts along `population`; each has its own devices along `batch`.

    Raises:
      ValueError: the devices cannot be divided into so many parts.
    """
    devices = jax.device_count()
    if populations < 1 or devices % populations:
        fit = [part for part in range(1, devices + 1) if devices % part == 0]
        raise ValueError(
            f"batch_mesh: populations must divide the number of devices; got populations={populations} and "
            f"{devices} devices; use one of {', '.join(map(str, fit))}"
        )
    return jax.make_mesh(
        (populations, devices // populations), (POPULATION, BATCH), axis_types=(AxisType.Auto,) * 2
    )
