"""The compilation cache and the work directory."""

from collections.abc import Iterator

from experiments.doctor.finding import Finding
from experiments.doctor.machine import Directory, Machine
from experiments.doctor.words import in_bytes


def cache(machine: Machine) -> Iterator[Finding]:
    """Whether programs are kept from one process to the next, and who could put others in their place."""
    if not machine.settings.get("jax_enable_compilation_cache", True):
        remedy = "jax compiles anew in every process: unset JAX_ENABLE_COMPILATION_CACHE"
        yield Finding("compilation cache", "switched off", "advice", remedy)
    elif machine.cache is not None:
        yield from _told_of(machine.cache, machine)
    elif machine.own_cache is not None:
        yield from _own(machine.own_cache, machine)
    else:
        remedy = "there is no home directory to keep it in: set XDG_CACHE_HOME to a directory of yours"
        yield Finding("compilation cache", "none; programs are compiled anew", "advice", remedy)


def _told_of(kept: Directory, machine: Machine) -> Iterator[Finding]:
    found = f"{kept.path}, {_size(kept)}"
    bad = [*_unsafe(kept, found)] or [*_unlocked(machine, found)]
    yield from bad
    if not bad and not _is_bounded(machine):
        remedy = (
            "it grows without bound: set JAX_COMPILATION_CACHE_MAX_SIZE to a number of bytes, for which jax "
            "needs the package filelock"
        )
        yield Finding("compilation cache", found, "advice", remedy)
    elif not bad:
        yield Finding("compilation cache", found, "good")


def _is_bounded(machine: Machine) -> bool:
    return machine.settings.get("jax_compilation_cache_max_size", -1) != -1


def _unlocked(machine: Machine, found: str) -> Iterator[Finding]:
    """Where a bound is set, and jax lacks the package without which it then reads and keeps nothing."""
    if _is_bounded(machine) and "filelock" not in machine.versions:
        remedy = (
            "with JAX_COMPILATION_CACHE_MAX_SIZE jax keeps nothing unless the package filelock is there: "
            "pip install filelock, or unset the variable"
        )
        yield Finding("compilation cache", found, "advice", remedy)


def _own(kept: Directory, machine: Machine) -> Iterator[Finding]:
    """The commands' own, which programs beside them must switch on."""
    found = f"{kept.path}, {_size(kept)}; programs of yours: use_compilation_cache()"
    bad = [*_unsafe(kept, found)] or [*_refused(kept, found)] or [*_unlocked(machine, found)]
    yield from bad or [Finding("compilation cache", found, "good")]


def _refused(kept: Directory, found: str) -> Iterator[Finding]:
    """Where nobody else can write, and commands keep nothing all the same."""
    if kept.refusal:
        remedy = f"commands keep nothing there, and compile anew: {kept.refusal}"
        yield Finding("compilation cache", found, "advice", remedy)


def _unsafe(kept: Directory, found: str) -> Iterator[Finding]:
    if kept.error:
        remedy = f"it cannot be looked at ({kept.error}): use another directory"
        yield Finding("compilation cache", kept.path, "advice", remedy)
    elif kept.is_there and not (kept.is_private and kept.is_own):
        remedy = (
            f"others can write there, and what is in it is executed: chmod 700 {kept.path}, or use another"
        )
        yield Finding("compilation cache", found, "wrong", remedy)
    elif not kept.is_writable:
        yield Finding("compilation cache", found, "advice", "it cannot be written to: use another directory")


def _size(kept: Directory) -> str:
    return "size not known" if kept.bytes_held is None else in_bytes(kept.bytes_held)


def workdir(machine: Machine) -> Iterator[Finding]:
    """Whether results can be written where they were asked for."""
    asked = machine.workdir
    if asked is None:
        return
    if asked.error:
        remedy = f"it cannot be looked at ({asked.error}): use another --workdir"
        yield Finding("work directory", asked.path, "advice", remedy)
    elif asked.is_writable:
        yield Finding("work directory", _where(asked), "good")
    else:
        yield Finding(
            "work directory", asked.path, "advice", "it cannot be written to: use another --workdir"
        )


def _where(asked: Directory) -> str:
    return asked.path if asked.is_there else f"{asked.path}, to be made"
