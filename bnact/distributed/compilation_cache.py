"""Compiled programs kept from one process to the next, in a directory that is the user's alone.

What lies in the cache is machine code that is loaded and run: who can write there can run anything as this
user. So the directory must belong to the user and be closed to everyone else, and no shared place or work
directory will do.
"""

import contextlib
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jax
import jax.monitoring

LARGEST = 2**30
"""Bytes that the directory may hold when a process starts; the oldest programs beyond are removed."""

PRIVATE = 0o700


def use_compilation_cache() -> Path | None:
    """Lets jax keep the programs it compiles in the user's own cache directory, and find them there again.

    The directory is `bnact/compiled` in XDG_CACHE_HOME, or else in ~/.cache. What was set by the user stays:
    nothing is done where JAX_COMPILATION_CACHE_DIR names another directory, or where
    JAX_ENABLE_COMPILATION_CACHE switches the cache off. It saves compilation, not tracing, and changes no
    number. Importing bnact does not call it; the commands do.

    Returns:
      The directory; None where jax's own settings were left alone.

    Raises:
      PermissionError: the directory is not the user's own, is open to others, or cannot be written.
      OSError: it cannot be made, or nothing says where it should be.
    """
    if _setting("jax_compilation_cache_dir") or not _setting("jax_enable_compilation_cache"):
        return None
    path = own_directory(os.environ)
    private_directory(path.parent)
    prune(private_directory(path), LARGEST)
    jax.config.update("jax_compilation_cache_dir", str(path))
    if "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS" not in os.environ:
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    return path


def cache_in_use() -> Path | None:
    """Where compiled programs are kept, by `use_compilation_cache` or by the user's setting, if at all."""
    path = _setting("jax_compilation_cache_dir")
    return Path(path) if path and _setting("jax_enable_compilation_cache") else None


@contextlib.contextmanager
def programs_found() -> Iterator[list[str]]:
    """Counts: while the context lasts, one more entry for each program that jax finds in its cache."""
    found: list[str] = []

    def listen(event: str, **_: str | int) -> None:
        if event == "/jax/compilation_cache/cache_hits":
            found.append(event)

    jax.monitoring.register_event_listener(listen)
    try:
        yield found
    finally:
        jax.monitoring.unregister_event_listener(listen)


def _setting(name: str) -> Any:
    return getattr(jax.config, name)  # jax declares these attributes to no type checker


def own_directory(environment: Mapping[str, str]) -> Path:
    """Where `use_compilation_cache` keeps programs; it need not exist.

    Args:
      environment: the process's variables.

    Raises:
      OSError: neither XDG_CACHE_HOME nor a home directory is known.
    """
    return cache_home(environment) / "bnact" / "compiled"


def cache_home(environment: Mapping[str, str]) -> Path:
    """Where the user's caches lie, as the XDG Base Directory Specification says.

    Raises:
      OSError: neither XDG_CACHE_HOME nor a home directory is known.
    """
    home = Path(environment.get("XDG_CACHE_HOME", ""))
    if home.is_absolute():  # the specification: a relative path is to be ignored
        return home
    try:
        return Path.home() / ".cache"
    except RuntimeError as error:
        raise OSError(
            "compilation cache: a home directory must be known; got none; set XDG_CACHE_HOME"
        ) from error


def private_directory(path: Path) -> Path:
    """The directory, made if it is missing, once it is known to be the user's alone.

    Raises:
      PermissionError: it is a link, another user's, open to others, or cannot be written.
      OSError: it cannot be made.
    """
    path.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
    found = path.lstat()
    rule = f"compilation cache: {path} holds code that is run, so it must be"
    if not stat.S_ISDIR(found.st_mode):
        raise PermissionError(f"{rule} a directory; got a link; remove it")
    if found.st_uid != os.getuid():
        raise PermissionError(f"{rule} yours; got user {found.st_uid}; set XDG_CACHE_HOME to your own")
    if found.st_mode & 0o077:
        mode = oct(stat.S_IMODE(found.st_mode))
        raise PermissionError(f"{rule} closed to others; got mode {mode}; use chmod 700 if you trust it")
    if not os.access(path, os.W_OK | os.X_OK):
        raise PermissionError(f"{rule} writable; got a directory that is not; set XDG_CACHE_HOME to another")
    return path


def prune(path: Path, largest: int) -> None:
    """Removes the oldest files of a directory until the others hold at most `largest` bytes."""
    kept = 0
    found = [(entry.stat(), Path(entry.path)) for entry in os.scandir(path) if entry.is_file()]
    for status, file in sorted(found, key=lambda each: each[0].st_mtime, reverse=True):
        kept += status.st_size
        if kept > largest:
            file.unlink(missing_ok=True)
