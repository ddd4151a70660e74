"""Every check, in the order it is shown."""

from collections.abc import Callable, Iterator

from experiments.doctor.finding import Finding
from experiments.doctor.machine import Machine

from . import accelerator, cores, directories, extras, memory, numbers, versions

CHECKS: tuple[Callable[[Machine], Iterator[Finding]], ...] = (
    versions.versions,
    cores.cores,
    cores.devices,
    cores.threads,
    accelerator.accelerator,
    memory.allocator,
    memory.room,
    numbers.types,
    numbers.products,
    numbers.flags,
    directories.cache,
    directories.workdir,
    extras.extras,
)
