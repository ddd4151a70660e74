"""What was set that changes numbers."""

from collections.abc import Iterator

from experiments.doctor.finding import Finding
from experiments.doctor.machine import Machine

LOW = ("default", "fastest", "bfloat16", "BF16_BF16_F32", "F16_F16_F32")
"""Precisions of a product that are below float32's on an accelerator."""


def types(machine: Machine) -> Iterator[Finding]:
    """64 bits or 32."""
    if machine.settings.get("jax_enable_x64"):
        remedy = (
            "arrays are made in 64 bits: twice the memory and slower; leave JAX_ENABLE_X64 unset for studies"
        )
        yield Finding("64 bits", "on", "advice", remedy)
    else:
        yield Finding("64 bits", "off", "good")


def products(machine: Machine) -> Iterator[Finding]:
    """How exact products of matrices are."""
    setting = machine.settings.get("jax_default_matmul_precision")
    on_cpu = {platform for platform, _ in machine.devices} <= {"cpu"}
    found = str(setting or "as the platform has it")
    if not machine.devices:
        yield Finding("products of matrices", found, "not known")
    elif on_cpu or (setting is not None and setting not in LOW):
        yield Finding("products of matrices", found, "good")
    else:
        remedy = (
            "float32 products are rounded to fewer digits on this platform: set "
            "JAX_DEFAULT_MATMUL_PRECISION=highest to compare numbers with a CPU's, and leave it for speed"
        )
        yield Finding("products of matrices", found, "advice", remedy)


def flags(machine: Machine) -> Iterator[Finding]:
    """Flags of XLA and jax that are for finding errors, or trade exactness for speed."""
    given = machine.variables.get("XLA_FLAGS", "")
    if "--xla_cpu_enable_fast_math=true" in given.split():
        remedy = "NaN and infinity are then computed with as if they could not be: leave the flag out"
        yield Finding("flags", "--xla_cpu_enable_fast_math=true", "wrong", remedy)
        return
    slow = [name for name in ("jax_disable_jit", "jax_debug_nans") if machine.settings.get(name)]
    if slow:
        remedy = "everything runs slowly; unset it when the error is found"
        yield Finding("flags", ", ".join(slow), "advice", remedy)
    else:
        yield Finding("flags", given or "none", "good")
