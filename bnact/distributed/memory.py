"""Memory that is free, and memory that a compiled program needs."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

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


class Needed(NamedTuple):
    """Bytes that a compiled program takes on one device.

    Attributes:
      arguments: lie there once, however many calls are under way.
      call: results, and what lies between; of every call under way.
    """

    arguments: int
    call: int

    def at_once(self, calls: int) -> int:
        """Bytes while so many calls are under way."""
        return self.arguments + calls * self.call


def needed_memory(compiled: jax.stages.Compiled) -> Needed | None:
    """What a program takes on one device by the compiler's account; None where it does not say."""
    try:
        analysis = compiled.memory_analysis()
    except (NotImplementedError, RuntimeError):
        return None
    if analysis is None:
        return None
    call = analysis.output_size_in_bytes + analysis.temp_size_in_bytes - analysis.alias_size_in_bytes
    return Needed(int(analysis.argument_size_in_bytes), int(call))


def is_out_of_memory(error: BaseException) -> bool:
    """Whether the error says that memory did not suffice, in Python or on the device."""
    return isinstance(error, MemoryError) or "RESOURCE_EXHAUSTED" in str(error)
