"""Memory that is free, and memory that a compiled program needs."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jax

from .control_groups import LISTING, MOUNTED, memory_left

_MEMORY = Path("/proc/meminfo")


def free_bytes(devices: Sequence[Any]) -> int | None:
    """Bytes that each of the devices can still give; None where neither device nor system says.

    CPU devices share the memory of the machine, or of the control group if that is less, evenly.
    """
    if devices[0].platform == "cpu":
        free = host_free_bytes()
        return None if free is None else free // len(devices)
    known = [device.memory_stats() for device in devices]
    if not all(stats and "bytes_limit" in stats for stats in known):
        return None
    return min(stats["bytes_limit"] - stats["bytes_in_use"] for stats in known if stats)


def host_free_bytes(memory: Path = _MEMORY, listing: Path = LISTING, mounted: Path = MOUNTED) -> int | None:
    """Bytes that the system says are free for a new program; None where it does not say (not Linux).

    Args:
      memory: what the kernel says of the machine.
      listing, mounted: of control groups, see `bnact.distributed.control_groups`.
    """
    found = [amount for amount in (_available(memory), memory_left(listing, mounted)) if amount is not None]
    return min(found) if found else None


def _available(memory: Path) -> int | None:
    try:
        lines = dict(line.split(":", 1) for line in memory.read_text().splitlines() if ":" in line)
        return 1024 * int(lines["MemAvailable"].split()[0])
    except (OSError, KeyError, ValueError):
        return None


def needed_bytes(compiled: jax.stages.Compiled) -> int | None:
    """Bytes that a call of the program takes on one device; None where the compiler does not say."""
    try:
        analysis = compiled.memory_analysis()
    except (NotImplementedError, RuntimeError):
        return None
    if analysis is None:
        return None
    sizes = analysis.argument_size_in_bytes + analysis.output_size_in_bytes + analysis.temp_size_in_bytes
    return int(sizes - analysis.alias_size_in_bytes)
