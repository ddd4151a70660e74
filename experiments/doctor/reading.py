"""Reads this machine: the only part of the doctor that touches it, besides the canaries."""

import os
import re
import shutil
import sys
from pathlib import Path

import jax

from bnact.distributed import allowed_cores, cpu_quota, own_directory
from bnact.distributed.memory import host_free_bytes

from .directories import directory_at, nearest_existing, own_cache_at
from .machine import Directory, Machine
from .packages import packages_here

SETTINGS = (
    *("jax_enable_x64", "jax_default_matmul_precision", "jax_disable_jit", "jax_debug_nans"),
    *("jax_num_cpu_devices", "jax_compilation_cache_dir", "jax_enable_compilation_cache"),
    *("jax_compilation_cache_max_size", "jax_persistent_cache_min_compile_time_secs"),
)
ALLOCATORS = re.compile(r"lib(?:jemalloc|tcmalloc|mimalloc)[^/\s]*")


def this_machine(workdir: str | None) -> Machine:
    """The machine this runs on, as this process sees it; starts jax's backend.

    What cannot be read is told as that, see `Machine`, and stops nothing.
    """
    devices, refusal = _devices()
    settings = {name: getattr(jax.config, name) for name in SETTINGS if hasattr(jax.config, name)}
    cache = settings.get("jax_compilation_cache_dir")
    return Machine(
        system=sys.platform,
        **packages_here()._asdict(),
        variables=os.environ,
        cores=os.cpu_count() or 1,
        allowed=allowed_cores(),
        quota=cpu_quota(),
        huge_pages=chosen_in(_text("/sys/kernel/mm/transparent_hugepage/enabled")),
        libraries=tuple(sorted({*ALLOCATORS.findall(_text("/proc/self/maps"))})),
        memory_free=host_free_bytes(),
        disk_free=_disk_free(workdir or "."),
        devices=devices,
        refusal=refusal,
        driver=driver_in(_text("/proc/driver/nvidia/version")),
        settings=settings,
        cache=directory_at(str(cache)) if cache else None,
        own_cache=_own_cache(),
        workdir=directory_at(workdir) if workdir else None,
    )


def _own_cache() -> Directory | None:
    try:
        path = own_directory(os.environ)
    except OSError:
        return None
    return own_cache_at(path)


def _devices() -> tuple[tuple[tuple[str, str], ...], str]:
    """Platform and kind of every device; or none, and why jax does not start."""
    try:
        found = jax.local_devices()
    except (
        Exception
    ) as error:  # jax has no error of its own for this: platforms that are missing fail an assert
        return (), " ".join(f"{type(error).__name__} {error}".split())
    return tuple((device.platform, device.device_kind) for device in found), ""


def _disk_free(path: str) -> int | None:
    try:
        return shutil.disk_usage(nearest_existing(path)).free
    except OSError:
        return None


def _text(path: str) -> str:
    try:
        return Path(path).read_text(errors="replace")
    except OSError:
        return ""


def chosen_in(text: str) -> str | None:
    """The choice in brackets: "always [madvise] never" is madvise."""
    match = re.search(r"\[(\w+)\]", text)
    return match[1] if match else None


def driver_in(text: str) -> str | None:
    """The version of NVIDIA's driver, from what it says of itself."""
    match = re.search(r"Module\D*?([\d.]{3,})", text)
    return match[1] if match else None
