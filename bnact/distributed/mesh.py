"""The devices at hand, arranged as a mesh."""

import os

import jax
from jax.sharding import AxisType, Mesh


def use_every_core() -> None:
    """Makes one virtual CPU device of every core this process may use.

    XLA runs one small network on one core; a population spread over several CPU devices uses them
    all. Call it before anything else touches jax: the number of devices is fixed when jax starts its
    backend. Accelerators are not affected.

    Raises:
      RuntimeError: jax has already started its backend.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        jax.config.update("jax_num_cpu_devices", cores)
    except RuntimeError as error:
        raise RuntimeError(
            "use_every_core: must run before jax starts its backend; jax has already run something; "
            "call it first thing in the program"
        ) from error


def population_mesh() -> Mesh:
    """A mesh of all devices with one axis, `population`, along which independent runs are laid."""
    return jax.make_mesh((jax.device_count(),), ("population",), axis_types=(AxisType.Auto,))
