"""One process at a time in a work directory, and the others are told who it is."""

import contextlib
import datetime
import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

from bnact.studies.errors import StudyError
from bnact.studies.files import explained

_LOOKS, _SECONDS_BETWEEN = 10, 0.05
"""How often, and after how long, to look again for the name of a holder that has only just come."""


def _is_current(descriptor: int, path: Path) -> bool:
    # The holder removes the file when it leaves; a lock on a removed file keeps nobody out.
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False


def _held_by_this_process(path: Path) -> int | None:
    """A descriptor that holds the lock, or None where another process holds it."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_current(descriptor, path):
                return descriptor
        except BlockingIOError:
            os.close(descriptor)
            return None
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _sign(descriptor: int) -> None:
    start = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    holder = {"host": socket.gethostname(), "pid": os.getpid(), "start": start}
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, json.dumps(holder).encode("ascii"), 0)


def _holder(path: Path) -> str:
    for _ in range(_LOOKS):
        try:
            holder = json.loads(path.read_bytes())
            return f"host {holder['host']}, process {holder['pid']}, since {holder['start']}"
        except (OSError, ValueError, KeyError, TypeError):
            time.sleep(_SECONDS_BETWEEN)
    return "a process that has not written its name"


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Holds a lock file for as long as the context lasts, and removes it at the end.

    The lock is the kernel's (`flock`): it ends with its process, however that ends, so that a lock is never
    stale and nobody waits. On a network file system it holds between hosts where the server supports
    it, as NFS since version 4 does; a dead host's lock then ends with its lease on the server.

    Args:
      path: the lock file, in an existing directory.

    Raises:
      StudyError: another process holds it; the message has its host, process and start. Or the file
        system has no locks.
    """
    with explained(path, "lock the work directory"):
        descriptor = _held_by_this_process(path)
    if descriptor is None:
        raise StudyError(
            f"study: one process at a time may use a work directory; {path} is held by {_holder(path)}; "
            "wait for it, stop it, or use another --workdir"
        )
    try:
        with explained(path, "lock the work directory"):
            _sign(descriptor)
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(descriptor)
