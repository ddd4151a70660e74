"""What the control groups of this process grant it: memory that is left, and cores' worth of time.

A container limits its programs by them, and so may every group around it: the least of all counts.
"""

from collections.abc import Iterator
from pathlib import Path

LISTING = Path("/proc/self/cgroup")
"""Which groups this process is in, one hierarchy a line: "number:controllers:path"."""

MOUNTED = Path("/sys/fs/cgroup")


def memory_left(listing: Path = LISTING, mounted: Path = MOUNTED) -> int | None:
    """Bytes that the control groups leave for a new program; None where none of them limits memory.

    Pages of files that nobody has used of late count as left: the kernel drops them before it refuses any.
    """
    second = [
        _left(group, "memory.max", "memory.current", "inactive_file")
        for group in _groups(listing, mounted, "")
    ]
    first = [
        _left(group, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
        for group in _groups(listing, mounted, "memory")
    ]
    return min((each for each in (*second, *first) if each is not None), default=None)


def cpu_quota(listing: Path = LISTING, mounted: Path = MOUNTED) -> float | None:
    """Cores' worth of time that the control groups grant; None where none of them limits it."""
    second = [quota_in(_text(group / "cpu.max")) for group in _groups(listing, mounted, "")]
    first = [
        quota_in(f"{_text(group / 'cpu.cfs_quota_us').strip()} {_text(group / 'cpu.cfs_period_us')}")
        for group in _groups(listing, mounted, "cpu")
    ]
    return min((each for each in (*second, *first) if each is not None), default=None)


def quota_in(text: str) -> float | None:
    """Cores' worth of time in a control group's cpu.max: "150000 100000" is 1.5, "max 100000" no limit."""
    words = text.split()
    if len(words) != 2 or not all(word.isdecimal() for word in words) or not int(words[1]):
        return None
    return int(words[0]) / int(words[1])


def _groups(listing: Path, mounted: Path, controller: str) -> Iterator[Path]:
    """The directories of this process's group and of all around it; "" stands for version 2's hierarchy."""
    top = mounted / controller
    yield top  # a container may see its own group here, whatever name the listing has for it
    for line in _text(listing).splitlines():
        _, controllers, path = (*line.split(":", 2), "", "")[:3]
        if controller in controllers.split(","):
            group = top / path.lstrip("/")
            if ".." not in group.parts:
                yield from (
                    each for each in (group, *group.parents) if each.is_relative_to(top) and each != top
                )


def _left(group: Path, most: str, used: str, droppable: str) -> int | None:
    try:
        limit, taken = int(_text(group / most)), int(_text(group / used))
    except ValueError:  # no such group, or "max": no limit
        return None
    counts = dict(line.split(" ", 1) for line in _text(group / "memory.stat").splitlines() if " " in line)
    return max(0, limit - max(0, taken - _number(counts.get(droppable, ""))))


def _number(text: str) -> int:
    return int(text) if text.strip().isdecimal() else 0


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, ValueError):
        return ""
