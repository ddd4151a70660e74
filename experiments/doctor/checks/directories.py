"""The compilation cache and the work directory."""

from collections.abc import Iterator

from experiments.doctor.finding import Finding
from experiments.doctor.machine import Directory, Machine
from experiments.doctor.words import in_bytes


def cache(machine: Machine) -> Iterator[Finding]:
    """Whether programs are kept from one process to the next, and who could put others in their place."""
    kept = machine.cache
    if kept is None or not machine.settings.get("jax_enable_compilation_cache", True):
        remedy = (
            "jax compiles anew in every process: set JAX_COMPILATION_CACHE_DIR to a directory that only you "
            "can write to; what is in it is executed"
        )
        yield Finding("compilation cache", "off in this process", "advice", remedy)
        return
    found = f"{kept.path}, {in_bytes(kept.bytes_held)}"
    if not kept.is_private or not kept.is_own:
        remedy = (
            f"others can write there, and what is in it is executed: chmod 700 {kept.path}, or use another"
        )
        yield Finding("compilation cache", found, "wrong", remedy)
    elif not kept.is_writable:
        yield Finding("compilation cache", found, "advice", "it cannot be written to: use another directory")
    elif machine.settings.get("jax_compilation_cache_max_size", -1) == -1:
        remedy = "it grows without bound: set JAX_COMPILATION_CACHE_MAX_SIZE to a number of bytes"
        yield Finding("compilation cache", found, "advice", remedy)
    else:
        yield Finding("compilation cache", found, "good")


def workdir(machine: Machine) -> Iterator[Finding]:
    """Whether results can be written where they were asked for."""
    asked = machine.workdir
    if asked is None:
        return
    if asked.is_writable:
        yield Finding("work directory", _where(asked), "good")
    else:
        yield Finding(
            "work directory", asked.path, "advice", "it cannot be written to: use another --workdir"
        )


def _where(asked: Directory) -> str:
    return asked.path if asked.is_there else f"{asked.path}, to be made"
