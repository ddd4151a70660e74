"""Memory and disk: is there room, and does the allocator get large pages?"""

from collections.abc import Iterator

from experiments.doctor.finding import Finding
from experiments.doctor.machine import Machine
from experiments.doctor.words import in_bytes

LEAST_MEMORY, LEAST_DISK = 2 * 1024**3, 1024**3
"""The quick study of the founding claims and its report need less than either."""

HUGE = "glibc.malloc.hugetlb=1"


def room(machine: Machine) -> Iterator[Finding]:
    """Free memory and disk."""
    yield _room("free memory", machine.memory_free, LEAST_MEMORY, "a study may be stopped by the system")
    yield _room("free disk", machine.disk_free, LEAST_DISK, "results may not be written")


def _room(name: str, free: int | None, least: int, why: str) -> Finding:
    if free is None:
        return Finding(name, "the system does not say", "not known")
    if free < least:
        return Finding(name, in_bytes(free), "advice", f"less than {in_bytes(least)}: {why}; make room")
    return Finding(name, in_bytes(free), "good")


def allocator(machine: Machine) -> Iterator[Finding]:
    """Whether large tensors come in large pages: page faults are most of the time of some steps on CPU."""
    tunables = machine.variables.get("GLIBC_TUNABLES", "")
    if machine.system != "linux":
        yield Finding("allocator", f"the one of {machine.system}", "not known")
    elif machine.libraries:
        remedy = "compare times with others only under the same allocator"
        yield Finding("allocator", ", ".join(machine.libraries), "good", remedy)
    elif machine.huge_pages == "always":
        yield Finding("allocator", "the system's, huge pages always", "good")
    elif machine.huge_pages in ("never", None):
        remedy = "the kernel gives no huge pages; where you may, set transparent_hugepage/enabled to madvise"
        yield Finding(
            "allocator", "the system's, no huge pages", "advice", f"{remedy}: large tensors cost page faults"
        )
    elif HUGE in tunables:
        yield Finding("allocator", f"the system's, {HUGE}", "good")
    else:
        remedy = (
            f"set GLIBC_TUNABLES={HUGE} before Python starts: large tensors then come in large pages, and "
            "steps that are mostly page faults become faster; compare times with others only under the same "
            "setting"
        )
        yield Finding("allocator", "the system's, huge pages only on request", "advice", remedy)
