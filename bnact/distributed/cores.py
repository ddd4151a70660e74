"""How many cores work at the same time for this process."""

import os


def allowed_cores() -> tuple[int, ...]:
    """The numbers of the cores this process may be scheduled on, where the system tells; else of all."""
    if hasattr(os, "sched_getaffinity"):
        return tuple(sorted(os.sched_getaffinity(0)))
    return tuple(range(os.cpu_count() or 1))


def usable_cores(allowed: int, quota: float | None) -> int:
    """Cores that work at the same time: those allowed, or the whole ones that the container's quota grants.

    Args:
      allowed: how many, see `allowed_cores`.
      quota: cores' worth of time, see `bnact.distributed.control_groups.cpu_quota`; None is no limit.

    Returns:
      At least 1.
    """
    return allowed if quota is None else min(allowed, max(1, int(quota)))
