"""How many cores work at the same time for this process."""

import os


def allowed_cores() -> int:
    """Cores this process may be scheduled on, where the system tells; else those of the machine."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def usable_cores(allowed: int, quota: float | None) -> int:
    """Cores that work at the same time: those allowed, or the whole ones that the container's quota grants.

    Args:
      allowed: see `allowed_cores`.
      quota: cores' worth of time, see `bnact.distributed.control_groups.cpu_quota`; None is no limit.

    Returns:
      At least 1.
    """
    return allowed if quota is None else min(allowed, max(1, int(quota)))
