"""CIFAR-10, from its binary release."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from bnact.data.arrays import from_splits
from bnact.data.dataset import Dataset, Split
from bnact.data.local_files import (
    Published,
    check_published,
    check_stated,
    existing_file,
    existing_folder,
    refuse_pickle,
    stated_sums,
)

CLASSES = 10
SIDE, CHANNELS = 32, 3
RECORD = 1 + CHANNELS * SIDE * SIDE
"""Bytes of a record: a label, then the image, red before green before blue, each row by row."""

TRAIN = tuple(f"data_batch_{number}.bin" for number in range(1, 6))
TEST = "test_batch.bin"
# The archive has a published SHA-256, its members only the SHA-1 that Apache MXNet checks.
_SHA1 = {
    "data_batch_1.bin": "aadd24acce27caa71bf4b10992e9e7b2d74c2540",
    "data_batch_2.bin": "c0ba65cce70568cd57b4e03e9ac8d2a5367c1795",
    "data_batch_3.bin": "1dd00a74ab1d17a6e7d73e185b69dbf31242f295",
    "data_batch_4.bin": "aab85764eb3584312d3c7f65fd2fd016e36a258e",
    "data_batch_5.bin": "26e2849e66a845b7f1e4614ae70f4889ae604628",
    "test_batch.bin": "67eb016db431130d61cd03c7ad570b013799c88c",
}
PUBLISHED: Mapping[str, Published] = {
    name: Published(10_000 * RECORD, "sha1", digest) for name, digest in _SHA1.items()
}

_FIX = "use the files of the binary release, cifar-10-binary.tar.gz"


def cifar10(folder: str | Path) -> Dataset:
    """Colour photographs of 32 x 32 pixels in 10 classes; nothing is downloaded, and nothing executed.

    The test set is the published one. A fifth of the training examples, chosen by a fixed permutation, is the
    validation set: 40,000 to train, 10,000 to validate, 10,000 to test.

    Args:
      folder: holds data_batch_1.bin to data_batch_5.bin and test_batch.bin, all equally long. A file of the
        published size must have the published SHA-1, unless the folder has a file SHA256SUMS: then every file
        must be as that says.

    Returns:
      The dataset, channels last and scaled as a whole. Its name is "cifar10-" and the first 12 digits of its
      hash.

    Raises:
      FileNotFoundError: if a file or the folder is missing.
      ValueError: if a file is damaged, a pickle, another than it should be, or breaks a rule of
        `from_splits`.

    Source: A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009.
    """
    source = f"cifar10:{folder}"
    path = existing_folder(source, folder)
    sums = stated_sums(source, path)
    files = [existing_file(source, path, (name,), _FIX) for name in (*TRAIN, TEST)]
    for file in files:
        _check_file(source, file, sums, files[0].stat().st_size)
    *batches, test = (_records(source, file, sums) for file in files)
    what = "CIFAR-10: colour photographs in ten classes, 32 × 32 pixels (Krizhevsky, 2009), from a folder"
    train = _examples(np.concatenate(batches))
    dataset = from_splits(source, train, _examples(test), CLASSES, what=what)
    return dataclasses.replace(dataset, name=f"cifar10-{dataset.hash[:12]}")


def _check_file(source: str, path: Path, sums: Mapping[str, str] | None, first: int) -> None:
    with path.open("rb") as file:
        refuse_pickle(source, path.name, file.read(16), _FIX)
    if sums is not None:
        check_stated(source, path, sums)
    size = path.stat().st_size
    records, over = divmod(size, RECORD)
    if over or not records:
        raise ValueError(
            f"{source}: {path.name} must hold whole records of {RECORD} bytes; got {size} bytes, {records} "
            f"records and {over} bytes over, so it is truncated or has bytes too many; {_FIX}"
        )
    if size != first:
        raise ValueError(
            f"{source}: all files must be equally long; got {size} bytes in {path.name} and {first} in "
            f"{TRAIN[0]}, so one is truncated; {_FIX}"
        )


def _records(source: str, path: Path, sums: Mapping[str, str] | None) -> np.ndarray:
    content = path.read_bytes()
    if sums is None:
        check_published(source, path.name, content, PUBLISHED[path.name])
    records = np.frombuffer(content, np.uint8).reshape(-1, RECORD)
    outside = np.flatnonzero(records[:, 0] >= CLASSES)
    if len(outside):
        raise ValueError(
            f"{source}: labels must be from 0 to {CLASSES - 1}; got {records[outside[0], 0]} in record "
            f"{outside[0]} of {path.name}; {_FIX}"
        )
    return records


def _examples(records: np.ndarray) -> Split:
    planes = records[:, 1:].reshape(-1, CHANNELS, SIDE, SIDE)
    return Split(np.ascontiguousarray(planes.transpose(0, 2, 3, 1)), records[:, 0])
