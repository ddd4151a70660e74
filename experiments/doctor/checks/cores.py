"""Cores, devices and threads: does a population use the whole machine?"""

from collections.abc import Iterator

from experiments.doctor.finding import Finding
from experiments.doctor.machine import Machine, usable_cores
from experiments.doctor.words import counted

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def cores(machine: Machine) -> Iterator[Finding]:
    """How many cores this process may use."""
    usable = usable_cores(machine)
    found = f"{usable} of {counted(machine.cores, 'core')}"
    if machine.quota is not None and machine.quota < len(machine.allowed):
        yield Finding(
            "cores",
            f"{found}; a container grants {machine.quota:.3g}",
            "advice",
            f"{counted(len(machine.allowed), 'core')} can be seen and fewer are granted, so that threads "
            f"wait for each other: start with taskset -c {','.join(map(str, machine.allowed[:usable]))}",
        )
    elif len(machine.allowed) < machine.cores:
        remedy = "the process is bound to some of the machine's cores; that is good if others have the rest"
        yield Finding("cores", found, "advice", remedy)
    else:
        yield Finding("cores", found, "good")


def devices(machine: Machine) -> Iterator[Finding]:
    """What jax computes on, and on CPU whether there is a device for every core."""
    if machine.refusal:
        platforms = machine.variables.get("JAX_PLATFORMS")
        remedy = (
            f"JAX_PLATFORMS={platforms} must name what is here: unset it, or see that driver and plugin are"
            if platforms
            else "nothing can be computed: look at the driver, and reinstall jax with the plugin for it"
        )
        yield Finding("devices", f"jax could not start: {machine.refusal}", "wrong", remedy)
        return
    kinds = sorted({f"{platform} ({kind})" for platform, kind in machine.devices})
    found = f"{counted(len(machine.devices), 'device')}: {', '.join(kinds)}"
    if {platform for platform, _ in machine.devices} != {"cpu"}:
        yield Finding("devices", found, "good")
        return
    usable = usable_cores(machine)
    if len(machine.devices) < usable:
        yield Finding(
            "devices",
            f"{found} for {counted(usable, 'core')}",
            "advice",
            "a population of small networks uses one core a device: call bnact.distributed.use_every_core() "
            f"first in your program, or set XLA_FLAGS=--xla_force_host_platform_device_count={usable}; the "
            "studies here do so by themselves",
        )
    elif len(machine.devices) > usable:
        yield Finding(
            "devices",
            f"{found} for {counted(usable, 'core')}",
            "advice",
            f"more devices than cores wait for each other: use {usable} outside tests",
        )
    else:
        yield Finding("devices", f"{found}, one a core", "good")


def threads(machine: Machine) -> Iterator[Finding]:
    """What XLA and the libraries of linear algebra were told of threads."""
    usable = usable_cores(machine)
    set_here = {name: machine.variables[name] for name in THREADS if name in machine.variables}
    many = [f"{name}={value}" for name, value in set_here.items() if value.isdigit() and int(value) > usable]
    found = ", ".join(f"{name}={value}" for name, value in set_here.items()) or "as many as cores"
    flags = machine.variables.get("XLA_FLAGS", "")
    if many:
        remedy = (
            f"more threads than the {counted(usable, 'core')} at hand: set {many[0].split('=')[0]}={usable}"
        )
        yield Finding("threads", found, "advice", remedy)
    elif "--xla_cpu_multi_thread_eigen=false" in flags:
        remedy = "XLA computes each product on one core: for wide networks leave the flag out"
        yield Finding("threads", "--xla_cpu_multi_thread_eigen=false", "advice", remedy)
    else:
        yield Finding("threads", found, "good")
