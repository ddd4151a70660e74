"""What the checks are told of a machine: plain values, so that a test can make any machine up."""

from collections.abc import Mapping
from typing import NamedTuple


class Directory(NamedTuple):
    """A directory that results or programs are written to.

    Attributes:
      path: where.
      is_there: whether it exists and is a directory.
      is_writable: whether this process may write into it, or could make it.
      is_own: whether it belongs to this process's user.
      is_private: whether nobody else may write into it.
      bytes_held: of the files in it, or None where they cannot be listed.
      error: why it could not be looked at, or empty; the other attributes then say nothing.
      refusal: why bnact keeps no programs in it, or empty; asked of the directory of its own alone.
    """

    path: str
    is_there: bool = True
    is_writable: bool = True
    is_own: bool = True
    is_private: bool = True
    bytes_held: int | None = 0
    error: str = ""
    refusal: str = ""


class Machine(NamedTuple):
    """A machine, its packages, and how this process was started.

    Attributes:
      system: as `sys.platform`.
      python: version.
      versions: of the packages that are installed, by name.
      needed: the least version of each package that bnact needs, by name.
      python_needed: the least version of Python.
      variables: of the environment.
      cores: of the machine.
      allowed: ids of the cores that this process may use.
      quota: cores' worth of time that a container grants, or None.
      huge_pages: the kernel's setting of transparent huge pages: "always", "madvise", "never" or None.
      libraries: file names of the allocators loaded in the place of the system's.
      memory_free: bytes that the system and a container leave, or None.
      disk_free: bytes where results would be written, or None.
      devices: platform and kind of every device jax computes on by default.
      refusal: why jax finds no devices, or empty.
      driver: the GPU driver's version, or None.
      settings: of jax, by name.
      cache: the persistent compilation cache that this process was told of, or None.
      own_cache: the one that bnact's commands use if none was told of, or None where no place is known.
      workdir: the work directory asked about, or None.
    """

    system: str
    python: str
    versions: Mapping[str, str]
    needed: Mapping[str, str]
    python_needed: str
    variables: Mapping[str, str]
    cores: int
    allowed: tuple[int, ...]
    quota: float | None
    huge_pages: str | None
    libraries: tuple[str, ...]
    memory_free: int | None
    disk_free: int | None
    devices: tuple[tuple[str, str], ...]
    refusal: str
    driver: str | None
    settings: Mapping[str, object]
    cache: Directory | None
    own_cache: Directory | None
    workdir: Directory | None


def usable_cores(machine: Machine) -> int:
    """Cores that work at the same time for this process: those allowed, or what the container grants."""
    # Here, since versions are told of a machine on which bnact cannot be imported.
    from bnact import distributed

    return distributed.usable_cores(len(machine.allowed), machine.quota)
