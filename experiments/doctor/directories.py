"""A directory as it is found; nothing is left behind in it."""

import os
import stat
import tempfile
from pathlib import Path

from bnact.distributed import why_not_private

from .machine import Directory


def nearest_existing(path: str) -> Path:
    """The path, or the nearest directory above it that exists."""
    place = Path(path).absolute()
    while not place.exists():
        place = place.parent
    return place


def directory_at(path: str) -> Directory:
    """What stands at a path; what does not exist is judged by where it would be made."""
    try:
        return _found_at(path)
    except OSError as error:  # a name too long, a directory above it that may not be searched
        return Directory(path, error=error.strerror or str(error))


def own_cache_at(path: Path) -> Directory:
    """As `directory_at`, with why bnact refuses it or the directory above, of all that it keeps."""
    refusal = why_not_private(path.parent) or why_not_private(path)
    return directory_at(str(path))._replace(refusal=refusal or "")


def _found_at(path: str) -> Directory:
    place = nearest_existing(path)
    found = place.stat()
    is_there = place == Path(path).absolute()
    return Directory(
        path=path,
        is_there=is_there and place.is_dir(),
        is_writable=place.is_dir() and _takes_a_file(place),
        is_own=not is_there or not hasattr(os, "getuid") or found.st_uid == os.getuid(),
        is_private=not is_there or not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH),
        bytes_held=_bytes_in(place) if is_there else 0,
    )


def _takes_a_file(place: Path) -> bool:
    """Tried, not read from the mode: root may write where a file system refuses, and the other way round."""
    try:
        with tempfile.TemporaryFile(dir=place):
            return True
    except OSError:
        return False


def _bytes_in(place: Path) -> int | None:
    if not place.is_dir():
        return 0
    try:
        return sum(_size(entry) for entry in os.scandir(place) if entry.is_file())
    except OSError:
        return None


def _size(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat().st_size
    except FileNotFoundError:  # others write and remove programs meanwhile
        return 0
