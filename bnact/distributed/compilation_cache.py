"""Compiled programs kept from one process to the next, in a directory that is the user's alone."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax
import jax.monitoring

from .kept_programs import drop_cut_programs, prune
from .private_directory import own_directory, private_cache, private_directory

LARGEST = 2**30
"""Bytes that the directory may hold when a process starts; the oldest programs beyond are removed."""


def use_compilation_cache() -> Path | None:
    """Lets jax keep the programs it compiles in the user's own cache directory, and find them there again.

    The directory is `bnact/compiled` in XDG_CACHE_HOME, or else in ~/.cache. What was set by the user stays:
    nothing is done where JAX_COMPILATION_CACHE_DIR names another directory, or where
    JAX_ENABLE_COMPILATION_CACHE switches the cache off. It saves compilation, not tracing, and changes no
    number. Importing bnact does not call it; the commands do.

    Returns:
      The directory; None where jax's own settings were left alone.

    Raises:
      OSError: the directory cannot be made or written, is not the user's alone, or nothing says where it
        should be; see `private_directory`.
    """
    if _setting("jax_compilation_cache_dir") or not _setting("jax_enable_compilation_cache"):
        return None
    path = private_directory(private_cache(os.environ) / own_directory(os.environ).name)
    drop_cut_programs(path)
    prune(path, LARGEST)
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
