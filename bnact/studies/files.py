"""Writing that survives a kill, a power cut and a full disk."""

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

from bnact.studies.errors import StudyError


def _write_all(descriptor: int, data: bytes) -> None:
    # A full disk may take a part without an error; the next call then raises.
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def sync_directory(path: Path) -> None:
    """Makes the names in a directory durable: a new file is lost in a power cut without it."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def explained(path: Path, doing: str) -> Iterator[None]:
    """Turns an error of the operating system into one that names the path and says what to do.

    Args:
      path: what is written or read.
      doing: what could not be done, as it follows "cannot".

    Raises:
      StudyError: in place of any `OSError` within.
    """
    try:
        yield
    except OSError as error:
        raise StudyError(
            f"study: cannot {doing}; {path}: {error.strerror or error}; {_advice(error)}"
        ) from error


def _advice(error: OSError) -> str:
    """What to do about an error of the operating system."""
    if isinstance(error, NotADirectoryError | FileExistsError):
        return "a file stands where a directory is needed: move it away, or use another --workdir"
    if isinstance(error, IsADirectoryError):
        return "a directory stands where a file is needed: move it away, or use another --workdir"
    if error.errno == errno.ENAMETOOLONG:
        return "use a --workdir with a shorter name"
    return "free space or make it writable, then run the same command again: what was stored is kept"


def append_durably(path: Path, data: bytes) -> None:
    """Appends `data` whole, on the disk when this returns; cuts off what an error left of it.

    Args:
      path: the file; it is created where missing.
      data: complete lines.

    Raises:
      OSError: the data could not be written; the file is as before.
    """
    created = not path.exists()
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    try:
        size = os.fstat(descriptor).st_size
        try:
            _write_all(descriptor, data)
            os.fsync(descriptor)
        except BaseException:
            os.ftruncate(descriptor, size)
            if created:
                path.unlink()
            raise
    finally:
        os.close(descriptor)
    if created:
        sync_directory(path.parent)


def cut_durably(path: Path, size: int) -> None:
    """Cuts a file down to its first `size` bytes, on the disk when this returns."""
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.ftruncate(descriptor, size)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_durably(path: Path, data: bytes) -> None:
    """Writes a file in place, on the disk when this returns; a kill may leave a part of it."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    try:
        _write_all(descriptor, data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def part_path(path: Path) -> Path:
    """Where `write_atomically` prepares a file; a kill leaves at most this, and the next call removes it."""
    return path.with_name(path.name + ".part")


def replace_atomically(path: Path, data: bytes) -> None:
    """Replaces the content of a file; whoever reads it, at any moment, finds the old or the new one whole.

    Args:
      path: the file; it is created where missing.
      data: its new content.

    Raises:
      OSError: it could not be written; the old file is as before.
    """
    part = part_path(path)
    try:
        part.unlink(missing_ok=True)  # what a kill left; and a link there would be followed
        write_durably(part, data)
        os.replace(part, path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def write_atomically(path: Path, text: str) -> None:
    """Replaces a text file as a whole: killed halfway, the old file is intact.

    Args:
      path: the file; it is created where missing.
      text: its new content, stored as UTF-8.

    Raises:
      StudyError: it could not be written; the old file is as before.
    """
    with explained(path, "write the file"):
        replace_atomically(path, text.encode("utf-8"))


def check_writable(directory: Path) -> None:
    """Writes and removes a small file, so that a study learns before it trains that it cannot store.

    Args:
      directory: an existing directory.

    Raises:
      StudyError: nothing can be written there.
    """
    probe = directory / "writable.part"
    with explained(directory, "write in the directory"):
        try:
            write_durably(probe, b"\n" * 4096)
        finally:
            probe.unlink(missing_ok=True)
