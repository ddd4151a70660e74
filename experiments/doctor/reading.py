"""Reads this machine: the only part of the doctor that touches it, besides the canaries."""

import importlib.metadata
import os
import platform
import re
import shutil
import sys
import tomllib
from pathlib import Path

import jax

from bnact.distributed import allowed_cores, cpu_quota, own_directory

from .directories import directory_at, nearest_existing
from .machine import Directory, Machine

PACKAGES = ("jax", "jaxlib", "flax", "optax", "numpy", "matplotlib", "scikit-learn", "torch")
SETTINGS = (
    *("jax_enable_x64", "jax_default_matmul_precision", "jax_disable_jit", "jax_debug_nans"),
    *("jax_num_cpu_devices", "jax_compilation_cache_dir", "jax_enable_compilation_cache"),
    *("jax_compilation_cache_max_size", "jax_persistent_cache_min_compile_time_secs"),
)
ALLOCATORS = re.compile(r"lib(?:jemalloc|tcmalloc|mimalloc)[^/\s]*")


def this_machine(workdir: str | None) -> Machine:
    """The machine this runs on, as this process sees it; starts jax's backend."""
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    settings = {name: getattr(jax.config, name) for name in SETTINGS if hasattr(jax.config, name)}
    cache = settings.get("jax_compilation_cache_dir")
    return Machine(
        system=sys.platform,
        python=platform.python_version(),
        versions=_versions() | {"bnact": project["version"]},
        needed=dict(re.findall(r"([\w-]+)>=([\d.]+)", " ".join(project["dependencies"]))),
        python_needed=project["requires-python"].removeprefix(">="),
        variables=os.environ,
        cores=os.cpu_count() or 1,
        allowed=allowed_cores(),
        quota=cpu_quota(),
        huge_pages=chosen_in(_text("/sys/kernel/mm/transparent_hugepage/enabled")),
        libraries=tuple(sorted({*ALLOCATORS.findall(_text("/proc/self/maps"))})),
        memory_free=memory_in(_text("/proc/meminfo")),
        disk_free=shutil.disk_usage(nearest_existing(workdir or ".")).free,
        devices=tuple((device.platform, device.device_kind) for device in jax.local_devices()),
        driver=driver_in(_text("/proc/driver/nvidia/version")),
        settings=settings,
        cache=directory_at(str(cache)) if cache else None,
        own_cache=_own_cache(),
        workdir=directory_at(workdir) if workdir else None,
    )


def _own_cache() -> Directory | None:
    try:
        return directory_at(str(own_directory(os.environ)))
    except OSError:
        return None


def _versions() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _text(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""


def chosen_in(text: str) -> str | None:
    """The choice in brackets: "always [madvise] never" is madvise."""
    match = re.search(r"\[(\w+)\]", text)
    return match[1] if match else None


def memory_in(text: str) -> int | None:
    """Bytes that can be had without swapping, from /proc/meminfo."""
    match = re.search(r"MemAvailable:\s+(\d+) kB", text)
    return int(match[1]) * 1024 if match else None


def driver_in(text: str) -> str | None:
    """The version of NVIDIA's driver, from what it says of itself."""
    match = re.search(r"Module\D*?([\d.]{3,})", text)
    return match[1] if match else None
