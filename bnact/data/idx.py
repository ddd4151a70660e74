"""Files in the IDX format: a magic number, dimensions, and bytes."""

import gzip
import math
import struct
import zlib
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

from bnact.data.local_files import refuse_pickle

_UNSIGNED_BYTES = 8
# A deflated byte stands for 1032 at most: what a compressed file declares is bounded before it is read.
_MOST_INFLATED = 1032


class Idx(NamedTuple):
    """An IDX file that has been read.

    Attributes:
      content: all its bytes, uncompressed.
      array: what it holds, uint8, a view of the content.
    """

    content: bytes
    array: np.ndarray


def idx(source: str, path: Path, dimensions: int, fix: str) -> Idx:
    """The bytes in an IDX file, which may be compressed by gzip.

    Sizes are checked before anything is allocated: the file must be as long as its header declares, to the
    byte. Of a compressed file that is what its end says of the length, and at most 1032 times its size.

    Args:
      source: what the dataset is called in an error message.
      path: of the file; compressed if it ends in .gz.
      dimensions: number of axes it must have.
      fix: where such files come from, for the error.

    Returns:
      Its content and array.

    Raises:
      ValueError: if the file is a pickle, in another format, damaged, or not as long as it declares.

    Source: Y. LeCun, C. Cortes, C. Burges, The MNIST Database of Handwritten Digits, 1998.
    """
    try:
        with path.open("rb") as file:
            refuse_pickle(source, path.name, file.read(16), fix)
        with _opened(path) as stream:
            return _read(source, path, stream, dimensions, fix)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(
            f"{source}: {path.name} must be a whole gzip file; got a damaged or truncated one ({error}); "
            f"{fix}"
        ) from error


def _opened(path: Path) -> BinaryIO | gzip.GzipFile:
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")


def _read(source: str, path: Path, stream: BinaryIO | gzip.GzipFile, dimensions: int, fix: str) -> Idx:
    header = stream.read(4 + 4 * dimensions)
    refuse_pickle(source, path.name, header, fix)
    magic = bytes([0, 0, _UNSIGNED_BYTES, dimensions])
    if header[:4] != magic or len(header) < 4 + 4 * dimensions:
        raise ValueError(
            f"{source}: {path.name} must begin as an IDX file of bytes with {dimensions} axes, "
            f"{magic.hex(' ')} and their lengths; got {header[:4].hex(' ') or 'nothing'} in {len(header)} "
            f"bytes; {fix}"
        )
    shape = struct.unpack(f">{dimensions}I", header[4:])
    declared = len(header) + math.prod(shape)
    _check_length(source, path, declared, fix)
    content = header + stream.read(declared - len(header))
    if len(content) != declared or stream.read(1):
        raise ValueError(
            f"{source}: {path.name} must hold the {declared} bytes that its header declares; got "
            f"{'fewer' if len(content) < declared else 'more'}; {fix}"
        )
    return Idx(content, np.frombuffer(content, np.uint8, offset=len(header)).reshape(shape))


def _check_length(source: str, path: Path, declared: int, fix: str) -> None:
    size = path.stat().st_size
    compressed = path.suffix == ".gz"
    held, expected = (_inflated_size(path), declared % 2**32) if compressed else (size, declared)
    if held != expected:
        raise ValueError(
            f"{source}: {path.name} must hold the {declared} bytes that its header declares; got {held} "
            f"bytes, so it is truncated or has bytes too many; {fix}"
        )
    if compressed and declared > _MOST_INFLATED * size:
        raise ValueError(
            f"{source}: {path.name} must have room for the {declared} bytes that its header declares; got "
            f"{size} compressed bytes, which cannot hold them; {fix}"
        )


def _inflated_size(path: Path) -> int:
    """What a gzip file's last four bytes say of its uncompressed size, modulo 2^32."""
    with path.open("rb") as file:
        file.seek(-4, 2)
        return struct.unpack("<I", file.read(4))[0]
