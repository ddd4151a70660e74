"""Upkeep of a directory of compiled programs: neither too many, nor any that was written by half.

Other processes may write and remove there at the same time; what is gone is nobody's error.
"""

import contextlib
import os
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

PROGRAM = "-cache"
"""How the name of a file ends that jax keeps a program in."""

LOOKED = "looked-through"
"""An empty file, as old as the last look at every program."""

_PIECE = 2**20
_ZSTANDARD = b"\x28\xb5\x2f\xfd"


class _File(NamedTuple):
    modified: float
    size: int
    path: Path


def prune(path: Path, largest: int) -> None:
    """Removes the oldest files in and below a directory until the others hold at most `largest` bytes."""
    kept = 0
    for file in sorted(_files(path), reverse=True):
        kept += file.size
        if kept > largest:
            _remove(file.path)


def drop_cut_programs(path: Path) -> None:
    """Removes programs that are not whole, as a process that was killed while it wrote one leaves them.

    jax would warn of such a one in every later process, compile anew, and leave it. Only what was written
    since the last look is read.
    """
    look = path / LOOKED
    since = _modified(look)
    began = time.time()
    for file in _files(path):
        if file.path.name.endswith(PROGRAM) and file.modified >= since and not _is_whole(file.path):
            _remove(file.path)
    with contextlib.suppress(OSError):
        look.touch()
        # From the beginning: what was written meanwhile may not have been seen.
        os.utime(look, (began, began))


def _files(path: Path) -> Iterator[_File]:
    for folder, _, names in os.walk(path):
        for name in names:
            file = Path(folder, name)
            with contextlib.suppress(OSError):
                status = file.lstat()
                yield _File(status.st_mtime, status.st_size, file)


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()


def _modified(path: Path) -> float:
    try:
        return path.lstat().st_mtime
    except OSError:
        return 0.0


def _is_whole(path: Path) -> bool:
    """Whether a program can be unpacked to its end; what cannot be read is left to jax."""
    try:
        content = path.read_bytes()
    except OSError:
        return True
    if content.startswith(_ZSTANDARD):
        return _ends_as_zstandard(content)
    unpacked, rest = zlib.decompressobj(), content
    try:
        while rest and not unpacked.eof:
            unpacked.decompress(rest, _PIECE)
            rest = unpacked.unconsumed_tail
    except zlib.error:
        return False
    return unpacked.eof


def _ends_as_zstandard(content: bytes) -> bool:
    """Whether a frame of RFC 8878 is there to the end: its blocks are counted, not unpacked."""
    if len(content) < 5:
        return False
    flags = content[4]
    single, sum_bytes = flags >> 5 & 1, 4 * (flags >> 2 & 1)
    place = 5 + (1 - single) + (0, 1, 2, 4)[flags & 3] + (single, 2, 4, 8)[flags >> 6]
    is_last = False
    while not is_last:
        if place + 3 > len(content):
            return False
        header = int.from_bytes(content[place : place + 3], "little")
        is_last, kind, size = bool(header & 1), header >> 1 & 3, header >> 3
        place += 3 + (1 if kind == 1 else size)  # a block of one byte repeated holds that byte alone
    return place + sum_bytes <= len(content)
