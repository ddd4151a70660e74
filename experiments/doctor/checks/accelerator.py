"""Facts about a GPU, where there is one."""

from collections.abc import Iterator

from experiments.doctor.finding import Finding
from experiments.doctor.machine import Machine


def accelerator(machine: Machine) -> Iterator[Finding]:
    """Driver, preallocation, and a GPU that jax does not see."""
    seen = any(platform in ("gpu", "cuda", "rocm") for platform, _ in machine.devices)
    if not seen and machine.driver is None:
        return
    if not seen:
        remedy = "jax does not see the GPU: install jax[cuda13] or jax[cuda12], and look at JAX_PLATFORMS"
        yield Finding("GPU", f"driver {machine.driver}", "advice", remedy)
        return
    yield Finding("GPU", f"driver {machine.driver or 'not known'}", "good")
    if machine.variables.get("XLA_PYTHON_CLIENT_PREALLOCATE", "true").lower() in ("false", "0"):
        remedy = "memory is asked for piece by piece, which is slower: leave the variable unset"
        yield Finding("GPU memory", "not preallocated", "advice", remedy)
    else:
        share = machine.variables.get("XLA_PYTHON_CLIENT_MEM_FRACTION", "0.75")
        remedy = "set XLA_PYTHON_CLIENT_PREALLOCATE=false only if others use the same GPU"
        yield Finding("GPU memory", f"{share} of it preallocated", "good", remedy)
